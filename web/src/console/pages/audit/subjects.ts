/** Where the subject of an entry is shown: the page of the console, or none. */
import { useAddress, useBrand } from "@console/brand";
import { useMay } from "@shared/session";

const CUSTOMER = /^cus_\w+$/;
const USER = /^usr_\w+$/;
const JOB = /^job_\w+$/;
const MERGE = /^mrg_\w+$/;

/** Returns a function that tells the address of a subject, or null where no page shows it. */
export function useSubjectAddress(): (subject: string) => string | null {
  const at = useAddress();
  const { code } = useBrand();
  const may = useMay();
  return (subject) => {
    if (CUSTOMER.test(subject)) return at(`customers/${subject}`);
    if (USER.test(subject)) return may("users.read") ? at(`users?user=${subject}`) : null;
    if (JOB.test(subject)) return at(`jobs?job=${subject}`);
    if (MERGE.test(subject)) return at("identity");
    const [kind, key] = parted(subject);
    const [brand, name] = parted(key, "/");
    // Pages are below the brand of the address; things of another brand are not shown here.
    if (brand !== code) return OF_THE_GROUP[kind] === undefined ? null : at(OF_THE_GROUP[kind]);
    const page = OF_A_BRAND[kind]?.(encodeURIComponent(name));
    return page === undefined ? null : at(page);
  };
}

const OF_A_BRAND: Readonly<Record<string, (name: string) => string>> = {
  programme: () => "programme",
  segment: (name) => `segments/${name}`,
  tag: (name) => `tags/${name}`,
  model: () => "models",
};
const OF_THE_GROUP: Readonly<Record<string, string>> = {
  mapping: "data/mappings",
  organisation: "organisation",
  store: "stores",
  staff: "staff",
  role: "roles",
};

/** Returns what stands before and after the first separator. */
export function parted(text: string, separator = ":"): [string, string] {
  const place = text.indexOf(separator);
  return place < 0 ? [text, ""] : [text.slice(0, place), text.slice(place + 1)];
}
