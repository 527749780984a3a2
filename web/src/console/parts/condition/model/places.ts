/** From places as the server names them (`all[0].not.in[1]`) to nodes of the tree, and back. */

import { type Node, joined } from "./tree";

/** Returns the path of every node, by id. */
export function pathsOf(root: Node, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  walk(root, path, (node, at) => found.set(node.id, at));
  return found;
}

/** Returns the id of the innermost node that a path leads into or past. */
export function nodeAt(root: Node, path: string): string {
  let best = root.id;
  let length = -1;
  walk(root, "", (node, at) => {
    const leads = at === "" || path === at || path.startsWith(`${at}.`) || path.startsWith(`${at}[`);
    if (leads && node.kind !== "blank" && at.length > length) {
      best = node.id;
      length = at.length;
    }
  });
  return best;
}

function walk(node: Node, path: string, visit: (node: Node, path: string) => void): void {
  let inside = path;
  for (let times = 0; times < node.not; times += 1) inside = joined(inside, "not");
  visit(node, inside);
  if (node.kind === "facts" && node.where !== null) walk(node.where, joined(inside, "where"), visit);
  if (node.kind !== "group") return;
  // A blank part is not written, so it takes no number.
  let place = 0;
  for (const part of node.parts) {
    walk(part, `${joined(inside, node.join)}[${place}]`, visit);
    if (part.kind !== "blank") place += 1;
  }
}
