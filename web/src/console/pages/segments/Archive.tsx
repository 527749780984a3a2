import { useAddress } from "@console/brand";
import { Refused } from "@console/parts/Refused";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Alert, Button, Flex, Modal, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { documentOf, sideOf } from "./document";

/** Puts a segment away, after saying what uses it; what is used cannot go. */
export function Archive({ brand, segment }: { brand: string; segment: Schemas["SegmentOut"] }) {
  const { t, i18n } = useTranslation("segments");
  const at = useAddress();
  const may = useMay();
  const [open, setOpen] = useState(false);
  const { code, names } = documentOf(segment);
  const side = sideOf(i18n.language);
  const place = { params: { path: { brand, segment: code } } };
  const uses = api.useQuery("get", "/v1/brands/{brand}/segments/{segment}/uses", place, { enabled: open });
  const archive = api.useMutation("delete", "/v1/brands/{brand}/segments/{segment}", {
    onSuccess: () => {
      setOpen(false);
      void queries.invalidateQueries();
    },
  });
  if (segment.is_archived) return null;
  const allowed = may("segments.write");
  const free = uses.data?.can_be_archived === true;
  return (
    <>
      <Button danger disabled={!allowed} title={allowed ? undefined : t("writeNeeded")} onClick={() => { setOpen(true); }}>{t("archive")}</Button>
      <Modal
        open={open}
        title={t("archiveNamed", { name: names[side] })}
        okText={t("archive")}
        okButtonProps={{ danger: true, disabled: !free, loading: archive.isPending }}
        onOk={() => { archive.mutate({ params: { path: place.params.path, header: { "If-Match": `"${String(segment.version)}"` } } }); }}
        onCancel={() => { setOpen(false); archive.reset(); }}
      >
        <Flex vertical gap="middle">
          {uses.error !== null && <Refused error={uses.error} />}
          {uses.isPending && <Skeleton active paragraph={{ rows: 1 }} />}
          {uses.data !== undefined && !free && (
            <Alert
              type="warning"
              showIcon
              title={t("usedBy", { count: uses.data.segments.length })}
              description={<ul>{uses.data.segments.map((one) => <li key={one.code}><Link to={at(`segments/${one.code}`)}>{one.names[side]}</Link></li>)}</ul>}
            />
          )}
          {free && <span>{t("archiveMeans")}</span>}
          {archive.error !== null && <Refused error={archive.error} />}
        </Flex>
      </Modal>
    </>
  );
}
