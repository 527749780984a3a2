import { AskReason } from "@console/parts/people/AskReason";
import { api, newKey, queries } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Button, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Rehearsal } from "./Rehearsal";

const WIDE = 960;

/** A button that lets an identifier prove nothing any more, after showing whom that parts. */
export function TakeOut({ identifierId, masked, disabled }: { identifierId: string; masked: string; disabled?: boolean }) {
  const { t } = useTranslation("identity");
  const may = useMay()("identity.write");
  const [key, setKey] = useState<string | null>(null);
  const undo = api.useMutation("post", "/v1/identity/identifiers/{identifier_id}/undo", {
    onSuccess: () => { setKey(null); void queries.invalidateQueries(); },
  });
  return (
    <>
      <Button size="small" disabled={disabled || !may} title={may ? undefined : t("writeNeeded")} onClick={() => { setKey(newKey()); }}>{t("overview.takeOut")}</Button>
      {key !== null && (
        <AskReason
          title={`${t("overview.takeOutTitle")} ${masked}`}
          confirm={t("overview.takeOut")}
          danger
          width={WIDE}
          busy={undo.isPending}
          error={undo.error}
          onConfirm={(reason) => { undo.mutate({ params: { path: { identifier_id: identifierId }, header: { "Idempotency-Key": key } }, body: { reason } }); }}
          onClose={() => { setKey(null); undo.reset(); }}
        >
          <Typography.Text>{t("overview.takeOutHint")}</Typography.Text>
          <Rehearsal wished={{ decision: "undo", identifier_id: identifierId }} />
        </AskReason>
      )}
    </>
  );
}
