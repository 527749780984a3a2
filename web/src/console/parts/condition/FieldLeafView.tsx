import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { useBuilding } from "./building";
import { DaysInput, MomentInput, NumberInput, YesNo } from "./Inputs";
import { type Asking, type FieldLeaf, type Words, askedBy, askingOf, askingsOf, change, fieldOf, told } from "./model";
import { ValuesInput } from "./ValuesInput";

const DAYS_MAX = 36_600;
const ANNIVERSARY_MAX = 366;

/** A field, how it is asked, and what it is held against. */
export function FieldLeafView({ leaf, facts }: { leaf: FieldLeaf; facts: string | null }) {
  const { t } = useTranslation("condition");
  const { vocabulary, language, edit } = useBuilding();
  const field = fieldOf(vocabulary, leaf.field, facts ?? undefined);
  if (field === undefined) return <code>{JSON.stringify(leaf.words)}</code>;
  const asking = askingOf(leaf.words);
  const put = (words: Words, mark?: string) => {
    edit((root) => change(root, leaf.id, (node) => (node.kind === "field" ? { ...node, words } : node)), mark && `${leaf.id}:${mark}`);
  };
  const dated = field.type === "day" || field.type === "instant";
  const kind = dated ? "dated" : field.type === "integer" ? "number" : "values";
  const name = told(field, language);
  if (field.type === "bool" && asking === "in") {
    const [value] = Array.isArray(leaf.words.in) ? leaf.words.in : [];
    return <YesNo label={name} value={value !== false} onChange={(yes) => { put({ in: [yes] }); }} />;
  }
  return (
    <>
      <Select<Asking>
        className="condition-asking"
        aria-label={t("askingOf", { field: name })}
        value={asking}
        popupMatchSelectWidth={false}
        options={askingsOf(field).map((value) => ({ value, label: t(`asking.${kind}.${value}`) }))}
        onChange={(next) => { put(askedBy(next, leaf.words)); }}
      />
      <Against leaf={leaf} facts={facts} asking={asking} put={put} />
    </>
  );
}

function Against({ leaf, facts, asking, put }: { leaf: FieldLeaf; facts: string | null; asking: Asking; put: (words: Words, mark?: string) => void }) {
  const { t } = useTranslation("condition");
  const { vocabulary, language } = useBuilding();
  const field = fieldOf(vocabulary, leaf.field, facts ?? undefined);
  if (field === undefined) return null;
  const { words } = leaf;
  switch (asking) {
    case "known":
    case "unknown":
      return null;
    case "in":
    case "has_all": {
      const values = (words[asking] ?? []) as (string | boolean)[];
      return <ValuesInput field={field} facts={facts} values={values} onChange={(next) => { put({ [asking]: next }); }} />;
    }
    case "last_days":
    case "next_days":
    case "anniversary_in_days": {
      const most = asking === "anniversary_in_days" ? ANNIVERSARY_MAX : DAYS_MAX;
      return <DaysInput label={t("days")} most={most} value={words[asking]} onChange={(days) => { put({ [asking]: days }, asking); }} />;
    }
    default: {
      const bounds = asking === "between" ? (["at_least", "less_than"] as const) : [asking];
      const isNumber = field.type === "integer";
      return bounds.map((word, place) => {
        const label = `${told(field, language)} ${t(`bounds.${word}`)}`;
        const onChange = (value: number | string | null) => { put({ ...words, [word]: value }, word); };
        return (
          <span key={word} className="condition-bound">
            {place > 0 && <span className="muted">{t("upTo")}</span>}
            {isNumber
              ? <NumberInput label={label} unit={field.unit} value={words[word]} onChange={onChange} />
              : <MomentInput label={label} value={words[word]} onChange={onChange} />}
          </span>
        );
      });
    }
  }
}
