import type { Schemas } from "@shared/api/client";
import { day } from "@shared/format";
import { Flex, Table, type TableColumnsType, Tag, Tooltip, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../Empty";

export type Seen = Schemas["SeenOut"];
type Standing = Seen["standing"];

const COLOURS: Readonly<Record<Standing, string | undefined>> = {
  free: undefined, crowded: "warning", reused: "processing", shared: "error", blocked: "default",
};

/** What is known of an identifier by itself, with what that means. */
export function StandingTag({ standing }: { standing: Standing }) {
  const { t } = useTranslation("people");
  if (standing === "free") return null;
  return (
    <Tooltip title={t(`standingHints.${standing}`)}>
      <Tag color={COLOURS[standing]} tabIndex={0}>{t(`standings.${standing}`)}</Tag>
    </Tooltip>
  );
}

interface Props {
  label: string;
  rows: readonly Seen[];
  empty?: string;
  /** A column of its own, such as a button for each. */
  action?: (one: Seen) => ReactNode;
}

/** The identifiers of somebody, masked: what they are worth, where and when they were seen. */
export function Identifiers({ label, rows, empty, action }: Props) {
  const { t } = useTranslation("people");
  const columns: TableColumnsType<Seen> = [
    {
      title: t("identifier"), key: "identifier",
      render: (_, one) => (
        <Flex vertical>
          <Typography.Text type="secondary">{t(`kinds.${one.kind}`)}{isTold(one.scope) && ` · ${one.scope}`}</Typography.Text>
          <Flex gap="small" align="center" wrap>
            <span>{one.masked}</span>
            <Tag>{one.verified ? t("verified") : t("unverified")}</Tag>
            <StandingTag standing={one.standing} />
          </Flex>
        </Flex>
      ),
    },
    { title: t("seen"), key: "seen", render: (_, one) => span(one) ?? t("seenAlone", { at: day(one.recorded_at) }) },
    { title: t("where"), key: "where", render: (_, one) => (one.accounts.length === 0 ? t("nowhere") : one.accounts.join(", ")) },
    ...(action === undefined ? [] : [{ title: "", key: "action", render: (_: unknown, one: Seen) => action(one) }]),
  ];
  return (
    <Table<Seen>
      aria-label={label}
      rowKey="id"
      size="small"
      columns={columns}
      dataSource={[...rows]}
      pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty title={empty} /> }}
    />
  );
}

/** Tells whether a scope says something to people; those of brands are ids of ours. */
function isTold(scope: string): boolean {
  return scope !== "" && !scope.startsWith("brand:");
}

function span(one: Seen): string | null {
  if (one.first_at === null || one.last_at === null) return null;
  const [first, last] = [day(one.first_at), day(one.last_at)];
  return first === last ? first : `${first} – ${last}`;
}
