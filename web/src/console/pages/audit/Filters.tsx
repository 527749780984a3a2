import { useActors } from "@console/parts/actors/useActors";
import { useBrand } from "@console/brand";
import { api } from "@shared/api/client";
import { Button, Checkbox, DatePicker, Flex, Input, Select } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDoors } from "./Origin";
import type { Act } from "./acts";
import { type Filter, isFiltered } from "./filter";

interface Props {
  filter: Filter;
  acts: readonly Act[];
  put: (filter: Filter) => void;
}

const NONE: Filter = { actor: null, acts: [], subject: "", from: null, to: null, ofBrand: false };

/** What of the audit is asked for; every part of it stands in the address. */
export function Filters({ filter, acts, put }: Props) {
  const { t, i18n } = useTranslation("audit");
  const brand = useBrand();
  const doorOf = useDoors();
  const actors = api.useQuery("get", "/v1/audit/actors", {});
  const [subject, setSubject] = useState(filter.subject);
  const [lastSubject, setLastSubject] = useState(filter.subject);
  // The address changed by itself (a link, the way back): what was typed follows it.
  if (lastSubject !== filter.subject) {
    setLastSubject(filter.subject);
    setSubject(filter.subject);
  }
  const chinese = i18n.language === "zh-CN";
  const nameOf = useActors([...(actors.data?.items ?? []).map((one) => one.id), ...(filter.actor === null ? [] : [filter.actor])]);
  const people = (actors.data?.items ?? []).map((one) => ({ value: one.id, label: one.name ?? doorOf(one.id) ?? nameOf(one.id) }));
  if (filter.actor !== null && !people.some((one) => one.value === filter.actor)) people.push({ value: filter.actor, label: doorOf(filter.actor) ?? nameOf(filter.actor) });
  return (
    <Flex component="search" gap="small" wrap align="center">
      <DatePicker.RangePicker
        aria-label={t("span")}
        allowEmpty={[true, true]}
        value={[filter.from === null ? null : dayjs(filter.from), filter.to === null ? null : dayjs(filter.to)]}
        onChange={(days) => { put({ ...filter, from: days?.[0]?.format("YYYY-MM-DD") ?? null, to: days?.[1]?.format("YYYY-MM-DD") ?? null }); }}
      />
      <Select
        aria-label={t("who")}
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        placeholder={t("anybody")}
        className="audit-choice"
        value={filter.actor}
        options={people}
        onChange={(actor: string | null | undefined) => { put({ ...filter, actor: actor ?? null }); }}
      />
      <Select
        aria-label={t("act")}
        mode="multiple"
        allowClear
        maxTagCount="responsive"
        showSearch={{ optionFilterProp: "label" }}
        placeholder={t("anything")}
        className="audit-choice"
        value={[...filter.acts]}
        options={acts.map((one) => ({ value: one.act as string, label: chinese ? one.chinese : one.english }))}
        onChange={(chosen: string[]) => { put({ ...filter, acts: chosen }); }}
      />
      <Input.Search
        aria-label={t("subject")}
        allowClear
        placeholder={t("subjectHint")}
        className="audit-choice"
        value={subject}
        onChange={(event) => { setSubject(event.target.value); }}
        onSearch={(value) => { put({ ...filter, subject: value.trim() }); }}
      />
      <Checkbox checked={filter.ofBrand} onChange={(event) => { put({ ...filter, ofBrand: event.target.checked }); }}>{t("ofBrand", { brand: brand.name })}</Checkbox>
      {isFiltered(filter) && <Button type="link" onClick={() => { put(NONE); }}>{t("common:clearFilters")}</Button>}
    </Flex>
  );
}
