import { useAddress } from "@console/brand";
import { AskReason } from "@console/parts/people/AskReason";
import { Refused } from "@console/parts/Refused";
import { SaidOf } from "@console/parts/actors/Actor";
import { api, newKey, queries } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, App, Button, Descriptions, Drawer, Flex, Skeleton, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Consequence } from "./Consequence";
import { CarryOut } from "./CarryOut";
import { Receipts } from "./Receipts";
import { type RightRequest, closingsOf } from "./term";
import "./rights.css";

const WIDE = 760;

type Closing = ReturnType<typeof closingsOf>[number];

/** One request: what it would do, the way to carry it out, and the ways to close it otherwise. */
export function Handle({ request, onClose }: { request: RightRequest; onClose: () => void }) {
  const { t } = useTranslation("rights");
  const at = useAddress();
  const erased = request.kind === "erase" && request.state === "done";
  const waits = request.state === "open" || request.state === "cooling";
  const asked = { params: { path: { customer_id: request.customer_id } } };
  const found = api.useQuery("get", "/v1/rights/customers/{customer_id}/consequences", asked, { enabled: waits });
  return (
    <Drawer
      open
      title={t("handle.title", { kind: t(`kinds.${request.kind}`) })}
      size={WIDE}
      extra={!erased && <Link to={at(`customers/${request.customer_id}`)}>{t("handle.openCustomer")}</Link>}
      onClose={onClose}
    >
      <Flex vertical gap="middle">
        <Descriptions
          column={2}
          size="small"
          items={[
            { key: "customer", label: t("table.customer"), children: erased ? t("table.erased") : (request.customer_name ?? request.customer_id) },
            { key: "state", label: t("table.state"), children: <Tag>{t(`states.${request.state}`)}</Tag> },
            { key: "received", label: t("table.received"), children: instant(request.received_at) },
            { key: "due", label: t("table.due"), children: instant(request.due_at) },
          ]}
        />
        {request.closed_at !== null && request.closed_by !== null && (
          <Alert type="info" showIcon title={<SaidOf id={request.closed_by} says={(by) => t("handle.closedBy", { by, at: instant(request.closed_at) })} />} description={request.reason === null ? undefined : t("handle.reason", { reason: request.reason })} />
        )}
        {found.error !== null && <Refused error={found.error} onRetry={() => void found.refetch()} />}
        {waits && found.isPending && <Skeleton active aria-label={t("consequence.running")} />}
        {found.data !== undefined && waits && (
          <>
            <Consequence kind={request.kind} found={found.data} />
            <Flex vertical gap="small" align="start"><CarryOut request={request} found={found.data} onDone={onClose} /></Flex>
          </>
        )}
        <Closings request={request} onDone={onClose} />
        {!erased && <Receipts customerId={request.customer_id} />}
      </Flex>
    </Drawer>
  );
}

function Closings({ request, onDone }: { request: RightRequest; onDone: () => void }) {
  const { t } = useTranslation("rights");
  const { message } = App.useApp();
  const may = useMay()("rights.write");
  const [closing, setClosing] = useState<{ state: Closing; key: string } | null>(null);
  const close = api.useMutation("post", "/v1/rights/requests/{request_id}/close", {
    onSuccess: () => { setClosing(null); void message.success(t("handle.closed")); void queries.invalidateQueries(); onDone(); },
  });
  const words: Readonly<Record<Closing, { action: string; title: string }>> = {
    done: { action: t("handle.correct"), title: t("handle.correctTitle") },
    refused: { action: t("handle.refuse"), title: t("handle.refuseTitle") },
    withdrawn: { action: t("handle.withdraw"), title: t("handle.withdrawTitle") },
  };
  return (
    <>
      <Flex gap="small" wrap>
        {closingsOf(request).map((state) => (
          <Button key={state} type={state === "done" ? "primary" : "default"} disabled={!may} title={may ? undefined : t("writeNeeded")} onClick={() => { setClosing({ state, key: newKey() }); }}>
            {words[state].action}
          </Button>
        ))}
      </Flex>
      {closing !== null && (
        <AskReason
          title={words[closing.state].title}
          confirm={words[closing.state].action}
          busy={close.isPending}
          error={close.error}
          onConfirm={(reason) => { close.mutate({ params: { path: { request_id: request.id }, header: { "Idempotency-Key": closing.key } }, body: { state: closing.state, reason } }); }}
          onClose={() => { setClosing(null); close.reset(); }}
        >
          <Typography.Text>{t("handle.closeHint")}</Typography.Text>
        </AskReason>
      )}
    </>
  );
}
