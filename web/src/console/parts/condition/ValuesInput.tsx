import { api } from "@shared/api/client";
import { count as shown } from "@shared/format";
import { keepPreviousData } from "@tanstack/react-query";
import { Flex, Select, Spin, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useBuilding } from "./building";
import { type VocabularyField, matches, told } from "./model";
import { usePaused } from "./useCount";

const SEARCH_PAUSE_MS = 250;
const TAGS_SHOWN_MAX = 12;

interface Props {
  field: VocabularyField;
  facts: string | null;
  values: readonly (string | boolean)[];
  onChange: (values: string[]) => void;
}

/** Chooses values: listed ones by name, texts among those that occur, or written by hand. */
export function ValuesInput(props: Props) {
  return props.field.type === "text" ? <TextValues {...props} /> : <ListedValues {...props} />;
}

function ListedValues({ field, values, onChange }: Props) {
  const { t } = useTranslation("condition");
  const { language } = useBuilding();
  return (
    <Select<string[]>
      className="condition-values"
      mode="multiple"
      aria-label={t("valuesOf", { field: told(field, language) })}
      placeholder={t("chooseValues")}
      value={values.map(String)}
      maxTagCount={TAGS_SHOWN_MAX}
      showSearch={{ filterOption: (text, option) => option?.named !== undefined && matches(option.named, text) }}
      options={field.values.map((named) => ({ value: named.code, label: told(named, language), named }))}
      onChange={onChange}
    />
  );
}

function TextValues({ field, facts, values, onChange }: Props) {
  const { t } = useTranslation("condition");
  const { brand, language } = useBuilding();
  const [isOpen, setIsOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const search = usePaused(typed, SEARCH_PAUSE_MS);
  const query = { field: field.code, ...(facts === null ? {} : { facts }), ...(search === "" ? {} : { search }) };
  const found = api.useQuery(
    "get", "/v1/brands/{brand}/vocabulary/values",
    { params: { path: { brand }, query } },
    { enabled: isOpen, placeholderData: keepPreviousData, retry: false },
  );
  const options = (found.data?.items ?? []).map((one) => ({
    value: one.value,
    chosen: named(one.names[language], one.value),
    label: (
      <Flex justify="space-between" gap="middle">
        <span>{named(one.names[language], one.value)}</span>
        <Typography.Text type="secondary">{t("people", { count: one.customers, shown: shown(one.customers) })}</Typography.Text>
      </Flex>
    ),
  }));
  return (
    <Select<string[]>
      className="condition-values"
      mode="tags"
      aria-label={t("valuesOf", { field: told(field, language) })}
      placeholder={t("chooseTexts")}
      value={values.map(String)}
      maxTagCount={TAGS_SHOWN_MAX}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      popupMatchSelectWidth={false}
      optionLabelProp="chosen"
      options={options}
      notFoundContent={found.isFetching ? <Spin size="small" /> : t("noValues")}
      onOpenChange={setIsOpen}
      onChange={onChange}
    />
  );
}

function named(name: string, code: string): string {
  return name === code ? code : `${name} (${code})`;
}
