import { Why } from "@console/parts/Why";
import type { Schemas } from "@shared/api/client";
import { count, percent } from "@shared/format";
import { Card, Flex, Progress, Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type RuleOutcome, outcomes, shareOf } from "./outcomes";

type Size = Schemas["SizeOut"];
type MergeCount = Schemas["MergeCountOut"];

function Titled({ title, why, children }: { title: string; why: string; children: ReactNode }) {
  return <Card title={<Flex gap="small">{title}<Why explanation={why} /></Flex>}>{children}</Card>;
}

/** How many identifiers persons have. */
export function Sizes({ rows }: { rows: readonly Size[] }) {
  const { t } = useTranslation("identity");
  const most = Math.max(1, ...rows.map((one) => one.persons));
  const name = (one: Size) => {
    if (one.most === null) return t("overview.sizeMore", { least: one.least });
    return one.most === one.least ? t("overview.sizeOne", { least: one.least }) : t("overview.sizeRange", { least: one.least, most: one.most });
  };
  const columns: TableColumnsType<Size> = [
    { title: t("overview.size"), key: "size", render: (_, one) => name(one) },
    {
      title: t("overview.people"), key: "people", width: "60%",
      render: (_, one) => <Progress size="small" aria-label={name(one)} percent={(100 * one.persons) / most} format={() => count(one.persons)} />,
    },
  ];
  return (
    <Titled title={t("overview.sizes")} why={t("overview.sizesWhy")}>
      <Table<Size> aria-label={t("overview.sizes")} rowKey="least" size="small" columns={columns} dataSource={[...rows]} pagination={false} />
    </Titled>
  );
}

/** How many merges there were, and how many were undone. */
export function MergeCounts({ rows }: { rows: readonly MergeCount[] }) {
  const { t } = useTranslation("identity");
  const columns: TableColumnsType<MergeCount> = [
    { title: t("overview.by"), key: "by", render: (_, one) => (one.by_hand ? t("overview.byHand") : t("overview.byEvidence")) },
    { title: t("overview.made"), key: "made", align: "right", render: (_, one) => <span className="number">{count(one.merges)}</span> },
    { title: t("overview.undone"), key: "undone", align: "right", render: (_, one) => <span className="number">{count(one.undone)}</span> },
    { title: t("overview.undoneShare"), key: "share", align: "right", render: (_, one) => <span className="number">{percent(shareOf(one.undone, one.merges))}</span> },
  ];
  return (
    <Titled title={t("overview.soundness")} why={t("overview.undoneWhy")}>
      <Table<MergeCount> aria-label={t("overview.soundness")} rowKey={(one) => String(one.by_hand)} size="small" columns={columns} dataSource={[...rows]} pagination={false} scroll={{ x: "max-content" }} />
    </Titled>
  );
}

/** What came of reviews, by the reason for which they were opened. */
export function ReviewCounts({ rows }: { rows: Parameters<typeof outcomes>[0] }) {
  const { t } = useTranslation("identity");
  const columns: TableColumnsType<RuleOutcome> = [
    { title: t("review.rule"), key: "rule", render: (_, one) => t(`review.rules.${one.rule}`) },
    { title: t("review.states.open"), key: "open", align: "right", render: (_, one) => <span className="number">{count(one.open)}</span> },
    { title: t("review.states.accepted"), key: "accepted", align: "right", render: (_, one) => <span className="number">{count(one.accepted)}</span> },
    { title: t("review.states.rejected"), key: "rejected", align: "right", render: (_, one) => <span className="number">{count(one.rejected)}</span> },
    { title: t("overview.acceptShare"), key: "share", align: "right", render: (_, one) => <span className="number">{percent(shareOf(one.accepted, one.accepted + one.rejected))}</span> },
  ];
  return (
    <Titled title={t("overview.rulesTitle")} why={t("overview.acceptWhy")}>
      <Table<RuleOutcome> aria-label={t("overview.rulesTitle")} rowKey="rule" size="small" columns={columns} dataSource={outcomes(rows)} pagination={false} scroll={{ x: "max-content" }} />
    </Titled>
  );
}
