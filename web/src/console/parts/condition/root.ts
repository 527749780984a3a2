/** The tree that a part stands in: what its menu needs to know what is possible. */
import { createContext } from "react";
import type { Node } from "./model";

export const RootContext = createContext<Node | null>(null);
