/** Documents to begin a tag with; names are for the brand to fill in. */
export type Template = "manual" | "count" | "favourite";

const HEAD = 'names: {zh: "", en: ""}\nmeaning: {zh: "", en: ""}\n';

export const TEMPLATES: Readonly<Record<Template, string>> = {
  manual: `${HEAD}kind: manual\nmulti: true\nvalues:\n- {code: first, names: {zh: "", en: ""}}\n- {code: second, names: {zh: "", en: ""}}\nexpression: {primitive: given}\n`,
  count: `${HEAD}kind: statistic\nvalues: {unit: times}\nwindow_days: 365\nexpression: {primitive: count, facts: orders}\n`,
  favourite: `${HEAD}kind: statistic\nvalues: {open: true}\nwindow_days: 730\nexpression: {primitive: mode, facts: lines, field: colour, support: 2}\n`,
};
