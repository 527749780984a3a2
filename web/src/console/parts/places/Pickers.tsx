import { api } from "@shared/api/client";
import { keepPreviousData } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePaused } from "../condition/useCount";
import { type Named, optionsOf } from "./naming";

const SHOWN_MAX = 50;
const SEARCH_PAUSE_MS = 250;

interface One {
  id?: string;
  value?: string | undefined;
  onChange?: (code: string | undefined) => void;
  allowClear?: boolean;
}

interface Many {
  id?: string;
  value?: string[];
  onChange?: (codes: string[]) => void;
}

/** Chooses a store by a part of its name or code; a field of a form. */
export function StorePicker({ value, ...field }: One) {
  const { t } = useTranslation("console");
  const [typed, setTyped] = useState("");
  const text = usePaused(typed, SEARCH_PAUSE_MS);
  const codes = value === undefined ? [] : [value];
  const found = api.useQuery("get", "/v1/stores", { params: { query: { text, limit: SHOWN_MAX } } }, { placeholderData: keepPreviousData });
  const chosen = api.useQuery("get", "/v1/stores", { params: { query: { code: codes, limit: SHOWN_MAX } } }, { enabled: codes.length > 0 });
  return (
    <Select<string | undefined>
      {...field}
      value={value}
      placeholder={t("choose.store")}
      loading={found.isFetching}
      options={optionsOf(items(found.data), items(chosen.data), codes)}
      showSearch={{ filterOption: false, onSearch: setTyped }}
    />
  );
}

/** Chooses staff by parts of their names or codes; a field of a form. */
export function StaffPicker({ value = [], ...field }: Many) {
  const { t } = useTranslation("console");
  const [typed, setTyped] = useState("");
  const text = usePaused(typed, SEARCH_PAUSE_MS);
  const found = api.useQuery("get", "/v1/staff", { params: { query: { text, limit: SHOWN_MAX } } }, { placeholderData: keepPreviousData });
  const chosen = api.useQuery("get", "/v1/staff", { params: { query: { code: value, limit: SHOWN_MAX } } }, { enabled: value.length > 0, placeholderData: keepPreviousData });
  return (
    <Select<string[]>
      {...field}
      mode="multiple"
      value={value}
      placeholder={t("choose.staff")}
      loading={found.isFetching}
      options={optionsOf(items(found.data), items(chosen.data), value)}
      showSearch={{ filterOption: false, onSearch: setTyped }}
    />
  );
}

function items(page: { items: readonly Named[] } | undefined): readonly Named[] {
  return page?.items ?? [];
}
