/** Which entries are asked for, as the address tells it. */
import type { paths } from "@shared/api/schema";
import dayjs from "dayjs";

export interface Filter {
  actor: string | null;
  acts: readonly string[];
  subject: string;
  /** Days as `2026-11-22`, both inclusive, in the zone of this device. */
  from: string | null;
  to: string | null;
  /** Entries of every brand and of the group, or of the brand of the address alone. */
  ofBrand: boolean;
}

type Asked = NonNullable<paths["/v1/audit/entries"]["get"]["parameters"]["query"]>;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ACT = /^[a-z_]+\.[a-z_]+$/;

export function readFilter(query: URLSearchParams): Filter {
  const dayOf = (name: string): string | null => {
    const value = query.get(name) ?? "";
    return DAY.test(value) ? value : null;
  };
  return {
    actor: query.get("actor"),
    acts: query.getAll("act").filter((one) => ACT.test(one)),
    subject: query.get("subject") ?? "",
    from: dayOf("from"),
    to: dayOf("to"),
    ofBrand: query.get("scope") === "brand",
  };
}

export function writeFilter(filter: Filter): URLSearchParams {
  const query = new URLSearchParams();
  if (filter.actor !== null) query.set("actor", filter.actor);
  for (const act of filter.acts) query.append("act", act);
  if (filter.subject !== "") query.set("subject", filter.subject);
  if (filter.from !== null) query.set("from", filter.from);
  if (filter.to !== null) query.set("to", filter.to);
  if (filter.ofBrand) query.set("scope", "brand");
  return query;
}

export function isFiltered(filter: Filter): boolean {
  return writeFilter(filter).size > 0;
}

/** Returns the filter as the server takes it; the last day is meant whole. */
export function asked(filter: Filter, brand: string): Asked {
  return {
    ...(filter.actor === null ? {} : { actor: filter.actor }),
    ...(filter.acts.length === 0 ? {} : { act: [...filter.acts] as NonNullable<Asked["act"]> }),
    ...(filter.subject === "" ? {} : { subject: filter.subject }),
    ...(filter.from === null ? {} : { since: dayjs(filter.from).format() }),
    ...(filter.to === null ? {} : { until: dayjs(filter.to).add(1, "day").format() }),
    ...(filter.ofBrand ? { brand } : {}),
  };
}

/** Returns the same as the query of an address, for the file. */
export function addressOf(filter: Filter, brand: string): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked(filter, brand))) {
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  return query.toString();
}
