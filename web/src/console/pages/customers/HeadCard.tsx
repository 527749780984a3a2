import { useBrand } from "@console/brand";
import { Why } from "@console/parts/Why";
import { count, day, instant, lastDayOf, money } from "@shared/format";
import { Card, Descriptions, Flex, Progress, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Head, useNamed, useWord } from "./words";

/** One customer at a glance: who, which tier, what they have, who looks after them. */
export function HeadCard({ head }: { head: Head }) {
  return (
    <div className="customer-head">
      <Who head={head} />
      <TierCard head={head} />
      <Figures head={head} />
    </div>
  );
}

function Who({ head }: { head: Head }) {
  const { t } = useTranslation("customers");
  const named = useNamed();
  const word = useWord();
  const care = head.care.map((one) => [word("relations", one.kind), one.staff_name ?? one.staff ?? one.store].filter(Boolean).join(" "));
  return (
    <Card size="small" title={t("who")} extra={<Tag color={head.status === "member" ? "success" : "default"}>{word("status", head.status)}</Tag>}>
      <Descriptions
        column={1}
        size="small"
        items={[
          { key: "phone", label: t("phone"), children: head.phone ?? t("noPhone") },
          { key: "cards", label: t("cards"), children: head.cards.length > 0 ? head.cards.join(", ") : t("none") },
          { key: "city", label: t("city"), children: head.city ?? t("unknown") },
          { key: "enrolled", label: t("enrolled"), children: [day(head.enrolled_at), head.store].filter(Boolean).join(" · ") },
          { key: "care", label: t("care"), children: care.length > 0 ? care.join(", ") : t("nobodyCares") },
        ]}
      />
      <Flex gap="small" wrap className="marks">
        {head.notes.map((note) => <Tag key={`${note.tag.code}:${note.value.code}`} title={named(note.tag)}>{named(note.value)}</Tag>)}
        {head.classes.map((one) => <Tag key={one.classed} color="warning">{word("classes", one.classed)}</Tag>)}
        {head.consents.map((one) => (
          <Tag key={one.purpose} color={one.is_permitted ? "success" : "error"}>
            {word("purposes", one.purpose)} {one.is_permitted ? t("allowed") : t("notAllowed")}
          </Tag>
        ))}
        {head.leaving_at !== null && <Tag color="error">{t("leaving", { at: day(head.leaving_at) })}</Tag>}
      </Flex>
    </Card>
  );
}

function TierCard({ head }: { head: Head }) {
  const { t } = useTranslation("customers");
  const named = useNamed();
  const tier = head.tier;
  if (tier === null) return <Card size="small" title={t("tier")}><Typography.Text type="secondary">{t("noTier")}</Typography.Text></Card>;
  const goal = tier.next_at_growth ?? tier.growth;
  const percent = goal === 0 ? 0 : Math.min(100, Math.floor((100 * tier.growth) / goal));
  return (
    <Card size="small" title={t("tier")}>
      <Flex vertical gap="small">
        <Typography.Title level={2} className="big">{named(tier.tier)}</Typography.Title>
        <Progress percent={tier.next === null ? 100 : percent} showInfo={false} aria-label={t("progress")} />
        <Typography.Text>
          {tier.next === null ? t("topTier") : t("missing", { growth: count(tier.growth_missing), tier: named(tier.next) })}
        </Typography.Text>
        <div>
          <Why
            explanation={(
              <>
                <p>{t("tierWhy", { growth: count(tier.growth), reached: count(tier.reached_at_growth), tier: named(tier.tier) })}</p>
                <p>{t("tierSince", { at: day(tier.since) })}</p>
                {tier.pending_growth > 0 && <p>{t("pendingGrowth", { growth: count(tier.pending_growth) })}</p>}
              </>
            )}
          >
            {t("whyTier")}
          </Why>
        </div>
      </Flex>
    </Card>
  );
}

function Figures({ head }: { head: Head }) {
  const { t } = useTranslation("customers");
  const zone = useBrand().time_zone;
  const points = head.points;
  const bought = head.bought;
  return (
    <Card size="small" title={t("figures")}>
      <Descriptions
        column={1}
        size="small"
        items={[
          { key: "points", label: t("spendable"), children: <strong>{count(points?.spendable)}</strong> },
          ...(points !== null && points.pending > 0 ? [{ key: "pending", label: t("pending"), children: count(points.pending) }] : []),
          ...(points !== null && points.debt > 0 ? [{ key: "debt", label: t("debt"), children: <Why explanation={t("debtWhy")}>{count(points.debt)}</Why> }] : []),
          ...(points !== null && points.next_expiry_at !== null
            ? [{ key: "expiry", label: t("nextExpiry"), children: t("expiring", { points: count(points.next_expiry_points), at: lastDayOf(points.next_expiry_at, zone) }) }]
            : []),
          { key: "orders", label: t("orders"), children: count(bought?.orders) },
          { key: "spent", label: t("spent365"), children: <Why explanation={t("spentWhy")}>{money(bought?.spent_minor)}</Why> },
          { key: "last", label: t("lastOrder"), children: instant(bought?.last_at) },
        ]}
      />
    </Card>
  );
}
