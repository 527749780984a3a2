import { InboxOutlined } from "@ant-design/icons";
import { Refused } from "@console/parts/Refused";
import type { Schemas } from "@shared/api/client";
import { Button, Flex, Progress, Select, Typography, Upload } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Sending, type Uploaded, send } from "./sending";
import { bytes } from "./words";

interface Props {
  terms: Schemas["TermsOut"];
  account: string | undefined;
  onAccount: (account: string) => void;
  onUploaded: (upload: Uploaded) => void;
  /** Why nothing can be uploaded, if so. */
  refused?: string | undefined;
}

/** Where a file is dropped: it is sent as it is, with its progress, and can be stopped. */
export function UploadBox({ terms, account, onAccount, onUploaded, refused }: Props) {
  const { t } = useTranslation("data");
  const sending = useRef<Sending | null>(null);
  const [name, setName] = useState<string | null>(null);
  const [share, setShare] = useState(0);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    if (name === null) return undefined;
    const warn = (event: BeforeUnloadEvent) => { event.preventDefault(); };
    window.addEventListener("beforeunload", warn);
    return () => { window.removeEventListener("beforeunload", warn); };
  }, [name]);

  const begin = (file: File) => {
    if (account === undefined) return;
    if (file.size > terms.bytes_max) {
      setError(new Error(t("imports.tooLarge", { size: bytes(file.size), most: bytes(terms.bytes_max) })));
      return;
    }
    setError(null);
    setName(file.name);
    setShare(0);
    const begun = send(file, account, setShare);
    sending.current = begun;
    begun.done.then(onUploaded, (fault: unknown) => {
      if (!(fault instanceof DOMException)) setError(fault);
    }).finally(() => { setName(null); });
  };
  const accounts = terms.accounts.map((one) => ({ value: one.account, label: one.account }));
  return (
    <Flex vertical gap="small">
      <Flex gap="small" align="center" wrap>
        <Typography.Text id="upload-account">{t("imports.account")}</Typography.Text>
        <Select className="data-account" aria-labelledby="upload-account" showSearch value={account} onChange={onAccount} options={accounts} placeholder={t("imports.chooseAccount")} />
        <Typography.Text type="secondary">{t("imports.accountHint")}</Typography.Text>
      </Flex>
      {name === null ? (
        <Upload.Dragger
          multiple={false}
          showUploadList={false}
          disabled={account === undefined || refused !== undefined}
          beforeUpload={(file) => { begin(file); return false; }}
        >
          <p className="ant-upload-drag-icon"><InboxOutlined aria-hidden /></p>
          <p className="ant-upload-text">{refused ?? (account === undefined ? t("imports.chooseAccount") : t("imports.drop"))}</p>
          <p className="ant-upload-hint">{t("imports.dropHint", { most: bytes(terms.bytes_max), days: terms.days_kept })}</p>
        </Upload.Dragger>
      ) : (
        <Flex vertical gap="small" role="status">
          <Flex justify="space-between" align="center" gap="small">
            <Typography.Text>{t("imports.sending", { name })}</Typography.Text>
            <Button size="small" onClick={() => sending.current?.stop()}>{t("imports.stop")}</Button>
          </Flex>
          <Progress percent={Math.floor(share * 100)} status="active" aria-label={t("imports.sending", { name })} />
          <Typography.Text type="secondary">{share === 1 ? t("imports.sealing") : t("imports.stay")}</Typography.Text>
        </Flex>
      )}
      {error instanceof Error && <UploadFault error={error} />}
    </Flex>
  );
}

function UploadFault({ error }: { error: Error }) {
  return error.name === "Refusal" ? <Refused error={error} /> : <Typography.Text type="danger" role="alert">{error.message}</Typography.Text>;
}
