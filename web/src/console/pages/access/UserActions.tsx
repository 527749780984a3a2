import { MoreOutlined } from "@ant-design/icons";
import { type Schemas, api, queries } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay, useSession } from "@shared/session";
import { Alert, App, Button, Checkbox, Dropdown, Flex, Modal, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "../../parts/Refused";
import { ShownOnce } from "./ShownOnce";
import type { User } from "./words";

/** What an administrator does to one user. */
export function UserActions({ user, onEdit }: { user: User; onEdit: () => void }) {
  const { t } = useTranslation("access");
  const may = useMay();
  const { user: own } = useSession();
  const [asked, setAsked] = useState<"reset" | "lock" | "unlock" | null>(null);
  const closed = !may("users.write") || own.id === user.id;
  const locked = user.locked_at !== null;
  const lockOrNot = locked ? "unlock" : "lock";
  const items = [
    { key: "reset", label: t("users.reset"), disabled: closed },
    { key: lockOrNot, label: t(`users.${lockOrNot}`), disabled: closed, danger: !locked },
  ];
  return (
    <Flex gap="small">
      <Button size="small" onClick={onEdit}>{t(closed ? "users.look" : "users.change")}</Button>
      <Dropdown menu={{ items, onClick: ({ key }) => { setAsked(key as "reset" | "lock" | "unlock"); } }} trigger={["click"]}>
        <Button size="small" icon={<MoreOutlined />} aria-label={t("users.moreOf", { name: user.shown_name })} />
      </Dropdown>
      {asked === "reset" && <Reset user={user} onClose={() => { setAsked(null); }} />}
      {asked !== null && asked !== "reset" && <LockOrNot user={user} what={asked} onClose={() => { setAsked(null); }} />}
    </Flex>
  );
}

function Reset({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation("access");
  const [factorToo, setFactorToo] = useState(false);
  const [oneTime, setOneTime] = useState<Schemas["OneTimeOut"] | null>(null);
  const reset = api.useMutation("post", "/v1/users/{user_id}/reset", {
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["get", "/v1/users"] });
      setOneTime(made);
    },
  });
  if (oneTime !== null) {
    return (
      <ShownOnce
        title={t("once.passwordOf", { name: user.shown_name })}
        hint={t("once.passwordHint", { until: instant(oneTime.until) })}
        secret={oneTime.password}
        onClose={onClose}
      />
    );
  }
  return (
    <Modal
      open
      title={t("users.resetOf", { name: user.shown_name })}
      okText={t("users.reset")}
      confirmLoading={reset.isPending}
      onCancel={onClose}
      onOk={() => { reset.mutate({ params: { path: { user_id: user.id } }, body: { second_factor: factorToo } }); }}
    >
      <Flex vertical gap="middle">
        <Typography.Text>{t("users.resetHint")}</Typography.Text>
        {user.second_factor && (
          <Checkbox checked={factorToo} onChange={(event) => { setFactorToo(event.target.checked); }}>{t("users.resetFactor")}</Checkbox>
        )}
        {reset.error !== null && <Refused error={reset.error} />}
      </Flex>
    </Modal>
  );
}

function LockOrNot({ user, what, onClose }: { user: User; what: "lock" | "unlock"; onClose: () => void }) {
  const { t } = useTranslation("access");
  const { message } = App.useApp();
  const done = {
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["get", "/v1/users"] });
      void message.success(t(`users.${what}Done`, { name: user.shown_name }));
      onClose();
    },
  };
  const lock = api.useMutation("post", "/v1/users/{user_id}/lock", done);
  const unlock = api.useMutation("post", "/v1/users/{user_id}/unlock", done);
  const work = what === "lock" ? lock : unlock;
  return (
    <Modal
      open
      title={t(`users.${what}Of`, { name: user.shown_name })}
      okText={t(`users.${what}`)}
      okButtonProps={{ danger: what === "lock" }}
      confirmLoading={work.isPending}
      onCancel={onClose}
      onOk={() => { work.mutate({ params: { path: { user_id: user.id } } }); }}
    >
      <Flex vertical gap="middle">
        <Alert type={what === "lock" ? "warning" : "info"} showIcon title={t(`users.${what}Hint`)} />
        {work.error !== null && <Refused error={work.error} />}
      </Flex>
    </Modal>
  );
}
