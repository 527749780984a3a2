/** The condition tree: read, edited, checked and written, without anything to look at. */

export * from "./editing";
export * from "./gaps";
export * from "./history";
export * from "./leaves";
export * from "./places";
export * from "./tree";
export * from "./vocabulary";
