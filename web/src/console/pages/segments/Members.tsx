import { useAddress } from "@console/brand";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { Why } from "@console/parts/Why";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { instant } from "@shared/format";
import { Skeleton, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { sideOf } from "./document";

type Member = Schemas["MemberOut"];
type Clause = Schemas["SegmentClauseOut"];
const FACTS_SHOWN = 5;

/** Who is in a segment now, masked, each with the reason. */
export function Members({ brand, segment }: { brand: string; segment: string }) {
  const { t } = useTranslation("segments");
  const at = useAddress();
  const members = api.useInfiniteQuery(
    "get", "/v1/brands/{brand}/segments/{segment}/members",
    { params: { path: { brand, segment }, query: { limit: 50 } } },
    BY_CURSOR,
  );
  return (
    <DataTable<Member>
      label={t("members")}
      listing={members}
      rowKey="id"
      empty={<Empty title={t("nobody")} hint={t("nobodyHint")} />}
      columns={[
        { title: t("customer"), key: "name", render: (_, one) => <Link to={at(`customers/${one.id}`)}>{one.name ?? one.id}</Link> },
        { title: t("status"), dataIndex: "status", render: (status: string) => t(`condition:statuses.${status}`, { defaultValue: status }) },
        { title: t("city"), dataIndex: "city", render: (city: string | null) => city ?? "—" },
        { title: t("why"), key: "why", render: (_, one) => <Why title={t("whyIn")} explanation={<Reason brand={brand} segment={segment} customer={one.id} />}>{t("why")}</Why> },
      ]}
    />
  );
}

function Reason({ brand, segment, customer }: { brand: string; segment: string; customer: string }) {
  const { t, i18n } = useTranslation("segments");
  const why = api.useQuery("get", "/v1/brands/{brand}/segments/{segment}/customers/{customer_id}", {
    params: { path: { brand, segment, customer_id: customer }, query: { language: sideOf(i18n.language) } },
  });
  if (why.error !== null) return <Refused error={why.error} />;
  if (why.data === undefined) return <Skeleton active paragraph={{ rows: 2 }} />;
  return (
    <div className="reason">
      {!why.data.is_member && <Typography.Text type="warning">{t("notInAnyMore")}</Typography.Text>}
      <ClauseView clause={why.data.clauses} />
    </div>
  );
}

function ClauseView({ clause }: { clause: Clause }) {
  const { t } = useTranslation("segments");
  const parts = clause.parts ?? [];
  return (
    <div className="clause">
      <div><Tag color={clause.holds ? "success" : "default"}>{clause.holds ? t("holds") : t("holdsNot")}</Tag>{clause.says}</div>
      {parts.length === 0 && <div className="muted">{t("found", { found: toldOf(clause.found, t("unknown")) })}{typeof clause.fact_count === "number" && ` · ${t("factCount", { count: clause.fact_count })}`}</div>}
      {(clause.facts ?? []).slice(0, FACTS_SHOWN).map((fact, place) => (
        <div key={place} className="muted">{factOf(fact)}</div>
      ))}
      {parts.map((part, place) => <ClauseView key={place} clause={part} />)}
    </div>
  );
}

function toldOf(found: unknown, unknown: string): string {
  if (found === null || found === undefined) return unknown;
  if (Array.isArray(found)) return found.length === 0 ? unknown : found.join(", ");
  return typeof found === "string" && found.includes("T") ? instant(found) : String(found);
}

function factOf(fact: Record<string, unknown>): string {
  return Object.values(fact).map((value) => toldOf(value, "")).filter(Boolean).slice(0, FACTS_SHOWN).join(" · ");
}
