import { PlusOutlined } from "@ant-design/icons";
import { type Schemas, api, queries } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, App, Button, Flex, InputNumber, Modal, Segmented, Skeleton, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Empty } from "../../parts/Empty";
import { NoPermission } from "../../parts/NoPermission";
import { Page } from "../../parts/Page";
import { Refused } from "../../parts/Refused";
import { Why } from "../../parts/Why";
import { KeyDrawer } from "./KeyDrawer";
import { ShownOnce } from "./ShownOnce";
import { stateOf } from "./keyStates";
import { useNamed, usePermissions } from "./words";
import "./access.css";

type Key = Schemas["KeyOut"];

const GRACE_HOURS = 24;
const GRACE_HOURS_MAX = 720;

/** The keys of programs: which one holds which, until when, and what it may do. */
export default function Keys() {
  const { t } = useTranslation("access");
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  const keys = api.useQuery("get", "/v1/keys");
  const all = query.get("show") === "all";
  if (isForbidden(keys.error)) return <NoPermission permissions={["keys.read"]} />;
  const shown = keys.data?.items.filter((one) => all || stateOf(one) === "open" || stateOf(one) === "ending") ?? [];
  const add = (
    <Button
      type="primary"
      icon={<PlusOutlined />}
      disabled={!may("keys.write")}
      title={may("keys.write") ? undefined : t("keys.mayNot")}
      onClick={() => { setQuery({ new: "1" }); }}
    >
      {t("keys.issue")}
    </Button>
  );
  return (
    <Page title={t("keys.title")} hint={t("keys.hint")} actions={add}>
      <Segmented
        value={all ? "all" : "used"}
        aria-label={t("keys.show")}
        options={(["used", "all"] as const).map((one) => ({ value: one, label: t(`keys.shows.${one}`) }))}
        onChange={(chosen) => { setQuery(chosen === "all" ? { show: "all" } : {}); }}
      />
      {keys.error !== null && <Refused error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.isPending ? <Skeleton active /> : (
        <Table<Key>
          aria-label={t("keys.title")}
          rowKey="id"
          size="middle"
          pagination={false}
          scroll={{ x: "max-content" }}
          dataSource={shown}
          locale={{ emptyText: <Empty hint={t("keys.none")} action={add} /> }}
          columns={[
            { title: t("keys.name"), dataIndex: "name" },
            { title: t("keys.may"), render: (_, key) => <KeyMay held={key.permissions} /> },
            { title: t("where.brands"), render: (_, key) => key.brands === null ? t("where.everyBrand") : key.brands.join(", ") },
            { title: t("keys.state"), render: (_, key) => <State of={key} /> },
            { title: t("keys.recordedAt"), render: (_, key) => instant(key.recorded_at) },
            { title: t("keys.expiresAt"), render: (_, key) => key.expires_at === null ? t("keys.never") : instant(key.expires_at) },
            { title: t("users.actions"), render: (_, key) => <KeyActions of={key} /> },
          ]}
        />
      )}
      {query.has("new") && <KeyDrawer onClose={() => { setQuery({}); }} />}
    </Page>
  );
}

function KeyMay({ held }: { held: Key["permissions"] }) {
  const { t } = useTranslation("access");
  const say = useNamed();
  const permissions = usePermissions();
  const named = permissions.data?.items.filter((one) => held.includes(one.code)) ?? [];
  return (
    <Why title={t("keys.may")} explanation={<ul>{named.map((one) => <li key={one.code}>{say(one)}</li>)}</ul>}>
      {t("keys.permissions", { count: held.length })}
    </Why>
  );
}

const COLOURS = { open: "success", ending: "warning", expired: "default", revoked: "error" } as const;

function State({ of }: { of: Key }) {
  const { t } = useTranslation("access");
  const state = stateOf(of);
  return <Tag color={COLOURS[state]}>{t(`keys.states.${state}`)}</Tag>;
}

function KeyActions({ of }: { of: Key }) {
  const { t } = useTranslation("access");
  const may = useMay();
  const [asked, setAsked] = useState<"rotate" | "revoke" | null>(null);
  const over = stateOf(of) === "expired" || stateOf(of) === "revoked";
  if (over) return null;
  const reason = may("keys.write") ? undefined : t("keys.mayNot");
  const close = () => { setAsked(null); };
  return (
    <Flex gap="small">
      <Button size="small" disabled={reason !== undefined} title={reason} onClick={() => { setAsked("rotate"); }}>{t("keys.rotate")}</Button>
      <Button size="small" danger disabled={reason !== undefined} title={reason} onClick={() => { setAsked("revoke"); }}>{t("keys.revoke")}</Button>
      {asked === "rotate" && <Rotate of={of} onClose={close} />}
      {asked === "revoke" && <Revoke of={of} onClose={close} />}
    </Flex>
  );
}

function Rotate({ of, onClose }: { of: Key; onClose: () => void }) {
  const { t } = useTranslation("access");
  const [hours, setHours] = useState(GRACE_HOURS);
  const [token, setToken] = useState<string | null>(null);
  const rotate = api.useMutation("post", "/v1/keys/{key_id}/rotate", { onSuccess: (made) => { setToken(made.token); } });
  const close = () => {
    onClose();
    void queries.invalidateQueries({ queryKey: ["get", "/v1/keys"] });
  };
  if (token !== null) return <ShownOnce title={t("once.tokenOf", { name: of.name })} hint={t("once.tokenHint")} secret={token} onClose={close} />;
  return (
    <Modal
      open
      title={t("keys.rotateOf", { name: of.name })}
      okText={t("keys.rotate")}
      confirmLoading={rotate.isPending}
      onCancel={onClose}
      onOk={() => { rotate.mutate({ params: { path: { key_id: of.id } }, body: { grace_hours: hours } }); }}
    >
      <Flex vertical gap="middle">
        <Typography.Text>{t("keys.rotateHint")}</Typography.Text>
        <InputNumber
          aria-label={t("keys.grace")}
          prefix={t("keys.grace")}
          suffix={t("keys.hours")}
          min={0}
          max={GRACE_HOURS_MAX}
          value={hours}
          onChange={(value) => { setHours(value ?? 0); }}
        />
        {rotate.error !== null && <Refused error={rotate.error} />}
      </Flex>
    </Modal>
  );
}

function Revoke({ of, onClose }: { of: Key; onClose: () => void }) {
  const { t } = useTranslation("access");
  const { message } = App.useApp();
  const revoke = api.useMutation("delete", "/v1/keys/{key_id}", {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["get", "/v1/keys"] });
      void message.success(t("keys.revoked", { name: of.name }));
      onClose();
    },
  });
  return (
    <Modal
      open
      title={t("keys.revokeOf", { name: of.name })}
      okText={t("keys.revoke")}
      okButtonProps={{ danger: true }}
      confirmLoading={revoke.isPending}
      onCancel={onClose}
      onOk={() => { revoke.mutate({ params: { path: { key_id: of.id } } }); }}
    >
      <Flex vertical gap="middle">
        <Alert type="warning" showIcon title={t("keys.revokeHint")} />
        {revoke.error !== null && <Refused error={revoke.error} />}
      </Flex>
    </Modal>
  );
}
