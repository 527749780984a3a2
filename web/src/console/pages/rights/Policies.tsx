import { useAddress, useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { Why } from "@console/parts/Why";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { day } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Card, Flex, Modal, Skeleton, Table, type TableColumnsType, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ExitRules } from "./ExitRules";
import { NewText } from "./NewText";
import { inEffect } from "./versions";
import "./rights.css";

type Version = Schemas["ConsentPolicyOut"];
const DIGEST_SHOWN = 12;

/** The texts that people agree to, version by version, and how members leave. */
export default function Policies() {
  const { t } = useTranslation("rights");
  const { code: brand } = useBrand();
  const at = useAddress();
  const navigate = useNavigate();
  const may = useMay()("consents.write");
  const [isNew, setNew] = useState(false);
  const [read, setRead] = useState<Version | null>(null);
  const [now] = useState(() => Date.now());
  const listed = api.useQuery("get", "/v1/brands/{brand}/consent-policies", { params: { path: { brand } } });
  const rows = listed.data?.items ?? [];
  const current = inEffect(rows, now);
  const create = <Button type="primary" disabled={!may} title={may ? undefined : t("consentsNeeded")} onClick={() => { setNew(true); }}>{t("texts.new")}</Button>;
  const columns: TableColumnsType<Version> = [
    { title: t("texts.purpose"), key: "purpose", render: (_, one) => t(`texts.purposes.${one.purpose}`) },
    {
      title: t("texts.version"), key: "version",
      render: (_, one) => (
        <Flex gap="small">
          {one.version}
          {current.has(one) && <Tag color="success">{t("texts.current")}</Tag>}
          {Date.parse(one.effective_from) > now && <Tag>{t("texts.coming")}</Tag>}
        </Flex>
      ),
    },
    { title: t("texts.from"), key: "from", render: (_, one) => day(one.effective_from) },
    { title: <Flex gap="small">{t("texts.digest")}<Why explanation={t("texts.digestWhy")} /></Flex>, key: "digest", render: (_, one) => <code title={one.digest}>{one.digest.slice(0, DIGEST_SHOWN)}</code> },
    { title: "", key: "read", render: (_, one) => <Button size="small" onClick={() => { setRead(one); }}>{t("texts.read")}</Button> },
  ];
  return (
    <Page title={t("policies")} hint={t("policiesHint")} actions={<><Button onClick={() => void navigate(at("rights"))}>{t("title")}</Button>{create}</>}>
      {listed.error !== null && <Refused error={listed.error} onRetry={() => void listed.refetch()} />}
      {listed.isPending ? <Skeleton active /> : (
        <Table<Version>
          aria-label={t("policies")}
          rowKey={(one) => `${one.purpose} ${one.version}`}
          columns={columns}
          dataSource={[...rows].reverse()}
          pagination={false}
          scroll={{ x: "max-content" }}
          locale={{ emptyText: <Empty title={t("texts.none")} hint={t("texts.noneHint")} action={create} /> }}
        />
      )}
      <Card title={t("texts.exitTitle")}><ExitRules /></Card>
      {isNew && <NewText onClose={() => { setNew(false); }} />}
      {read !== null && <Reading version={read} onClose={() => { setRead(null); }} />}
    </Page>
  );
}

function Reading({ version, onClose }: { version: Version; onClose: () => void }) {
  const { t } = useTranslation("rights");
  const { code: brand } = useBrand();
  const path = { brand, purpose: version.purpose, version: version.version };
  const text = api.useQuery("get", "/v1/brands/{brand}/consent-policies/{purpose}/{version}", { params: { path } });
  return (
    <Modal open title={`${t(`texts.purposes.${version.purpose}`)} ${version.version}`} footer={null} onCancel={onClose}>
      {text.error !== null && <Refused error={text.error} />}
      {text.data === undefined ? <Skeleton active /> : <Typography.Paragraph className="reading">{text.data.content}</Typography.Paragraph>}
    </Modal>
  );
}
