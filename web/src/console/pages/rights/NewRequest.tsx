import { FindCustomer } from "@console/parts/people/FindCustomer";
import { Refused } from "@console/parts/Refused";
import { api, newKey, queries } from "@shared/api/client";
import { day } from "@shared/format";
import { App, Button, Card, DatePicker, Drawer, Flex, Form, Radio, Skeleton, Typography } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Consequence, type Consequences, useHindrance } from "./Consequence";
import { type Kind, dueOf } from "./term";
import "./rights.css";

const KINDS: readonly Kind[] = ["export", "correct", "exit", "erase"];
const ORIGINS = ["phone", "store", "online", "letter"] as const;
const WIDE = 760;

interface Props {
  termDays: number;
  customerId: string | null;
  onChoose: (customerId: string | null) => void;
  onClose: () => void;
}

/** Takes down what somebody asks, with what it would do; a wish to leave is carried out at once. */
export function NewRequest({ termDays, customerId, onChoose, onClose }: Props) {
  const { t } = useTranslation("rights");
  return (
    <Drawer open title={t("open.title")} size={WIDE} onClose={onClose}>
      <Flex vertical gap="middle">
        <Card size="small" title={t("open.customer")} extra={customerId !== null && <Button size="small" onClick={() => { onChoose(null); }}>{t("open.change")}</Button>}>
          {customerId === null ? <FindCustomer onPick={onChoose} /> : <Chosen customerId={customerId} />}
        </Card>
        {customerId !== null && <Wish key={customerId} customerId={customerId} termDays={termDays} onDone={onClose} />}
      </Flex>
    </Drawer>
  );
}

function useConsequences(customerId: string) {
  return api.useQuery("get", "/v1/rights/customers/{customer_id}/consequences", { params: { path: { customer_id: customerId } } });
}

function Chosen({ customerId }: { customerId: string }) {
  const found = useConsequences(customerId);
  if (found.error !== null) return <Refused error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton active title={false} />;
  return <Typography.Text strong>{found.data.membership.name ?? customerId}</Typography.Text>;
}

function Wish({ customerId, termDays, onDone }: { customerId: string; termDays: number; onDone: () => void }) {
  const { t } = useTranslation("rights");
  const [kind, setKind] = useState<Kind | null>(null);
  const found = useConsequences(customerId);
  return (
    <>
      <Card size="small" title={t("open.kind")}>
        <Radio.Group
          aria-label={t("open.kind")}
          optionType="button"
          value={kind}
          options={KINDS.map((one) => ({ value: one, label: t(`kinds.${one}`) }))}
          onChange={(event) => { setKind(event.target.value as Kind); }}
        />
      </Card>
      {kind !== null && (
        <Card size="small" title={t("open.consequence")}>
          {found.data === undefined ? <Skeleton active aria-label={t("consequence.running")} /> : <Consequence kind={kind} found={found.data} />}
        </Card>
      )}
      {kind === "exit" && found.data !== undefined && <Leave customerId={customerId} found={found.data} onDone={onDone} />}
      {kind !== null && kind !== "exit" && <TakeDown customerId={customerId} kind={kind} termDays={termDays} onDone={onDone} />}
    </>
  );
}

function Leave({ customerId, found, onDone }: { customerId: string; found: Consequences; onDone: () => void }) {
  const { t } = useTranslation("rights");
  const { message } = App.useApp();
  const [key] = useState(newKey);
  const hindrance = useHindrance()("exit", found);
  const leave = api.useMutation("post", "/v1/rights/customers/{customer_id}/exit", {
    onSuccess: () => { void message.success(t("handle.exited")); void queries.invalidateQueries(); onDone(); },
  });
  return (
    <Flex vertical gap="small" align="start">
      {leave.error !== null && <Refused error={leave.error} />}
      <Button
        type="primary"
        danger
        disabled={hindrance !== undefined}
        title={hindrance}
        loading={leave.isPending}
        onClick={() => { leave.mutate({ params: { path: { customer_id: customerId }, header: { "Idempotency-Key": key } } }); }}
      >
        {t("open.exit")}
      </Button>
    </Flex>
  );
}

function TakeDown({ customerId, kind, termDays, onDone }: { customerId: string; kind: Exclude<Kind, "exit">; termDays: number; onDone: () => void }) {
  const { t } = useTranslation("rights");
  const { message } = App.useApp();
  const [key] = useState(newKey);
  const [received, setReceived] = useState<Dayjs>(() => dayjs());
  const [origin, setOrigin] = useState<(typeof ORIGINS)[number]>("phone");
  const open = api.useMutation("post", "/v1/rights/customers/{customer_id}/requests", {
    onSuccess: () => { void message.success(t("open.saved")); void queries.invalidateQueries(); onDone(); },
  });
  return (
    <Flex vertical gap="small" align="start">
      <Form layout="inline" component={false}>
        <Flex gap="middle" wrap>
          <Form.Item label={t("open.origin")}>
            <Radio.Group aria-label={t("open.origin")} value={origin} options={ORIGINS.map((one) => ({ value: one, label: t(`origins.${one}`) }))} onChange={(event) => { setOrigin(event.target.value as typeof origin); }} />
          </Form.Item>
          <Form.Item label={t("open.received")}>
            <DatePicker aria-label={t("open.received")} allowClear={false} value={received} disabledDate={(one) => one.isAfter(dayjs(), "day")} onChange={(one) => { if (one !== null) setReceived(one); }} />
          </Form.Item>
        </Flex>
      </Form>
      <Typography.Text type="secondary">{t("open.term", { at: day(dueOf(received.valueOf(), termDays)) })}</Typography.Text>
      {open.error !== null && <Refused error={open.error} />}
      <Button
        type="primary"
        loading={open.isPending}
        onClick={() => {
          const at = received.isSame(dayjs(), "day") ? dayjs() : received.startOf("day");
          open.mutate({ params: { path: { customer_id: customerId }, header: { "Idempotency-Key": key } }, body: { kind, origin, received_at: at.toISOString() } });
        }}
      >
        {t("open.submit")}
      </Button>
    </Flex>
  );
}
