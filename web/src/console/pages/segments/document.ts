/** The document of a segment, as far as pages read it. */
import type { Document } from "@console/parts/condition";
import type { Schemas } from "@shared/api/client";

export interface SegmentDocument {
  code: string;
  names: { zh: string; en: string };
  owner?: string;
  condition: Document;
}

type Told = Pick<Schemas["SegmentOut"], "document">;

export function documentOf(segment: Told): SegmentDocument {
  return segment.document as unknown as SegmentDocument;
}

const NOBODY_IN_PARTICULAR = "operations";

/** Who looks after a segment, in words; whoever gave none left it to the operations. */
export function ownerOf(document: SegmentDocument, operations: string): string {
  return document.owner === undefined || document.owner === NOBODY_IN_PARTICULAR ? operations : document.owner;
}

/** What the document says of an owner who was shown in words. */
export function ownerFrom(shown: string, operations: string): string {
  return shown.trim() === operations ? NOBODY_IN_PARTICULAR : shown.trim();
}

export type Side = "zh" | "en";

export function sideOf(language: string): Side {
  return language === "zh-CN" ? "zh" : "en";
}

/** A code that fits the rules, from an English name: “Regular buyers” becomes regular_buyers. */
export function codeFrom(name: string): string {
  const code = name.trim().toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+/, "").replace(/_+$/, "");
  return code.slice(0, 50);
}
