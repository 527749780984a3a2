import { Empty } from "@console/parts/Empty";
import { StandingTag } from "@console/parts/people/Identifiers";
import { Why } from "@console/parts/Why";
import type { Schemas } from "@shared/api/client";
import { count } from "@shared/format";
import { Card, Flex, Table, type TableColumnsType, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { TakeOut } from "./TakeOut";

type Linked = Schemas["MostLinkedOut"];
type Counts = Schemas["StatsOut"]["identifiers"];
type Kind = Linked["identifier"]["kind"];
type Standing = Linked["standing"];

const STANDINGS: readonly Standing[] = ["free", "crowded", "reused", "shared", "blocked"];

/** The identifiers that glue strangers together, if any do; each can be taken out. */
export function MostLinked({ rows }: { rows: readonly Linked[] }) {
  const { t } = useTranslation("identity");
  const { t: word } = useTranslation("people");
  const columns: TableColumnsType<Linked> = [
    {
      title: word("identifier"), key: "identifier",
      render: (_, one) => (
        <Flex gap="small" align="center" wrap>
          <Typography.Text type="secondary">{word(`kinds.${one.identifier.kind}`)}</Typography.Text>
          <span>{one.identifier.masked}</span>
          <StandingTag standing={one.standing} />
        </Flex>
      ),
    },
    { title: t("overview.toldWith"), key: "told", align: "right", render: (_, one) => <span className="number">{count(one.told_with)}</span> },
    { title: t("overview.linkedPersons"), key: "persons", align: "right", render: (_, one) => <span className="number">{count(one.persons)}</span> },
    { title: t("overview.accounts"), key: "accounts", align: "right", render: (_, one) => <span className="number">{count(one.accounts)}</span> },
    { title: "", key: "undo", render: (_, one) => <TakeOut identifierId={one.identifier.id} masked={one.identifier.masked} disabled={one.standing === "blocked"} /> },
  ];
  return (
    <Card title={<Flex gap="small">{t("overview.mostLinked")}<Why explanation={t("overview.mostLinkedWhy")} /></Flex>}>
      <Table<Linked>
        aria-label={t("overview.mostLinked")}
        rowKey={(one) => one.identifier.id}
        size="small"
        columns={columns}
        dataSource={[...rows]}
        pagination={false}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: <Empty hint={t("overview.mostLinkedNone")} /> }}
      />
    </Card>
  );
}

/** Everything that was taken in, by kind and by what is known of it. */
export function Kinds({ counts }: { counts: Counts }) {
  const { t } = useTranslation("identity");
  const { t: word } = useTranslation("people");
  const rows = Object.entries(counts).map(([kind, by]) => ({ kind: kind as Kind, by: by as Partial<Record<Standing, number>> }));
  type Row = (typeof rows)[number];
  const total = (one: Row) => STANDINGS.reduce((sum, standing) => sum + (one.by[standing] ?? 0), 0);
  const columns: TableColumnsType<Row> = [
    { title: t("overview.kinds"), key: "kind", render: (_, one) => word(`kinds.${one.kind}`) },
    ...STANDINGS.map((standing) => ({
      title: word(`standings.${standing}`), key: standing, align: "right" as const,
      render: (_: unknown, one: Row) => <span className="number">{count(one.by[standing] ?? 0)}</span>,
    })),
    { title: t("overview.total"), key: "total", align: "right", render: (_, one) => <span className="number">{count(total(one))}</span> },
  ];
  return (
    <Card title={<Flex gap="small">{t("overview.kinds")}<Why explanation={t("overview.kindsWhy")} /></Flex>}>
      <Table<Row> aria-label={t("overview.kinds")} rowKey="kind" size="small" columns={columns} dataSource={rows.sort((one, other) => total(other) - total(one))} pagination={false} scroll={{ x: "max-content" }} />
    </Card>
  );
}
