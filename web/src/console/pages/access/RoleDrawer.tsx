import { type Schemas, api, queries } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { useMay, useSession } from "@shared/session";
import { Alert, App, Button, Checkbox, Drawer, Flex, Form, Input, Popconfirm, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "../../parts/Refused";
import { useSaveInDialog } from "../../keyboard";
import { useUnsaved } from "../../unsaved";
import { type Permission, type Role, byArea, useNamed } from "./words";

type Code = Schemas["PermissionOut"]["code"];

interface Given {
  code: string;
  chinese: string;
  english: string;
  permissions: Code[];
}

interface Props {
  role: Role | null;
  permissions: readonly Permission[];
  onClose: () => void;
}

/** Makes a role (`role` null), or changes what one may do. */
export function RoleDrawer({ role, permissions, onClose }: Props) {
  const { t } = useTranslation("access");
  const say = useNamed();
  const may = useMay();
  const { message } = App.useApp();
  const [form] = Form.useForm<Given>();
  const [isTouched, setTouched] = useState(false);
  const done = (text: string) => ({
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["get", "/v1/roles"] });
      void message.success(text);
      onClose();
    },
  });
  const add = api.useMutation("post", "/v1/roles", done(t("roles.added")));
  const change = api.useMutation("put", "/v1/roles/{role}", done(t("roles.changed")));
  const drop = api.useMutation("delete", "/v1/roles/{role}", done(t("roles.dropped")));
  const closed = !may("roles.write") || role?.fixed === true;
  const isSaving = add.isPending || change.isPending || drop.isPending;
  const save = ({ code, ...given }: Given) => {
    if (isSaving) return;
    if (role === null) add.mutate({ body: { code, ...given } });
    else change.mutate({ params: { path: { role: role.code }, header: { "If-Match": `"${String(role.version)}"` } }, body: given });
  };
  useSaveInDialog(() => { if (!closed) form.submit(); }, isSaving);
  const { leave } = useUnsaved(isTouched && !isSaving);
  const error: unknown = add.error ?? change.error ?? drop.error;
  const stale = error instanceof Refusal && error.code === "platform.role_changed";
  const reload = () => void queries.invalidateQueries({ queryKey: ["get", "/v1/roles"] });
  return (
    <Drawer open size="large" title={role === null ? t("roles.add") : say(role)} onClose={() => { leave(onClose); }}>
      <Form<Given>
        form={form}
        layout="vertical"
        disabled={closed}
        initialValues={role ?? { permissions: [] }}
        onValuesChange={() => { setTouched(true); }}
        onFinish={save}
      >
        {role?.fixed === true && <Form.Item><Alert type="info" showIcon title={t("roles.fixed")} /></Form.Item>}
        {role?.fixed !== true && closed && <Form.Item><Alert type="info" showIcon title={t("roles.mayNot")} /></Form.Item>}
        {role === null && (
          <Form.Item name="code" label={t("roles.code")} extra={t("roles.codeHint")} rules={[{ required: true, pattern: /^[a-z][a-z0-9_]{0,39}$/, message: t("roles.codeHint") }]}>
            <Input autoFocus spellCheck={false} />
          </Form.Item>
        )}
        <Form.Item name="chinese" label={t("roles.chinese")} rules={[{ required: true, max: 60, message: t("roles.nameMissing") }]}>
          <Input />
        </Form.Item>
        <Form.Item name="english" label={t("roles.english")} rules={[{ required: true, max: 60, message: t("roles.nameMissing") }]}>
          <Input />
        </Form.Item>
        <Form.Item label={t("roles.may")} extra={t("roles.mayHint")}>
          <Permissions permissions={permissions} />
        </Form.Item>
        {role !== null && !closed && <Form.Item><Alert type="info" showIcon title={t("roles.changeHint", { count: role.holders })} /></Form.Item>}
        {error !== null && <Form.Item><Refused error={error} {...(stale ? { onRetry: reload } : {})} /></Form.Item>}
        {!closed && (
          <Flex justify="space-between">
            <Button type="primary" htmlType="submit" loading={add.isPending || change.isPending}>{t(role === null ? "roles.add" : "roles.save")}</Button>
            {role !== null && !role.kept && (
              <Popconfirm title={t("roles.dropSure")} onConfirm={() => { drop.mutate({ params: { path: { role: role.code } } }); }}>
                <Button danger loading={drop.isPending} disabled={role.holders > 0} title={role.holders > 0 ? t("roles.dropHeld") : undefined}>{t("roles.drop")}</Button>
              </Popconfirm>
            )}
          </Flex>
        )}
      </Form>
    </Drawer>
  );
}

/** The permissions by what they are about; those that one does not hold oneself cannot be given. */
export function Permissions({ permissions }: { permissions: readonly Permission[] }) {
  const { t } = useTranslation("access");
  const say = useNamed();
  const { permissions: held } = useSession();
  return (
    <Form.Item name="permissions" noStyle rules={[{ required: true, type: "array", min: 1, message: t("roles.permissionMissing") }]}>
      <Checkbox.Group>
        <Flex vertical gap="small">
          {byArea(permissions).map(([area, ones]) => (
            <Flex key={area} vertical role="group" aria-label={t(`areas.${area}`, { defaultValue: area })}>
              <Typography.Text strong>{t(`areas.${area}`, { defaultValue: area })}</Typography.Text>
              <Flex gap="small" wrap>
                {ones.map((one) => (
                  <Checkbox key={one.code} value={one.code} {...(held.includes(one.code) ? {} : { disabled: true, title: t("roles.notHeld") })}>{say(one)}</Checkbox>
                ))}
              </Flex>
            </Flex>
          ))}
        </Flex>
      </Checkbox.Group>
    </Form.Item>
  );
}
