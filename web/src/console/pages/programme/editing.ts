/** Changes of a programme as an editor makes them: pure, each returns a new programme. */
import { createContext, useContext } from "react";
import type { Problem, Programme, Rule } from "./words";

export type PlaceStep = string | number;

const FEN_A_YUAN = 100;

/** What the parts of the form share: the programme, how to change it, what is wrong where. */
export interface Editing {
  programme: Programme;
  isLocked: boolean;
  change: (changed: Partial<Programme>) => void;
  problemsAt: (...place: PlaceStep[]) => readonly Problem[];
}

export const EditingContext = createContext<Editing | null>(null);

/** Returns what the form is editing; only below the editor. */
export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (editing === null) throw new Error("Only the form of a draft edits it.");
  return editing;
}

/** Returns the list with the part at a place replaced. */
export function replaced<Part>(parts: readonly Part[], place: number, part: Part): Part[] {
  return parts.map((one, at) => (at === place ? part : one));
}

/** Returns the list without the part at a place. */
export function without<Part>(parts: readonly Part[], place: number): Part[] {
  return parts.filter((_, at) => at !== place);
}

/** Returns the list with the part at a place moved by so many places. */
export function moved<Part>(parts: readonly Part[], place: number, by: number): Part[] {
  const [part] = parts.slice(place, place + 1);
  if (part === undefined) return [...parts];
  const others = without(parts, place);
  return [...others.slice(0, place + by), part, ...others.slice(place + by)];
}

/** Returns a code that no rule has yet, such as `rule_3`. */
export function freeCode(taken: readonly string[], stem: string): string {
  for (let number = taken.length + 1; ; number += 1) {
    const code = `${stem}_${String(number)}`;
    if (!taken.includes(code)) return code;
  }
}

/** Returns a rule as it begins: one point for each yuan. */
export function newRule(taken: readonly string[], names: { zh: string; en: string }): Rule {
  return {
    code: freeCode(taken, "rule"),
    names,
    asset: "points",
    points: 1,
    per_minor: FEN_A_YUAN,
    items: { categories: [], skus: [], except_for: false },
    days: { weekdays: [], first_on: null, last_on: null },
    order_discounts_reduce: true,
    caps: { per_order: null, per_day: null, per_month: null },
    except_kinds: ["recharge"],
    except_classes: ["staff_purchase", "reseller", "brushing", "bulk"],
  };
}

/** Returns the programme that a brand without one begins with. */
export function firstProgramme(): Programme {
  const names = { zh: "\u4f1a\u5458\u65b9\u6848", en: "Club" };
  return {
    names,
    base: "buyer_paid",
    stored_bonus_earns: true,
    rules: [{ ...newRule([], { zh: "\u6d88\u8d39\u5f97\u79ef\u5206", en: "Points for spending" }), code: "base_points" }],
    return_windows: [{ platform: "pos", order_kind: null, days: 0, from_payment: true }, { platform: null, order_kind: null, days: 7, from_payment: false }],
    claw_back: "by_value",
    expiry: null,
    tiers: [{ code: "member", names: { zh: "\u4f1a\u5458", en: "Member" }, growth: 0 }],
    downgrade: "at_once",
    earn_before_enrolment_days: 0,
    welcome: null,
    document_gifts: [],
    surplus_gifts: "claw_back",
  };
}

/** Returns an amount in yuan for people to edit; values stay whole fen. */
export function yuanOf(minor: number | null | undefined): number | null {
  return minor === null || minor === undefined ? null : minor / FEN_A_YUAN;
}

/** Returns whole fen of an amount in yuan that somebody typed. */
export function fenOf(yuan: number | null): number | null {
  return yuan === null ? null : Math.round(yuan * FEN_A_YUAN);
}

/** Tells whether two programmes say the same, whatever was left out as a default. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Returns a category path as people write it. */
export const pathText = (path: readonly string[]): string => path.join(" / ");

const SPACED = /\s[/\uff0f]\s/;
const ANY = /[/\uff0f]/;

/** Returns the path that somebody wrote; where slashes stand between spaces, others are part of a name. */
export function pathOf(text: string): string[] {
  return text.split(SPACED.test(text) ? SPACED : ANY).map((step) => step.trim()).filter((step) => step !== "");
}

/** Returns the paths of a rule as they were written anew; those that it had already stay as they are. */
export function pathsOf(texts: readonly string[], had: readonly (readonly string[])[]): string[][] {
  const known = new Map(had.map((path) => [pathText(path), path]));
  return texts.map((text) => [...(known.get(text) ?? pathOf(text))]).filter((path) => path.length > 0);
}
