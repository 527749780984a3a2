import { Empty } from "@console/parts/Empty";
import type { Schemas } from "@shared/api/client";
import { day } from "@shared/format";
import { Alert, Flex, Table, type TableColumnsType, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

export type Evidence = Schemas["EvidenceOut"];
type Edge = Schemas["EdgeOut"];
type Node = Schemas["NodeOut"];

const COLOURS: Readonly<Record<string, string>> = { joined: "success", redundant: "success", held: "warning", rejected: "error" };

interface Props {
  evidence: Evidence;
  /** Only what stands between these two persons; everything where it is left out. */
  between?: readonly [string, string];
}

/** What records told of two identifiers together, and what came of it. */
export function EvidenceTable({ evidence, between }: Props) {
  const { t } = useTranslation("identity");
  const nodes = new Map(evidence.identifiers.map((one) => [one.id, one]));
  if (!evidence.is_whole) return <Alert type="warning" showIcon title={t("side.evidenceTooLarge")} />;
  const rows = between === undefined ? evidence.evidence : evidence.evidence.filter((edge) => stands(edge, nodes, between));
  const columns: TableColumnsType<Edge> = [
    {
      title: t("side.between"), key: "between",
      render: (_, edge) => (
        <Flex vertical>
          <Named node={nodes.get(edge.one)} />
          <Named node={nodes.get(edge.other)} />
        </Flex>
      ),
    },
    {
      title: t("side.verdict"), key: "verdict",
      render: (_, edge) => (
        <Flex vertical align="start">
          <Tag color={COLOURS[edge.verdict]}>{t(`verdicts.${edge.verdict}`)}</Tag>
          {edge.rule !== null && <Typography.Text type="secondary">{t(`review.rules.${edge.rule}`)}</Typography.Text>}
        </Flex>
      ),
    },
    {
      title: t("side.told"), key: "told",
      render: (_, edge) => (
        <Flex vertical>
          <span>{edge.accounts.join(", ")}</span>
          <Typography.Text type="secondary">{day(edge.first_at) === day(edge.last_at) ? day(edge.first_at) : `${day(edge.first_at)} – ${day(edge.last_at)}`}</Typography.Text>
        </Flex>
      ),
    },
  ];
  return (
    <Table<Edge>
      aria-label={t("side.evidence")}
      rowKey={(edge) => `${edge.one} ${edge.other}`}
      size="small"
      columns={columns}
      dataSource={rows}
      pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty title={t("side.evidenceNone")} /> }}
    />
  );
}

function Named({ node }: { node: Node | undefined }) {
  const { t } = useTranslation("people");
  if (node === undefined) return null;
  return <span><Typography.Text type="secondary">{t(`kinds.${node.kind}`)}</Typography.Text> {node.masked}</span>;
}

function stands(edge: Edge, nodes: ReadonlyMap<string, Node>, [one, other]: readonly [string, string]): boolean {
  const persons = [nodes.get(edge.one)?.person_id, nodes.get(edge.other)?.person_id];
  return persons.includes(one) && persons.includes(other);
}
