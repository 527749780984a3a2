import { useAddress, useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { SaidOf } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Card, Flex, Skeleton, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Ladder } from "./Ladder";
import { useMembersByTier } from "./members";
import { NewDraft } from "./NewDraft";
import { Rules, Statements } from "./Parts";
import type { Version } from "./words";
import { useSay } from "./words";
import "./programme.css";

/** What the brand promises its members today: tiers, earning rules, and all else. */
export default function Programme() {
  const { t } = useTranslation("programme");
  const { code: brand } = useBrand();
  const at = useAddress();
  const navigate = useNavigate();
  const may = useMay();
  const [isStarting, setStarting] = useState(false);
  const shown = api.useQuery("get", "/v1/brands/{brand}/programme", { params: { path: { brand } } }, { retry: false });
  const isMissing = shown.error instanceof Refusal && shown.error.code === "loyalty.programme_not_found";
  const edit = (
    <Button
      type="primary"
      disabled={!may("programme.write")}
      title={may("programme.write") ? undefined : t("mayNotWrite")}
      onClick={() => { setStarting(true); }}
    >
      {t("startDraft")}
    </Button>
  );
  return (
    <Page
      title={t("title")}
      hint={t("hint")}
      actions={<><Link to={at("programme/history")}><Button>{t("historyTitle")}</Button></Link>{edit}</>}
    >
      {shown.isPending && <Skeleton active />}
      {isMissing && <Empty title={t("noProgramme")} hint={t("noProgrammeHint")} action={edit} />}
      {shown.error !== null && !isMissing && <Refused error={shown.error} onRetry={() => void shown.refetch()} />}
      {shown.data !== undefined && <Shown inEffect={shown.data.in_effect} newest={shown.data.newest} />}
      <NewDraft
        isOpen={isStarting}
        hasProgramme={shown.data !== undefined}
        onClose={() => { setStarting(false); }}
        onStarted={(draft) => void navigate(at(`programme/drafts/${draft.id}`))}
      />
    </Page>
  );
}

function Shown({ inEffect, newest }: { inEffect: Version | null; newest: Version }) {
  const { t } = useTranslation("programme");
  const at = useAddress();
  const say = useSay();
  const members = useMembersByTier();
  const version = inEffect ?? newest;
  const isPlanned = inEffect?.version !== newest.version;
  const put = <SaidOf id={version.put_by} says={(who) => t("putBy", { version: version.version, from: instant(version.effective_from), who, at: instant(version.put_at) })} />;
  return (
    <Flex vertical gap="middle">
      {isPlanned && (
        <Alert
          type="info"
          showIcon
          title={t("planned", { version: newest.version, from: instant(newest.effective_from) })}
          action={inEffect !== null && <Link to={at(`programme/history?before=${String(inEffect.version)}&after=${String(newest.version)}`)}>{t("whatChanges")}</Link>}
        />
      )}
      <Typography.Text type="secondary">{say(version.programme.names)} · {put}</Typography.Text>
      <Card title={t("tiers")}><Ladder tiers={version.programme.tiers} told={version.told} {...(members === undefined ? {} : { members })} /></Card>
      <Card title={t("rules")}><Rules rules={version.programme.rules} told={version.told} /></Card>
      <Card title={t("rest")}><Statements told={version.told} /></Card>
    </Flex>
  );
}
