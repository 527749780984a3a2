/** Changes of a condition tree: each returns a new tree and leaves the old one as it is. */

import { type Group, type Join, type Node, blank, emptyGroup, freshId } from "./tree";

/** Returns the nodes right below a node. */
export function partsOf(node: Node): Node[] {
  if (node.kind === "group") return node.parts;
  return node.kind === "facts" && node.where !== null ? [node.where] : [];
}

export function find(root: Node, id: string): Node | undefined {
  if (root.id === id) return root;
  for (const part of partsOf(root)) {
    const found = find(part, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the node whose part this is: a group, or the facts whose “where” it is. */
export function parentOf(root: Node, id: string): Node | undefined {
  for (const part of partsOf(root)) {
    if (part.id === id) return root;
    const found = parentOf(part, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Changes one node; nodes beside the way to it stay the very same objects. */
export function change(root: Node, id: string, edit: (node: Node) => Node): Node {
  if (root.id === id) return edit(root);
  if (root.kind === "group") {
    const parts = mapped(root.parts, (part) => change(part, id, edit));
    return parts === root.parts ? root : { ...root, parts };
  }
  if (root.kind === "facts" && root.where !== null) {
    const where = change(root.where, id, edit);
    return where === root.where ? root : { ...root, where };
  }
  return root;
}

/** Takes a node out. The top cannot go: it becomes a group of nothing. */
export function remove(root: Node, id: string): Node {
  if (root.id === id) return emptyGroup();
  const parent = parentOf(root, id);
  if (parent === undefined) return root;
  return change(root, parent.id, (node) => {
    if (node.kind === "group") return { ...node, parts: node.parts.filter((part) => part.id !== id) };
    return node.kind === "facts" ? { ...node, where: null } : node;
  });
}

/** Puts a node into a group at a place; into anything else, beside it in a new group. */
export function insert(root: Node, into: string, node: Node, at?: number): Node {
  return change(root, into, (target) => {
    if (target.kind !== "group") return emptyGroup("all", [target, node]);
    const parts = [...target.parts];
    parts.splice(at ?? parts.length, 0, node);
    return { ...target, parts };
  });
}

export function duplicate(root: Node, id: string): Node {
  const original = find(root, id);
  const parent = parentOf(root, id);
  if (original === undefined) return root;
  if (parent?.kind !== "group") return change(root, id, () => emptyGroup("all", [original, copied(original)]));
  const place = parent.parts.findIndex((part) => part.id === id);
  return insert(root, parent.id, copied(original), place + 1);
}

/** Moves a node into a group, to a place counted without the node itself. */
export function move(root: Node, id: string, into: string, at: number): Node {
  const moved = find(root, id);
  const target = find(root, into);
  if (moved === undefined || target?.kind !== "group" || find(moved, into) !== undefined) return root;
  return insert(remove(root, id), into, moved, at);
}

/** Moves a node one place up or down among its siblings, and out of its group at the ends. */
export function shift(root: Node, id: string, by: -1 | 1): Node {
  const parent = parentOf(root, id);
  if (parent?.kind !== "group") return root;
  const place = parent.parts.findIndex((part) => part.id === id);
  const next = place + by;
  if (next >= 0 && next < parent.parts.length) return move(root, id, parent.id, next);
  const above = parentOf(root, parent.id);
  if (above?.kind !== "group") return root;
  const outside = above.parts.findIndex((part) => part.id === parent.id);
  return move(root, id, above.id, by < 0 ? outside : outside + 1);
}

/** Puts a node into a group of its own, with room for another part. */
export function wrap(root: Node, id: string, join: Join = "any"): Node {
  return change(root, id, (node) => emptyGroup(join, [node]));
}

/** Puts the parts of a group in its place; refused (unchanged) where that would change the meaning. */
export function unwrap(root: Node, id: string): Node {
  const group = find(root, id);
  const parent = parentOf(root, id);
  if (!canUnwrap(root, id) || group?.kind !== "group") return root;
  const [part] = group.parts;
  if (part !== undefined && group.parts.length === 1) {
    return change(root, id, () => ({ ...part, not: part.not + group.not }));
  }
  if (parent?.kind !== "group") return root;
  const parts = parent.parts.flatMap((part) => (part.id === id ? group.parts : [part]));
  return change(root, parent.id, (node) => (node.kind === "group" ? { ...node, parts } : node));
}

/** Tells whether a group can be dissolved without another meaning. */
export function canUnwrap(root: Node, id: string): boolean {
  const group = find(root, id);
  if (group?.kind !== "group" || group.parts.length === 0) return false;
  const parent = parentOf(root, id);
  if (group.parts.length === 1) return parent !== undefined || group.parts[0]?.kind === "group";
  return group.not === 0 && parent?.kind === "group" && parent.join === group.join;
}

/** Says the opposite: “not” is put on, or taken off where it stands. */
export function negate(root: Node, id: string): Node {
  return change(root, id, (node) => ({ ...node, not: node.not > 0 ? node.not - 1 : 1 }));
}

/** Sets how the parts of a group belong together: all, any, none of them, or not all. */
export function setJoin(root: Node, id: string, join: Join, not: number): Node {
  return change(root, id, (node) => (node.kind === "group" ? { ...node, join, not } : node));
}

/** Adds a part that says nothing yet. */
export function add(root: Node, into: string, asGroup = false): { root: Node; added: string } {
  const leaf = blank();
  const node: Node = asGroup ? emptyGroup("any", [leaf]) : leaf;
  return { root: insert(root, into, node), added: leaf.id };
}

/** Returns a copy with ids of its own. */
export function copied(node: Node): Node {
  if (node.kind === "group") return { ...node, id: freshId(), parts: node.parts.map(copied) };
  if (node.kind === "facts") {
    return { ...node, id: freshId(), where: node.where === null ? null : copied(node.where) };
  }
  return { ...node, id: freshId() };
}

/** Returns the ids of all nodes, the top first. */
export function idsOf(root: Node): string[] {
  return [root.id, ...partsOf(root).flatMap(idsOf)];
}

export function leafCount(root: Node): number {
  return root.kind === "group" ? root.parts.reduce((sum, part) => sum + leafCount(part), 0) : 1;
}

export function asGroup(root: Node): Group {
  return root.kind === "group" ? root : emptyGroup("all", [root]);
}

function mapped<T>(items: T[], to: (item: T) => T): T[] {
  const found = items.map(to);
  return found.every((item, place) => item === items[place]) ? items : found;
}
