/** What every part of the builder shares: the words, the tree's changes, what is missing and what was refused. */
import { createContext, useContext } from "react";
import type { Gap, Language, Named, Node, Vocabulary } from "./model";

export type Edit = (change: (root: Node) => Node, mark?: string) => void;

export interface Building {
  brand: string;
  vocabulary: Vocabulary;
  segments: readonly Named[];
  language: Language;
  edit: Edit;
  gaps: ReadonlyMap<string, Gap>;
  /** What the server refused, by the node that caused it. */
  faults: ReadonlyMap<string, readonly string[]>;
  /** The node that was added last, whose first field wants the cursor. */
  fresh: string | null;
  setFresh: (id: string | null) => void;
}

export const BuildingContext = createContext<Building | null>(null);

export function useBuilding(): Building {
  const building = useContext(BuildingContext);
  if (building === null) throw new Error("A part of a condition stands in a builder.");
  return building;
}
