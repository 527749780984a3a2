import { PhoneOutlined } from "@ant-design/icons";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Modal, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { Refused } from "./Refused";

/** Calls a customer by the telephony bridge; the number itself is never shown. */
export function Dial({ customerId }: { customerId: string }) {
  const { t } = useTranslation("handling");
  const may = useMay();
  const allowed = may("customers.dial");
  const dial = api.useMutation("post", "/v1/customers/{customer_id}/dials", { gcTime: 0 });
  const done = dial.data;
  return (
    <>
      <Tooltip title={allowed ? undefined : t("dialNotAllowed")}>
        <Button
          size="small"
          icon={<PhoneOutlined aria-hidden />}
          disabled={!allowed}
          loading={dial.isPending}
          onClick={() => { dial.mutate({ params: { path: { customer_id: customerId } }, body: { reason: "contact" } }); }}
        >
          {t("dial")}
        </Button>
      </Tooltip>
      <Modal open={done !== undefined || dial.error !== null} title={t("dial")} footer={null} onCancel={() => { dial.reset(); }}>
        {dial.error !== null && <Refused error={dial.error} />}
        {done?.state === "rehearsed" && <Alert type="warning" showIcon title={t("rehearsed", { masked: done.masked })} description={t("rehearsedHint")} />}
        {done?.state === "connecting" && (
          <Alert
            type="success"
            showIcon
            title={t("connecting", { masked: done.masked })}
            description={done.bridge_number === null ? undefined : (
              <a href={`tel:${done.bridge_number}`}>{t("bridgeNumber", { number: done.bridge_number, until: instant(done.valid_until) })}</a>
            )}
          />
        )}
      </Modal>
    </>
  );
}
