import { DownloadOutlined } from "@ant-design/icons";
import { download } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { useRefusalText } from "@shared/refusalText";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  brand: string;
  exportId: string;
  /** What the file is of; its name begins with it. */
  of: string;
  /** Why it cannot be taken; it can be when nothing is said. */
  whyNot?: string | undefined;
  isPrimary?: boolean;
}

/** A button that takes the file of an export; the audit keeps who did. */
export function ExportFile({ brand, exportId, of, whyNot, isPrimary = false }: Props) {
  const { t } = useTranslation("common");
  const { message } = App.useApp();
  const say = useRefusalText();
  const [isTaking, setIsTaking] = useState(false);
  const take = () => {
    setIsTaking(true);
    download(`/v1/brands/${encodeURIComponent(brand)}/exports/${exportId}/file`, `${of}-${exportId}.csv`)
      .catch((error: unknown) => { void message.error(say(error instanceof Refusal ? error : new Refusal(0, {}))); })
      .finally(() => { setIsTaking(false); });
  };
  return (
    <Button
      size={isPrimary ? "middle" : "small"}
      type={isPrimary ? "primary" : "default"}
      icon={<DownloadOutlined aria-hidden />}
      disabled={whyNot !== undefined}
      title={whyNot}
      loading={isTaking}
      onClick={take}
    >
      {t("download")}
    </Button>
  );
}
