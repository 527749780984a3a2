import { beforeAll, describe, expect, it, vi } from "vitest";

const READ = ["get", "/v1/jobs", {}];

async function enterAs(person: string): Promise<void> {
  const { http } = await import("./client");
  vi.mocked(fetch).mockResolvedValueOnce(answer({ user: { id: person }, csrf_token: `of ${person}` }));
  await http.POST("/v1/session", { body: { name: person, password: "x", code: null } });
}

function answer(body: object): Response {
  const told = new Response(JSON.stringify(body), { status: 200, headers: { "Content-Type": "application/json" } });
  return Object.defineProperty(told, "url", { value: `${window.location.origin}/v1/session` });
}

beforeAll(() => {
  // The client keeps the `fetch` that it finds when it is made.
  vi.stubGlobal("fetch", vi.fn());
});

describe("what was read at this desk", () => {
  it("stays for whoever signs in again, and is forgotten before somebody else sees it", async () => {
    const { callHeaders, queries } = await import("./client");
    await enterAs("usr_one");
    queries.setQueryData(READ, { items: ["of one"] });
    await enterAs("usr_one");
    expect(queries.getQueryData(READ)).toEqual({ items: ["of one"] });
    await enterAs("usr_two");
    expect(queries.getQueryData(READ)).toBeUndefined();
    expect(callHeaders()).toEqual({ "X-CSRF-Token": "of usr_two" });
  });
});
