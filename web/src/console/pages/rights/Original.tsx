import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { Flex, Modal, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";

/** Where the original of a document is kept; each look is written into the audit. */
export function Original({ document, onClose }: { document: Schemas["SubmissionOut"]; onClose: () => void }) {
  const { t } = useTranslation("rights");
  const place = { params: { path: { submission_id: document.id } } };
  // One look is one entry of the audit: it is asked once, and not again while it is on the screen.
  const original = api.useQuery("get", "/v1/documents/{submission_id}/reference", place, { staleTime: Infinity, gcTime: 0, retry: false });
  return (
    <Modal open title={t("docs.looked")} footer={null} onCancel={onClose}>
      <Flex vertical gap="small">
        {original.error !== null && <Refused error={original.error} />}
        {original.isPending && <Skeleton active title={false} />}
        {original.data !== undefined && <Typography.Text copyable code>{original.data.reference}</Typography.Text>}
        <Typography.Text type="secondary">{t("docs.lookHint")}</Typography.Text>
      </Flex>
    </Modal>
  );
}
