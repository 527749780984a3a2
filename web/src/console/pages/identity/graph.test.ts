import { describe, expect, it } from "vitest";
import { NODE_HEIGHT, NODE_WIDTH, drawn, lineOf } from "./graph";

const node = (id: string) => ({ id, kind: "phone", masked: id, person_id: "per_a", scope: "", standing: "free", verified: true }) as Parameters<typeof drawn>[0][number];
const edge = (one: string, other: string) => ({ one, other, verdict: "joined", rule: null, first_at: "", last_at: "", accounts: [] }) as Parameters<typeof drawn>[1][number];

describe("the drawing of a person", () => {
  it("puts whoever is linked most into the middle", () => {
    const found = drawn(["a", "b", "c"].map(node), [edge("b", "a"), edge("b", "c")]);
    expect(found.nodes[0]?.node.id).toBe("b");
    expect(found.nodes[0]?.x).toBe(found.width / 2);
    expect(found.lines).toHaveLength(2);
  });

  it.each([1, 2, 3, 6, 10, 14])("keeps %i boxes apart and inside", (size) => {
    const found = drawn(Array.from({ length: size }, (_, place) => node(`n${String(place).padStart(2, "0")}`)), []);
    for (const one of found.nodes) {
      expect(one.x - NODE_WIDTH / 2).toBeGreaterThanOrEqual(0);
      expect(one.y - NODE_HEIGHT / 2).toBeGreaterThanOrEqual(0);
      expect(one.x + NODE_WIDTH / 2).toBeLessThanOrEqual(found.width);
      expect(one.y + NODE_HEIGHT / 2).toBeLessThanOrEqual(found.height);
      for (const other of found.nodes) {
        if (one === other) continue;
        const apart = Math.abs(one.x - other.x) >= NODE_WIDTH || Math.abs(one.y - other.y) >= NODE_HEIGHT;
        expect(apart, `${one.node.id} and ${other.node.id}`).toBe(true);
      }
    }
  });

  it("says how many it leaves out", () => {
    const found = drawn(Array.from({ length: 20 }, (_, place) => node(`n${String(place)}`)), []);
    expect([found.nodes.length, found.left]).toEqual([14, 6]);
  });

  it("tells evidence that counts from evidence that does not", () => {
    expect([lineOf("joined"), lineOf("held"), lineOf("shared")]).toEqual(["proves", "held", "pale"]);
  });
});
