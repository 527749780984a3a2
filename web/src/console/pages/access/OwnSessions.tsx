import { api, queries } from "@shared/api/client";
import { instant } from "@shared/format";
import { Button, Card, Flex, Popconfirm, Skeleton, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Refused } from "../../parts/Refused";
import { deviceOf } from "./device";

/** Where one is signed in, and the way to end it there. */
export function OwnSessions() {
  const { t } = useTranslation("access");
  const account = api.useQuery("get", "/v1/account");
  const again = { onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/account"] }) };
  const end = api.useMutation("delete", "/v1/account/sessions/{session_id}", again);
  const endOthers = api.useMutation("delete", "/v1/account/sessions", again);
  const sessions = account.data?.sessions ?? [];
  return (
    <Card
      title={t("sessions.title")}
      extra={sessions.length > 1 && (
        <Popconfirm title={t("sessions.endOthersSure")} onConfirm={() => { endOthers.mutate({}); }}>
          <Button loading={endOthers.isPending}>{t("sessions.endOthers")}</Button>
        </Popconfirm>
      )}
    >
      <Flex vertical gap="middle">
        <Typography.Text type="secondary">{t("sessions.hint")}</Typography.Text>
        {account.error !== null && <Refused error={account.error} onRetry={() => void account.refetch()} />}
        {end.error !== null && <Refused error={end.error} />}
        {account.isPending ? <Skeleton active /> : (
          <Table
            aria-label={t("sessions.title")}
            rowKey="id"
            size="small"
            pagination={false}
            scroll={{ x: "max-content" }}
            dataSource={sessions}
            columns={[
              { title: t("sessions.device"), render: (_, one) => (
                <Flex gap="small" align="center">
                  <span title={one.agent}>{deviceOf(one.agent) ?? t("sessions.unknownDevice")}</span>
                  {one.present && <Tag color="success">{t("sessions.present")}</Tag>}
                </Flex>
              ) },
              { title: t("sessions.address"), dataIndex: "address" },
              { title: t("sessions.openedAt"), render: (_, one) => instant(one.opened_at) },
              { title: t("sessions.seenAt"), render: (_, one) => instant(one.seen_at) },
              { title: t("sessions.expiresAt"), render: (_, one) => instant(one.expires_at) },
              { title: t("users.actions"), render: (_, one) => one.present ? null : (
                <Button
                  size="small"
                  loading={end.isPending && end.variables.params.path.session_id === one.id}
                  onClick={() => { end.mutate({ params: { path: { session_id: one.id } } }); }}
                >
                  {t("sessions.end")}
                </Button>
              ) },
            ]}
          />
        )}
      </Flex>
    </Card>
  );
}
