import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, percent } from "@shared/format";
import { Card, Checkbox, Flex, Input, Skeleton, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sideOf } from "./document";

type Tag = Schemas["PortraitOut"]["tags"][number];
const BASIS_POINTS = 10_000;
const VALUES_SHOWN = 10;
const TELLING = 20;
const AS_EVERYBODY = 100;

/** What a segment is like beside everybody: each tag's values as bars, the most telling first. */
export function Portrait({ brand, segment }: { brand: string; segment: string }) {
  const { t, i18n } = useTranslation("segments");
  const [search, setSearch] = useState("");
  const [tellingOnly, setTellingOnly] = useState(false);
  const portrait = api.useQuery("get", "/v1/brands/{brand}/segments/{segment}/portrait", { params: { path: { brand, segment } } }, { retry: false });
  if (portrait.error !== null) return <Refused error={portrait.error} onRetry={() => void portrait.refetch()} />;
  if (portrait.data === undefined) return <Skeleton active />;
  const side = sideOf(i18n.language);
  const wanted = search.trim().toLowerCase();
  const tags = portrait.data.tags
    .filter((tag) => tag.values.some((value) => value.customers > 0 || value.base_customers > 0))
    .filter((tag) => `${tag.field} ${tag.names.zh ?? ""} ${tag.names.en ?? ""}`.toLowerCase().includes(wanted))
    .filter((tag) => !tellingOnly || strength(tag) >= TELLING)
    .sort((one, other) => strength(other) - strength(one));
  if (portrait.data.customers === 0) return <Empty title={t("nobody")} hint={t("nobodyHint")} />;
  return (
    <Flex vertical gap="middle">
      <Flex gap="middle" align="center" wrap>
        <Input.Search className="search" allowClear aria-label={t("findTag")} placeholder={t("findTag")} onChange={(event) => { setSearch(event.target.value); }} />
        <Checkbox checked={tellingOnly} onChange={(event) => { setTellingOnly(event.target.checked); }}>{t("tellingOnly")}</Checkbox>
        <Typography.Text type="secondary"><span className="portrait-key own" /> {t("inSegment")} <span className="portrait-key base" /> {t("everybody")} · {t("indexHint")}</Typography.Text>
      </Flex>
      {tags.length === 0 && <Empty title={t("noTag")} />}
      <div className="portrait">
        {tags.map((tag) => (
          <Card key={tag.field} size="small" title={tag.names[side]}>
            <Bars tag={tag} side={side} />
          </Card>
        ))}
      </div>
    </Flex>
  );
}

function Bars({ tag, side }: { tag: Tag; side: "zh" | "en" }) {
  const { t } = useTranslation("segments");
  const values = [...tag.values].sort((one, other) => other.customers - one.customers).slice(0, VALUES_SHOWN);
  const most = Math.max(1, ...values.map((value) => Math.max(value.share_basis_points, value.base_share_basis_points)));
  return (
    <table className="bars" aria-label={tag.names[side]}>
      <thead className="visually-hidden"><tr><th>{t("value")}</th><th>{t("share")}</th><th>{t("index")}</th></tr></thead>
      <tbody>
        {values.map((value) => (
          <tr key={value.code}>
            <th scope="row" title={value.names[side]}>{value.names[side]}</th>
            <td className="bar-place">
              <span className="bar own" style={{ inlineSize: `${String((100 * value.share_basis_points) / most)}%` }} />
              <span className="bar base" style={{ inlineSize: `${String((100 * value.base_share_basis_points) / most)}%` }} />
            </td>
            <td className="number">
              <Tooltip title={t("barHint", { customers: count(value.customers), share: percent(value.share_basis_points / BASIS_POINTS), base: percent(value.base_share_basis_points / BASIS_POINTS) })}>
                <span>{percent(value.share_basis_points / BASIS_POINTS)} {value.index !== null && <span className={marked(value.index)}>{value.index}</span>}</span>
              </Tooltip>
            </td>
          </tr>
        ))}
        {tag.values.length > VALUES_SHOWN && <tr><td colSpan={3} className="muted">{t("moreValues", { count: tag.values.length - VALUES_SHOWN })}</td></tr>}
      </tbody>
    </table>
  );
}

/** How far the most unusual value of a tag is from everybody, for values that some people have. */
function strength(tag: Tag): number {
  const told = tag.values.filter((value) => value.index !== null && value.share_basis_points >= BASIS_POINTS / 20);
  return Math.max(0, ...told.map((value) => Math.abs((value.index ?? AS_EVERYBODY) - AS_EVERYBODY)));
}

function marked(index: number): string {
  if (index >= AS_EVERYBODY + TELLING) return "index more";
  return index <= AS_EVERYBODY - TELLING ? "index less" : "index";
}
