import { Refused } from "@console/parts/Refused";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Button, Flex, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { documentOf, sideOf } from "./document";

/** Stops computing a tag, after saying what that means. */
export function ArchiveTag({ brand, shown }: { brand: string; shown: Schemas["TagShown"] }) {
  const { t, i18n } = useTranslation("tags");
  const may = useMay();
  const [open, setOpen] = useState(false);
  const { code, names } = documentOf(shown);
  const archive = api.useMutation("delete", "/v1/brands/{brand}/tags/{tag}", {
    onSuccess: () => {
      setOpen(false);
      void queries.invalidateQueries();
    },
  });
  if (shown.is_archived) return null;
  return (
    <>
      <Button danger disabled={!may("tags.write")} title={may("tags.write") ? undefined : t("writeNeeded")} onClick={() => { setOpen(true); }}>{t("archive")}</Button>
      <Modal
        open={open}
        title={t("archiveNamed", { name: names[sideOf(i18n.language)] })}
        okText={t("archive")}
        okButtonProps={{ danger: true, loading: archive.isPending }}
        onOk={() => { archive.mutate({ params: { path: { brand, tag: code }, header: { "If-Match": `"${String(shown.version)}"` } } }); }}
        onCancel={() => { setOpen(false); archive.reset(); }}
      >
        <Flex vertical gap="middle">
          <span>{t("archiveMeans")}</span>
          {archive.error !== null && <Refused error={archive.error} />}
        </Flex>
      </Modal>
    </>
  );
}
