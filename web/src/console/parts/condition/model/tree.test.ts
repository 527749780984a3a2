import { describe, expect, it } from "vitest";
import documents from "./documents.json";
import { add, canUnwrap, copied, duplicate, find, idsOf, insert, move, negate, parentOf, partsOf, remove, shift, unwrap, wrap } from "./editing";
import { gapsOf } from "./gaps";
import { begun, changed, redone, undone } from "./history";
import { askedBy, askingOf } from "./leaves";
import { nodeAt, pathsOf } from "./places";
import { type Document, type Json, type Node, Unreadable, emptyGroup, read, write } from "./tree";

const DOCUMENTS = documents as unknown as Document[];
const CLUB = { field: "status", in: ["member"] };
const ACTIVE = { facts: "orders", where: { field: "paid_minor", at_least: 100 }, measure: "count", last_days: 90, at_least: 1 };
const LIKES = { field: "tags.likes", has_all: ["tea"] };

/** A small generator of numbers that gives the same ones each time. */
function drawing(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) >>> 0;
    return state % below;
  };
}

function drawn(draw: (below: number) => number, depth: number): Document {
  const leaves: Document[] = [CLUB, ACTIVE, LIKES, { segment: "regulars" }, { field: "age", at_least: 18, less_than: 30 }];
  if (depth === 0 || draw(4) === 0) return leaves[draw(leaves.length)] ?? CLUB;
  const parts = (): Json[] => Array.from({ length: draw(4) }, () => drawn(draw, depth - 1));
  const shapes: (() => Document)[] = [
    () => ({ all: parts() }),
    () => ({ any: parts() }),
    () => ({ not: drawn(draw, depth - 1) }),
    () => ({ ...ACTIVE, where: drawn(draw, 1) }),
  ];
  return shapes[draw(shapes.length)]?.() ?? CLUB;
}

const RANDOM = Array.from({ length: 300 }, (_, seed) => drawn(drawing(seed), 5));

