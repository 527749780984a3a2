import { useBrand } from "@console/brand";
import { SaidOf } from "@console/parts/actors/Actor";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { Alert, Button, Flex, Modal, Popconfirm, Skeleton, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Changes } from "./Parts";
import type { useDraft } from "./useDraft";
import type { DraftShown } from "./words";

interface Props {
  theirs: DraftShown;
  state: ReturnType<typeof useDraft>;
}

/** Says who saved the draft while it was edited here, and lets the editor decide whose stays. */
export function Outrun({ theirs, state }: Props) {
  const { t } = useTranslation("programme");
  const [isOpen, setOpen] = useState(false);
  const isOver = theirs.state === "published" || theirs.state === "discarded";
  return (
    <>
      <Alert
        role="alert"
        type="warning"
        showIcon
        title={<SaidOf id={theirs.changed_by} says={(who) => t("outrun.title", { who, at: instant(theirs.changed_at) })} />}
        description={isOver ? t("outrun.over") : t("outrun.hint")}
        action={(
          <Flex vertical gap="small">
            {!isOver && <Button size="small" type="primary" onClick={() => { setOpen(true); }}>{t("outrun.keepMine")}</Button>}
            <Popconfirm title={t("outrun.takeSure")} okText={t("outrun.takeTheirs")} onConfirm={state.takeTheirs}>
              <Button size="small">{t("outrun.takeTheirs")}</Button>
            </Popconfirm>
          </Flex>
        )}
      />
      {isOpen && <Over key={theirs.revision} theirs={theirs} state={state} onClose={() => { setOpen(false); }} />}
    </>
  );
}

/** What saving one's own would change of theirs, in words, before it is saved over. */
function Over({ theirs, state, onClose }: Props & { onClose: () => void }) {
  const { t } = useTranslation("programme");
  const { code: brand } = useBrand();
  const { mine } = state;
  const compared = api.useQuery(
    "post", "/v1/brands/{brand}/programme/checks",
    { params: { path: { brand } }, body: { ...(mine ?? { document: theirs.document }), against_draft: theirs.id } },
    { staleTime: 0, gcTime: 0, retry: false },
  );
  const found = compared.data;
  const fits = found !== undefined && found.problems.length === 0;
  const name = state.name.trim() || theirs.name;
  return (
    <Modal
      open
      width="44em"
      title={t("outrun.dialog")}
      okText={t("outrun.saveOver")}
      okButtonProps={{ disabled: !fits || state.isBlocked, danger: true }}
      confirmLoading={state.save.isPending}
      onOk={state.saveOver}
      onCancel={onClose}
    >
      <Flex vertical gap="middle">
        <Typography.Text>{t("outrun.means")}</Typography.Text>
        {compared.error !== null && <Refused error={compared.error} onRetry={() => void compared.refetch()} />}
        {compared.isFetching && <Skeleton active />}
        {name !== theirs.name && <Typography.Text>{t("outrun.named", { before: theirs.name, after: name })}</Typography.Text>}
        {fits && !compared.isFetching && <Changes changes={found.changes} nothing={t("sameDocument")} />}
        {found !== undefined && !fits && <Alert type="error" showIcon title={t("mendFirst")} />}
      </Flex>
    </Modal>
  );
}
