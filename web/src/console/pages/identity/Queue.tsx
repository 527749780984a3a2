import { useAddress } from "@console/brand";
import { useKey } from "@console/keyboard";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { OfBrand, useOfBrand } from "@console/parts/OfBrand";
import { Page } from "@console/parts/Page";
import { SaidOf } from "@console/parts/actors/Actor";
import { useWords } from "@console/words";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { Button, Flex, Segmented, Select, type TableColumnsType, Tag, Tooltip, Typography } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { type Review, daysWaited } from "./deciding";
import { Sections } from "./Sections";

const RULES = ["living_max", "person_identifiers_max", "rejected_pair", "likely"] as const;
const STATES = ["now", "later", "accepted", "rejected", "moot"] as const;
type State = (typeof STATES)[number];

/** What waits for somebody to say whether two are one person, the oldest first. */
export default function Queue() {
  const { t } = useTranslation("identity");
  const at = useAddress();
  const navigate = useNavigate();
  const [query, say] = useWords();
  const [now] = useState(() => Date.now());
  const state = STATES.find((one) => one === query.get("state")) ?? "now";
  const rule = query.get("rule") ?? undefined;
  const { of } = useOfBrand();
  const listing = api.useInfiniteQuery("get", "/v1/identity/reviews", { params: { query: { ...of, limit: 50, rule, ...asked(state) } } }, BY_CURSOR);
  const first = listing.data?.pages[0]?.items[0];
  useKey("j", () => { if (first !== undefined) void navigate(at(`identity/reviews/${first.id}`)); });
  const columns: TableColumnsType<Review> = [
    {
      title: t("review.one"), key: "one",
      render: (_, one) => <IdentifierShown kind={one.identifier.kind} masked={one.identifier.masked} />,
    },
    {
      title: t("review.other"), key: "other",
      render: (_, one) => <IdentifierShown kind={one.other.kind} masked={one.other.masked} />,
    },
    {
      title: t("review.rule"), key: "rule",
      render: (_, one) => <Tooltip title={t(`review.ruleHints.${one.rule}`)}><Tag tabIndex={0}>{t(`review.rules.${one.rule}`)}</Tag></Tooltip>,
    },
    {
      title: t("review.opened"), key: "opened",
      render: (_, one) => (
        <Flex vertical>
          <span>{instant(one.opened_at)}</span>
          <Typography.Text type="secondary">{waited(one)}</Typography.Text>
        </Flex>
      ),
    },
    { title: "", key: "decide", render: (_, one) => <Link to={at(`identity/reviews/${one.id}`)}>{t("review.decide")}</Link> },
  ];
  function waited(one: Review): ReactNode {
    if (one.decided_at !== null) return <SaidOf id={one.actor} nobody={t("journal.evidence")} says={(by) => t("review.decided", { by, at: instant(one.decided_at), reason: one.reason ?? "" })} />;
    if (state === "later" && one.postponed_until !== null) return <SaidOf id={one.postponed_by} says={(by) => t("review.postponed", { by, at: instant(one.postponed_until), reason: one.postponed_reason })} />;
    const days = daysWaited(one.opened_at, now);
    return days === 0 ? t("review.today") : t("review.waited", { count: days });
  }
  const isFiltered = rule !== undefined || state !== "now";
  return (
    <Page
      title={t("queue")}
      hint={t("queueHint")}
      actions={<Button type="primary" disabled={first === undefined} onClick={() => { if (first !== undefined) void navigate(at(`identity/reviews/${first.id}`)); }}>{t("review.decide")} <kbd>J</kbd></Button>}
    >
      <Sections current="identity/reviews" />
      <Flex gap="middle" wrap>
        <OfBrand />
        <Segmented<State>
          aria-label={t("review.state")}
          value={state}
          options={STATES.map((one) => ({ value: one, label: one === "now" || one === "later" ? t(`review.waiting.${one}`) : t(`review.states.${one}`) }))}
          onChange={(one) => { say({ state: one === "now" ? undefined : one }); }}
        />
        <Select
          aria-label={t("review.rule")}
          className="search"
          allowClear
          popupMatchSelectWidth={false}
          placeholder={t("review.anyRule")}
          value={rule}
          options={RULES.map((one) => ({ value: one, label: t(`review.rules.${one}`) }))}
          onChange={(one: string | undefined) => { say({ rule: one }); }}
        />
      </Flex>
      <DataTable<Review>
        label={t("queue")}
        listing={listing}
        rowKey="id"
        columns={columns}
        empty={isFiltered ? <Empty title={t("review.noneMatches")} /> : <Empty title={t("review.none")} hint={t("review.noneHint")} />}
      />
    </Page>
  );
}

function IdentifierShown({ kind, masked }: { kind: Review["identifier"]["kind"]; masked: string }) {
  const { t } = useTranslation("people");
  return (
    <Flex vertical>
      <Typography.Text type="secondary">{t(`kinds.${kind}`)}</Typography.Text>
      <span>{masked}</span>
    </Flex>
  );
}

function asked(state: State): { state: Review["state"]; waiting?: "now" | "later" } {
  return state === "now" || state === "later" ? { state: "open", waiting: state } : { state };
}
