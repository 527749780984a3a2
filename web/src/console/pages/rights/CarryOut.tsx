import { Refused } from "@console/parts/Refused";
import { api, download, newKey, queries } from "@shared/api/client";
import { useMay } from "@shared/session";
import { App, Button, Flex, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Consequences, useHindrance } from "./Consequence";
import type { RightRequest } from "./term";

interface Props {
  request: RightRequest;
  found: Consequences;
  onDone: () => void;
}

/** The button that does what was asked: hand the copy out, erase, or let somebody stay after all. */
export function CarryOut({ request, found, onDone }: Props) {
  if (request.kind === "export" && request.state === "open") return <HandOut customerId={request.customer_id} onDone={onDone} />;
  if (request.kind === "erase" && request.state === "open") return <Erase customerId={request.customer_id} found={found} onDone={onDone} />;
  if (request.kind === "exit" && request.state === "cooling") return <Stay customerId={request.customer_id} onDone={onDone} />;
  return null;
}

function useDone(text: string, onDone: () => void): () => void {
  const { message } = App.useApp();
  return () => {
    void message.success(text);
    void queries.invalidateQueries();
    onDone();
  };
}

function HandOut({ customerId, onDone }: { customerId: string; onDone: () => void }) {
  const { t } = useTranslation("rights");
  const may = useMay()("rights.export");
  const [key] = useState(newKey);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const done = useDone(t("handle.exported"), onDone);
  const handOut = () => {
    setBusy(true);
    download(`/v1/rights/customers/${customerId}/export`, `${customerId}.json`, { method: "POST", headers: { "Idempotency-Key": key } })
      .then(done, setError)
      .finally(() => { setBusy(false); });
  };
  return (
    <>
      {error !== null && <Refused error={error} />}
      <Button type="primary" loading={isBusy} disabled={!may} title={may ? undefined : t("exportNeeded")} onClick={handOut}>{t("handle.export")}</Button>
    </>
  );
}

function Erase({ customerId, found, onDone }: { customerId: string; found: Consequences; onDone: () => void }) {
  const { t } = useTranslation("rights");
  const may = useMay()("rights.erase");
  const [key] = useState(newKey);
  const [typed, setTyped] = useState("");
  const hindrance = useHindrance()("erase", found);
  const word = t("handle.eraseWord");
  const done = useDone(t("handle.erased"), onDone);
  const erase = api.useMutation("post", "/v1/rights/customers/{customer_id}/erase", { onSuccess: done });
  const hindered = may ? hindrance : t("eraseNeeded");
  return (
    <Flex vertical gap="small">
      {erase.error !== null && <Refused error={erase.error} />}
      <Form layout="vertical" component={false}>
        <Form.Item label={t("handle.eraseConfirm", { word })}>
          <Input className="search" aria-label={t("handle.eraseConfirm", { word })} value={typed} disabled={hindered !== undefined} onChange={(event) => { setTyped(event.target.value); }} />
        </Form.Item>
      </Form>
      <div>
        <Button
          type="primary"
          danger
          disabled={hindered !== undefined || typed.trim() !== word}
          title={hindered}
          loading={erase.isPending}
          onClick={() => { erase.mutate({ params: { path: { customer_id: customerId }, header: { "Idempotency-Key": key } } }); }}
        >
          {t("handle.erase")}
        </Button>
      </div>
    </Flex>
  );
}

function Stay({ customerId, onDone }: { customerId: string; onDone: () => void }) {
  const { t } = useTranslation("rights");
  const may = useMay()("rights.write");
  const [key] = useState(newKey);
  const done = useDone(t("handle.stayed"), onDone);
  const stay = api.useMutation("delete", "/v1/rights/customers/{customer_id}/exit", { onSuccess: done });
  return (
    <>
      {stay.error !== null && <Refused error={stay.error} />}
      <Button
        type="primary"
        disabled={!may}
        title={may ? undefined : t("writeNeeded")}
        loading={stay.isPending}
        onClick={() => { stay.mutate({ params: { path: { customer_id: customerId }, header: { "Idempotency-Key": key } } }); }}
      >
        {t("handle.stay")}
      </Button>
    </>
  );
}
