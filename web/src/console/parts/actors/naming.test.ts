import { describe, expect, it } from "vitest";
import { ACTORS_MAX, gathering, hasName, kindOf } from "./naming";

const id = (place: number) => `usr_${String(place).padStart(13, "0")}`;

function asking() {
  const calls: (readonly string[])[] = [];
  const name = gathering((ids) => {
    calls.push(ids);
    return Promise.resolve(ids.map((one) => ({ id: one, name: `name of ${one}` })));
  });
  return { calls, name };
}

describe("who did something", () => {
  it("is asked for once for a whole page", async () => {
    const { calls, name } = asking();
    const names = await Promise.all(Array.from({ length: 50 }, (_, place) => name(id(place % 5))));
    expect(calls).toEqual([[0, 1, 2, 3, 4].map(id)]);
    expect(names[7]).toBe(`name of ${id(2)}`);
  });

  it("is asked for in parts that the server takes", async () => {
    const { calls, name } = asking();
    await Promise.all(Array.from({ length: ACTORS_MAX + 1 }, (_, place) => name(id(place))));
    expect(calls.map((one) => one.length)).toEqual([ACTORS_MAX, 1]);
  });

  it("is asked for anew by whoever comes later", async () => {
    const { calls, name } = asking();
    await name(id(1));
    await name(id(2));
    expect(calls).toEqual([[id(1)], [id(2)]]);
  });

  it("has no name where the server knows none", async () => {
    await expect(gathering(() => Promise.resolve([]))(id(1))).resolves.toBeNull();
  });

  it("fails for everybody who shared a call that failed", async () => {
    const name = gathering(() => Promise.reject(new Error("away")));
    const told = await Promise.allSettled([name(id(1)), name(id(2))]);
    expect(told.map((one) => one.status)).toEqual(["rejected", "rejected"]);
  });

  it("is of a kind by how its id begins, and only some kinds have names", () => {
    expect(["usr_1", "key_1", "stf_1", "cus_1", "cli:wang", "demo"].map(kindOf)).toEqual(["user", "key", "guide", "member", "command", "word"]);
    expect(["usr_1", "key_1", "stf_1", "cus_1", "cli:wang", "demo"].map(hasName)).toEqual([true, true, true, false, false, false]);
  });
});
