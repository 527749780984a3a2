import { PhoneOutlined } from "@ant-design/icons";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Modal, Popconfirm, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { Refused } from "./Refused";

interface Props {
  customerId: string;
  /** The number as it may be shown; null when none is known. */
  masked: string | null;
}

/** Calls a customer by the telephony bridge, once confirmed; the number itself is never shown. */
export function Dial({ customerId, masked }: Props) {
  const { t } = useTranslation("handling");
  const may = useMay();
  const allowed = may("customers.dial");
  const dial = api.useMutation("post", "/v1/customers/{customer_id}/dials", { gcTime: 0 });
  const done = dial.data;
  const whyNot = allowed ? (masked === null ? t("dialNoPhone") : undefined) : t("dialNotAllowed");
  const call = () => { dial.mutate({ params: { path: { customer_id: customerId } }, body: { reason: "contact" } }); };
  return (
    <>
      <Popconfirm
        title={t("dialTitle", { masked: masked ?? "" })}
        description={<span className="explained">{t("dialMeans")}</span>}
        okText={t("dialNow")}
        disabled={whyNot !== undefined}
        onConfirm={call}
      >
        <Tooltip title={whyNot}>
          <Button size="small" icon={<PhoneOutlined aria-hidden />} disabled={whyNot !== undefined} loading={dial.isPending}>{t("dial")}</Button>
        </Tooltip>
      </Popconfirm>
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
