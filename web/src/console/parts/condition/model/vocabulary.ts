/** What conditions of a brand may speak of, as the server describes it. */

export interface Names {
  zh: string;
  en: string;
}
export type FieldType = "bool" | "code" | "codes" | "integer" | "day" | "instant" | "text";
export interface Named {
  code: string;
  names: Names;
}
export interface VocabularyField extends Named {
  type: FieldType;
  unit: string | null;
  values: Named[];
  operators: Named[];
  at_once: boolean;
}
export interface VocabularyMeasure extends Named {
  fields: string[];
}
export interface VocabularyFacts extends Named {
  verb: Names;
  time: string;
  fields: VocabularyField[];
  measures: VocabularyMeasure[];
}
export interface Vocabulary {
  fields: VocabularyField[];
  facts: VocabularyFacts[];
  features: string[];
}

export type FieldGroup = "member" | "tags" | "models";
export type Language = "zh" | "en";

export function told(named: { names: Names } | undefined, language: Language, otherwise = ""): string {
  return named === undefined ? otherwise : named.names[language];
}

export function fieldOf(vocabulary: Vocabulary, code: string, facts?: string): VocabularyField | undefined {
  const known = facts === undefined ? vocabulary.fields : factsOf(vocabulary, facts)?.fields;
  return known?.find((field) => field.code === code);
}

export function factsOf(vocabulary: Vocabulary, code: string): VocabularyFacts | undefined {
  return vocabulary.facts.find((facts) => facts.code === code);
}

export function groupOf(field: string): FieldGroup {
  if (field.startsWith("tags.")) return "tags";
  return field.startsWith("models.") ? "models" : "member";
}

/** Finds by code or by either name, so that a word of any language finds it. */
export function matches(named: Named, searched: string): boolean {
  const wanted = searched.trim().toLowerCase();
  const texts = [named.code, named.names.zh, named.names.en];
  return wanted === "" || texts.some((text) => text.toLowerCase().includes(wanted));
}