describe("a document", () => {
  it.each([
    ["drawn by the server's own tests", DOCUMENTS],
    ["drawn here", RANDOM],
  ])("comes through the builder unchanged when it is %s", (_, some) => {
    expect(some.length).toBeGreaterThan(100);
    for (const document of some) expect(write(read(document))).toEqual(document);
  });

  it("is told wrong with its place when it is no condition", () => {
    for (const [wrong, path] of [
      [null, ""],
      [{ all: CLUB }, "all"],
      [{ all: [CLUB, { not: { any: [3] } }] }, "all[1].not.any[0]"],
      [{ all: [], any: [] }, ""],
      [{ facts: "orders", measure: 3 }, "measure"],
    ] as [Json, string][]) {
      expect(() => read(wrong)).toThrow(Unreadable);
      try {
        read(wrong);
      } catch (error) {
        expect((error as Unreadable).path).toBe(path);
      }
    }
  });

  it("has ids of its own for every node", () => {
    for (const document of RANDOM) {
      const ids = idsOf(read(document));
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});

describe("every change", () => {
  const ids = (root: Node) => idsOf(root).slice(1);

  it("leaves the tree that was there as it was, and is undone exactly", () => {
    for (const [seed, document] of RANDOM.entries()) {
      const root = read(document);
      const [id] = ids(root);
      if (id === undefined) continue;
      const draw = drawing(seed);
      const edits = [remove, duplicate, negate, wrap, unwrap, (node: Node, at: string) => shift(node, at, draw(2) ? 1 : -1)];
      const next = edits[draw(edits.length)]?.(root, id) ?? root;
      const history = changed(begun(root), next);
      expect(write(root)).toEqual(document);
      expect(write(undone(history).present)).toEqual(document);
      expect(redone(undone(history)).present).toBe(next);
    }
  });

  it("keeps every part when one is shifted", () => {
    const parts = (node: Node) => JSON.stringify(leavesOf(write(node)).sort());
    for (const document of RANDOM) {
      const root = read(document);
      for (const id of ids(root)) expect(parts(shift(root, id, 1))).toBe(parts(root));
    }
  });

  it("puts a negation on and takes it off again", () => {
    const root = read({ all: [CLUB, LIKES] });
    const [first] = ids(root);
    const once = negate(root, first ?? "");
    expect(write(once)).toEqual({ all: [{ not: CLUB }, LIKES] });
    expect(write(negate(once, first ?? ""))).toEqual({ all: [CLUB, LIKES] });
  });

  it("wraps in a group and takes the group away again", () => {
    const root = read({ all: [CLUB, LIKES] });
    const wrapped = wrap(root, ids(root)[1] ?? "", "any");
    expect(write(wrapped)).toEqual({ all: [CLUB, { any: [LIKES] }] });
    const group = find(wrapped, parentOf(wrapped, ids(root)[1] ?? "")?.id ?? "");
    expect(write(unwrap(wrapped, group?.id ?? ""))).toEqual({ all: [CLUB, LIKES] });
  });

  it("takes no group away whose parts would mean something else", () => {
    const root = read({ all: [{ any: [CLUB, LIKES] }, { all: [CLUB, LIKES] }, { not: { any: [CLUB] } }] });
    const [any, all, none] = partsOf(root).map((part) => part.id);
    expect([any, all, none].map((id) => canUnwrap(root, id ?? ""))).toEqual([false, true, true]);
    expect(write(unwrap(root, all ?? ""))).toEqual({ all: [{ any: [CLUB, LIKES] }, CLUB, LIKES, { not: { any: [CLUB] } }] });
    expect(write(unwrap(root, none ?? ""))).toEqual({ all: [{ any: [CLUB, LIKES] }, { all: [CLUB, LIKES] }, { not: CLUB }] });
  });

  it("moves a part into another group but never into itself", () => {
    const root = read({ all: [CLUB, { any: [LIKES] }] });
    const [club, any] = partsOf(root).map((part) => part.id);
    expect(write(move(root, club ?? "", any ?? "", 0))).toEqual({ all: [{ any: [CLUB, LIKES] }] });
    expect(move(root, any ?? "", any ?? "", 0)).toBe(root);
    expect(move(root, root.id, any ?? "", 0)).toBe(root);
  });

  it("duplicates with ids of its own", () => {
    const root = read({ all: [CLUB, ACTIVE] });
    const twice = duplicate(root, ids(root)[1] ?? "");
    expect(write(twice)).toEqual({ all: [CLUB, ACTIVE, ACTIVE] });
    expect(new Set(idsOf(twice)).size).toBe(idsOf(twice).length);
    expect(write(copied(root))).toEqual(write(root));
  });

  it("adds beside a leaf that stands alone, and writes no part that says nothing yet", () => {
    const root = read(CLUB);
    const { root: more, added } = add(root, root.id);
    expect(write(more)).toEqual({ all: [CLUB] });
    expect(gapsOf(more).get(added)).toBe("choose");
    expect(write(insert(root, root.id, read(LIKES)))).toEqual({ all: [CLUB, LIKES] });
  });
});

describe("a history", () => {
  it("takes what somebody types without a pause as one step", () => {
    let history = begun("");
    for (const typed of ["1", "12", "120"]) history = changed(history, typed, "days of n1");
    history = changed(history, "other");
    expect(undone(history).present).toBe("120");
    expect(undone(undone(history)).present).toBe("");
  });

  it("forgets what was undone once something else is done", () => {
    const history = changed(undone(changed(begun(0), 1)), 2);
    expect(redone(history)).toBe(history);
    expect(undone(history).present).toBe(0);
  });
});

describe("a place that the server names", () => {
  it("leads to the node that it is in, and each node has one", () => {
    for (const document of [...RANDOM, ...(DOCUMENTS)]) {
      const root = read(document);
      for (const [id, path] of pathsOf(root)) {
        expect(nodeAt(root, path === "" ? "in[0]" : `${path}.in[0]`)).toBe(id);
      }
    }
  });

  it("passes over parts that say nothing yet", () => {
    const root = read({ all: [CLUB, LIKES] });
    const { root: more } = add(root, root.id);
    const [club, likes] = partsOf(root).map((part) => part.id);
    const first = move(more, partsOf(more)[2]?.id ?? "", more.id, 0);
    expect([nodeAt(first, "all[0].field"), nodeAt(first, "all[1].has_all[0]")]).toEqual([club, likes]);
    expect(nodeAt(first, "")).toBe(root.id);
  });
});

describe("what is still to be said", () => {
  it("is nothing in any document that the server takes", () => {
    for (const document of DOCUMENTS) expect([...gapsOf(read(document)).values()]).toEqual([]);
  });

  it("is told at the node that lacks it", () => {
    const lacks = (document: Document) => [...gapsOf(read(document)).values()];
    expect(lacks({ field: "city", in: [] })).toEqual(["values"]);
    expect(lacks({ field: "age", at_least: 30, less_than: 30 })).toEqual(["order"]);
    expect(lacks({ field: "age", at_least: null, less_than: 30 })).toEqual(["bound"]);
    expect(lacks({ ...ACTIVE, last_days: 0 })).toEqual(["days"]);
    expect(lacks({ facts: "orders", measure: "count", since: "2026-02-01", until: "2026-01-01", at_least: 1 })).toEqual(["order"]);
    expect(lacks({ facts: "orders", measure: "count", last_days: 3 })).toEqual(["bound"]);
    expect(lacks({ all: [{ segment: "" }] })).toEqual(["segment"]);
    expect(gapsOf(emptyGroup()).size).toBe(0);
  });
});

describe("a way to ask", () => {
  it("is the one that its own words have, and keeps what was said", () => {
    for (const asking of ["in", "has_all", "at_least", "less_than", "between", "known", "unknown", "last_days"] as const) {
      expect(askingOf(askedBy(asking, {}))).toBe(asking);
    }
    expect(askedBy("between", { at_least: 3 })).toEqual({ at_least: 3, less_than: null });
    expect(askedBy("has_all", { in: ["a"] })).toEqual({ has_all: ["a"] });
    expect(askedBy("next_days", { last_days: 7 })).toEqual({ next_days: 7 });
  });
});

/** Leaves as texts, with what is inside “where” as part of its leaf. */
function leavesOf(document: Document): string[] {
  for (const word of ["all", "any"]) {
    const parts = document[word];
    if (Array.isArray(parts)) return (parts as Document[]).flatMap(leavesOf);
  }
  if ("not" in document) return leavesOf(document.not as Document);
  return [[...JSON.stringify(document)].sort().join("")];
}
