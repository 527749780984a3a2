import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { instant } from "@shared/format";
import { Alert, Button, Flex, Skeleton, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Standing, StateBadge } from "./Standing";
import { useJobWords } from "./words";

type One = Schemas["RecurringOut"];

const ASKED_EVERY_MS = 30_000;

/** What comes back by itself: what it does, how often, how it went last, and when it is next. */
export function Recurring({ show }: { show: (id: string) => void }) {
  const { t } = useTranslation("jobs");
  const words = useJobWords();
  const found = api.useQuery("get", "/v1/jobs/recurring", {}, { refetchInterval: ASKED_EVERY_MS });
  if (found.error !== null) return <Refused error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton active aria-label={t("common:loading")} />;
  // Runs work for every brand of the group; whoever sees some of them is told how they stand, no more.
  const isPartly = found.data.items.some((one) => one.latest === null && one.latest_run !== null);
  return (
    <Flex vertical gap="middle">
      {isPartly && <Alert type="info" showIcon title={t("forTheGroup")} />}
      <Table<One>
        aria-label={t("recurring")}
        rowKey="kind"
        dataSource={found.data.items}
        pagination={false}
        size="middle"
        scroll={{ x: "max-content" }}
        locale={{ emptyText: <Empty title={t("nothingRecurs")} /> }}
        columns={[
          {
            title: t("kind"), key: "kind",
            render: (_, one) => <Flex vertical><span>{words.kind(one.kind)}</span><Typography.Text type="secondary">{words.facts(one.arguments).map((fact) => `${fact.name} ${fact.value}`).join(" · ")}</Typography.Text></Flex>,
          },
          { title: t("every"), dataIndex: "every_seconds", render: (seconds: number) => words.every(seconds) },
          { title: t("latest"), key: "latest", render: (_, one) => <Latest one={one} /> },
          {
            title: t("latestAt"), key: "at",
            render: (_, { latest, latest_run: run }) => latest === null ? (run === null ? "—" : instant(run.finished_at ?? run.recorded_at)) : <Button type="link" className="job-name" onClick={() => { show(latest.id); }}>{instant(latest.finished_at ?? latest.recorded_at)}</Button>,
          },
          { title: t("nextAt"), dataIndex: "next_at", render: (value: string) => instant(value) },
        ]}
      />
    </Flex>
  );
}

function Latest({ one }: { one: One }) {
  const { t } = useTranslation("jobs");
  if (one.latest !== null) return <Standing job={one.latest} />;
  if (one.latest_run !== null) return <StateBadge state={one.latest_run.state} />;
  return <Typography.Text type="secondary">{t("never")}</Typography.Text>;
}
