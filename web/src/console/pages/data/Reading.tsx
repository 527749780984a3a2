import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Alert, Button, Card, Flex, Select, Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { MappingEditor } from "./MappingEditor";
import type { Chosen } from "./reading";
import { KINDS, type Kind, useDescription } from "./words";

type Look = Schemas["LookOut"];
const CANONICAL = "";

interface Props {
  look: Look;
  chosen: Chosen | null;
  onChoose: (words: Record<string, string | null>) => void;
}

/** As what a file is read, and by which mapping: those that fit come first, with how well. */
export function Reading({ look, chosen, onChoose }: Props) {
  const { t } = useTranslation("data");
  const may = useMay();
  const describe = useDescription();
  const [query] = useSearchParams();
  const editing = query.get("editing") === "yes";
  const listed = api.useQuery("get", "/v1/inbox/mappings", {});
  const kind = chosen?.kind;
  const options = useMemo(() => mappingOptions(look, kind, listed.data?.items ?? [], t), [look, kind, listed.data, t]);
  const guess = look.guesses.find((one) => one.mapping === chosen?.mapping);
  return (
    <Card
      title={t("reading.title")}
      extra={!editing && (
        <Button disabled={!may("inbox.write")} title={may("inbox.write") ? undefined : t("writeNeeded")} onClick={() => { onChoose({ editing: "yes", kind: kind ?? "order", mapping: chosen?.mapping ?? null }); }}>
          {t(chosen?.mapping ? "reading.edit" : "reading.create")}
        </Button>
      )}
    >
      <Flex vertical gap="middle">
        <Flex gap="middle" wrap>
          <Flex vertical>
            <Typography.Text type="secondary" id="reading-kind">{t("reading.kind")}</Typography.Text>
            <Select<Kind> className="data-field" aria-labelledby="reading-kind" value={kind ?? null} disabled={editing} placeholder={t("reading.chooseKind")} options={KINDS.map((one) => ({ value: one, label: t(`kinds.${one}`) }))} onChange={(value) => { onChoose({ kind: value, mapping: null }); }} />
          </Flex>
          <Flex vertical>
            <Typography.Text type="secondary" id="reading-mapping">{t("reading.mapping")}</Typography.Text>
            <Select className="data-account" aria-labelledby="reading-mapping" showSearch disabled={editing} value={chosen === null ? null : (chosen.mapping ?? CANONICAL)} placeholder={t("reading.chooseMapping")} options={options} onChange={(value: string) => { onChoose(picked(value, look, kind, listed.data?.items ?? [])); }} />
          </Flex>
        </Flex>
        {guess !== undefined && <Typography.Text type="secondary">{guess.is_shipped ? describe(guess.mapping, guess.description) : guess.description}</Typography.Text>}
        {guess !== undefined && guess.missing.length > 0 && <Alert showIcon type="warning" title={t("reading.missing", { columns: guess.missing.join(" · ") })} />}
        {chosen === null && <Alert showIcon type="info" title={t("reading.nothingFits")} description={t("reading.nothingFitsHint")} />}
        {editing && kind !== undefined && (
          <MappingEditor key={`${kind} ${chosen?.mapping ?? ""}`} look={look} kind={kind} from={chosen?.mapping ?? null} onSaved={(name) => { onChoose({ editing: null, mapping: name }); }} onCancel={() => { onChoose({ editing: null }); }} />
        )}
      </Flex>
    </Card>
  );
}

type Say = (key: "reading.canonical" | "reading.fits" | "reading.guessed" | "reading.others", words?: { percent: number }) => string;

function mappingOptions(look: Look, kind: Kind | undefined, known: readonly Schemas["MappingOut"][], t: Say) {
  const guessed = look.guesses.map((one) => ({ value: one.mapping, label: `${one.mapping} · ${t("reading.fits", { percent: one.fits_percent })}` }));
  const named = new Set(look.guesses.map((one) => bare(one.mapping)));
  const others = known.filter((one) => (kind === undefined || one.kind === kind) && !named.has(one.name)).map((one) => ({ value: one.name, label: one.name }));
  return [
    ...(kind === undefined ? [] : [{ value: CANONICAL, label: t("reading.canonical") }]),
    ...(guessed.length > 0 ? [{ label: t("reading.guessed"), options: guessed }] : []),
    ...(others.length > 0 ? [{ label: t("reading.others"), options: others }] : []),
  ];
}

/** Returns what choosing a mapping changes: it brings its kind along. */
function picked(value: string, look: Look, kind: Kind | undefined, known: readonly Schemas["MappingOut"][]): Record<string, string | null> {
  if (value === CANONICAL) return { mapping: null };
  const of = look.guesses.find((one) => one.mapping === value)?.kind ?? known.find((one) => one.name === value)?.kind ?? kind ?? null;
  return { mapping: value, kind: of };
}

function bare(name: string): string {
  return name.replace(/@\d+$/, "");
}
