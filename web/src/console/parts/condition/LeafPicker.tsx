import { Select } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useBuilding } from "./building";
import {
  type FieldGroup, type Leaf, type Named, type Node,
  factsLeaf, factsOf, fieldLeaf, fieldOf, groupOf, matches, segmentLeaf, told,
} from "./model";

const GROUPS: readonly FieldGroup[] = ["member", "tags", "models"];

interface Choice {
  value: string;
  label: string;
  named: Named;
}

/** Chooses what a part speaks of: a field, what customers did, or another segment. */
export function LeafPicker({ leaf, facts, onChoose }: { leaf: Leaf; facts: string | null; onChoose: (node: Node) => void }) {
  const { t } = useTranslation("condition");
  const { vocabulary, segments, language, fresh, setFresh } = useBuilding();
  const options = useMemo(() => {
    const choice = (kind: string, named: Named): Choice => ({ value: `${kind}:${named.code}`, label: told(named, language), named });
    const fields = (facts === null ? vocabulary.fields : (factsOf(vocabulary, facts)?.fields ?? [])).map((field) => choice("field", field));
    if (facts !== null) return [{ label: t("groups.where"), options: fields }];
    const grouped = GROUPS.map((group) => ({
      label: t(`groups.${group}`),
      options: fields.filter(({ named }) => groupOf(named.code) === group),
    }));
    const [member, ...computed] = grouped;
    return [
      ...(member === undefined ? [] : [member]),
      { label: t("groups.facts"), options: vocabulary.facts.map((kind) => choice("facts", kind)) },
      ...computed,
      { label: t("groups.segments"), options: segments.map((segment) => choice("segment", segment)) },
    ].filter((group) => group.options.length > 0);
  }, [facts, language, segments, t, vocabulary]);

  const choose = (value: string) => {
    const [kind, code] = [value.slice(0, value.indexOf(":")), value.slice(value.indexOf(":") + 1)];
    const field = kind === "field" ? fieldOf(vocabulary, code, facts ?? undefined) : undefined;
    const chosen = kind === "facts" ? factsOf(vocabulary, code) : undefined;
    if (field !== undefined) onChoose(fieldLeaf(field, leaf.id, leaf.not));
    else if (chosen !== undefined) onChoose(factsLeaf(chosen, leaf.id, leaf.not));
    else if (kind === "segment") onChoose(segmentLeaf(code, leaf.id, leaf.not));
    setFresh(null);
  };
  return (
    <Select<string, Choice>
      className="condition-picker"
      aria-label={t("subject")}
      placeholder={t("choose")}
      value={chosenOf(leaf)}
      options={options as unknown as Choice[]}
      labelRender={({ value, label }) => label ?? unknownOf(String(value))}
      showSearch={{ filterOption: (text, choice) => choice?.named !== undefined && matches(choice.named, text) }}
      popupMatchSelectWidth={false}
      autoFocus={fresh === leaf.id}
      defaultOpen={fresh === leaf.id}
      onChange={choose}
    />
  );
}

function chosenOf(leaf: Leaf): string | undefined {
  if (leaf.kind === "field") return `field:${leaf.field}`;
  if (leaf.kind === "facts") return `facts:${leaf.facts}`;
  return leaf.kind === "segment" ? `segment:${leaf.segment}` : undefined;
}

/** What the vocabulary has no name for is shown by its code. */
function unknownOf(value: string): string {
  return value.slice(value.indexOf(":") + 1);
}

