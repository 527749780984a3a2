/** Where the identifiers of a person stand in the drawing: a ring, the most linked in the middle. */
import type { Schemas } from "@shared/api/client";

type Node = Schemas["NodeOut"];
type Edge = Schemas["EdgeOut"];

export interface Placed {
  node: Node;
  x: number;
  y: number;
}

export interface Drawn {
  width: number;
  height: number;
  nodes: Placed[];
  lines: { edge: Edge; from: Placed; to: Placed }[];
  /** How many identifiers the drawing leaves out; the table beside it has them all. */
  left: number;
}

export const NODE_WIDTH = 230;
export const NODE_HEIGHT = 44;
const NODES_MAX = 14;
const GAP = 70;

/** Places the best linked identifiers so that no two boxes overlap. */
export function drawn(nodes: readonly Node[], edges: readonly Edge[]): Drawn {
  const linked = new Map<string, number>();
  for (const edge of edges) {
    linked.set(edge.one, (linked.get(edge.one) ?? 0) + 1);
    linked.set(edge.other, (linked.get(edge.other) ?? 0) + 1);
  }
  const ordered = [...nodes].sort((one, other) => (linked.get(other.id) ?? 0) - (linked.get(one.id) ?? 0) || one.id.localeCompare(other.id));
  const shown = ordered.slice(0, NODES_MAX);
  const [hub, ...rest] = shown;
  const radiusX = Math.max(NODE_WIDTH + GAP, (rest.length * (NODE_WIDTH + GAP / 2)) / (2 * Math.PI) + GAP);
  const radiusY = Math.max(NODE_HEIGHT + GAP, (rest.length * (NODE_HEIGHT + GAP)) / (2 * Math.PI));
  const width = 2 * radiusX + NODE_WIDTH + GAP;
  const height = rest.length === 0 ? NODE_HEIGHT + GAP : 2 * radiusY + NODE_HEIGHT + GAP;
  const placed: Placed[] = rest.map((node, place) => {
    const angle = -Math.PI / 2 + (2 * Math.PI * place) / rest.length;
    return { node, x: width / 2 + radiusX * Math.cos(angle), y: height / 2 + radiusY * Math.sin(angle) };
  });
  if (hub !== undefined) placed.unshift({ node: hub, x: width / 2, y: height / 2 });
  const at = new Map(placed.map((one) => [one.node.id, one]));
  const lines = edges.flatMap((edge) => {
    const [from, to] = [at.get(edge.one), at.get(edge.other)];
    return from === undefined || to === undefined ? [] : [{ edge, from, to }];
  });
  return { width, height, nodes: placed, lines, left: ordered.length - shown.length };
}

/** Returns how a line is drawn: evidence that proves, that waits, or that does not count. */
export function lineOf(verdict: string): "proves" | "held" | "pale" {
  if (verdict === "joined" || verdict === "redundant" || verdict === "follows") return "proves";
  return verdict === "held" ? "held" : "pale";
}
