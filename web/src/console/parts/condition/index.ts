/** The visual builder of conditions: `useCondition`, `useCount`, `ConditionBuilder`, `CountPanel`. */
export { ConditionBuilder } from "./ConditionBuilder";
export { CountPanel } from "./CountPanel";
export type { Document } from "./model";
export { type Edited, useCondition } from "./useCondition";
export { type Counted, useCount } from "./useCount";
