/** The condition tree as the builder edits it: read from a document and written back unchanged. */

export type Json = null | boolean | number | string | Json[] | { [word: string]: Json };
export type Document = { [word: string]: Json };

export type Join = "all" | "any";
export type Bound = number | string;
/** The words that a leaf has beside its field: its operator and what it is held against. */
export type Words = { [word: string]: Json };
export type Measure = string | { [word: string]: string };

/** `not` is how many times the node stands in “not”. */
interface Placed {
  id: string;
  not: number;
}
export interface Group extends Placed {
  kind: "group";
  join: Join;
  parts: Node[];
}
export interface FieldLeaf extends Placed {
  kind: "field";
  field: string;
  words: Words;
}
export interface FactsLeaf extends Placed {
  kind: "facts";
  facts: string;
  where: Node | null;
  measure: Measure;
  /** The window and the bounds: last_days, since, until, at_least, less_than. */
  words: Words;
}
export interface SegmentLeaf extends Placed {
  kind: "segment";
  segment: string;
}
/** A part that says nothing yet; no document has one. */
export interface BlankLeaf extends Placed {
  kind: "blank";
}
export type Leaf = FieldLeaf | FactsLeaf | SegmentLeaf | BlankLeaf;
export type Node = Group | Leaf;

/** Deeper than the server takes, so that it is the one to refuse; a guard against endless input. */
const DEPTH_MAX = 60;

/** What is in no form of a condition, and where. */
export class Unreadable extends Error {
  constructor(readonly path: string) {
    super(`no condition at ${path || "the top"}`);
  }
}

let made = 0;

/** Returns an id that no other node of this page has. */
export function freshId(): string {
  made += 1;
  return `n${made}`;
}

export function emptyGroup(join: Join = "all", parts: Node[] = []): Group {
  return { id: freshId(), not: 0, kind: "group", join, parts };
}

export function blank(): BlankLeaf {
  return { id: freshId(), not: 0, kind: "blank" };
}

/** Reads a document; throws `Unreadable` where it is not in the form of a condition. */
export function read(document: Json, path = "", depth = 0): Node {
  if (!isMapping(document) || depth > DEPTH_MAX) throw new Unreadable(path);
  if ("all" in document) return readGroup(document, "all", path, depth);
  if ("any" in document) return readGroup(document, "any", path, depth);
  if ("not" in document) {
    only(document, ["not"], path);
    const part = read(document.not, joined(path, "not"), depth + 1);
    return { ...part, not: part.not + 1 };
  }
  if ("facts" in document) return readFacts(document, path, depth);
  if ("segment" in document) {
    only(document, ["segment"], path);
    return { id: freshId(), not: 0, kind: "segment", segment: text(document.segment, path) };
  }
  if (!("field" in document)) throw new Unreadable(path);
  const { field, ...words } = document;
  return { id: freshId(), not: 0, kind: "field", field: text(field, path), words };
}

/** Writes the document of a node. A blank part has none and must be filled before. */
export function write(node: Node): Document {
  return negated(written(node), node.not);
}

function written(node: Node): Document {
  switch (node.kind) {
    case "group":
      return { [node.join]: node.parts.filter((part) => part.kind !== "blank").map(write) };
    case "field":
      return { field: node.field, ...said(node.words) };
    case "segment":
      return { segment: node.segment };
    case "blank":
      return { all: [] };
    case "facts": {
      const isSaid = node.where !== null && node.where.kind !== "blank";
      const where: Document = isSaid && node.where !== null ? { where: write(node.where) } : {};
      return { facts: node.facts, ...where, measure: node.measure, ...said(node.words) };
    }
  }
}

/** Words without value are not said: a form has them while somebody fills it. */
function said(words: Words): Words {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== null));
}

function negated(document: Document, times: number): Document {
  return times > 0 ? negated({ not: document }, times - 1) : document;
}

function readGroup(document: Document, join: Join, path: string, depth: number): Group {
  only(document, [join], path);
  const parts = document[join];
  if (!Array.isArray(parts)) throw new Unreadable(joined(path, join));
  const read_ = parts.map((part, place) => read(part, `${joined(path, join)}[${place}]`, depth + 1));
  return emptyGroup(join, read_);
}

function readFacts(document: Document, path: string, depth: number): FactsLeaf {
  const { facts, where, measure, ...words } = document;
  if (typeof measure !== "string" && !isMeasure(measure)) throw new Unreadable(joined(path, "measure"));
  return {
    id: freshId(),
    not: 0,
    kind: "facts",
    facts: text(facts, path),
    where: where === undefined ? null : read(where, joined(path, "where"), depth + 1),
    measure,
    words,
  };
}

export function isMapping(value: Json | undefined): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMeasure(value: Json | undefined): value is { [word: string]: string } {
  return isMapping(value) && Object.values(value).every((name) => typeof name === "string");
}

function only(document: Document, words: string[], path: string): void {
  if (Object.keys(document).some((word) => !words.includes(word))) throw new Unreadable(path);
}

function text(value: Json | undefined, path: string): string {
  if (typeof value !== "string") throw new Unreadable(path);
  return value;
}

export function joined(path: string, word: string): string {
  return path === "" ? word : `${path}.${word}`;
}
