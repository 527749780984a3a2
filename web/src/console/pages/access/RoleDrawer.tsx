import { type Schemas, api, queries } from "@shared/api/client";
import { useMay, useSession } from "@shared/session";
import { Alert, App, Button, Checkbox, Drawer, Flex, Form, Input, Popconfirm, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Field, text } from "../../parts/overtaken/differing";
import { RefusedOrOvertaken } from "../../parts/overtaken/Overtaken";
import { useOvertaken } from "../../parts/overtaken/useOvertaken";
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
  /** Reads the role as it is saved now. */
  onReload: () => Promise<Role | undefined>;
}

/** Makes a role (`role` null), or changes what one may do. */
export function RoleDrawer({ role, permissions, onClose, onReload }: Props) {
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
  const change = api.useMutation("put", "/v1/roles/{role}", { ...done(t("roles.changed")), onError: (refused) => { overtaken.hear(refused); } });
  const drop = api.useMutation("delete", "/v1/roles/{role}", done(t("roles.dropped")));
  const closed = !may("roles.write") || role?.fixed === true;
  const isSaving = add.isPending || change.isPending || drop.isPending;
  const overtaken = useOvertaken<Role | null, Given>({
    form,
    there: role,
    refusal: "platform.role_changed",
    fields: useRoleFields(permissions),
    valuesOf,
    reload: onReload,
    send: ({ code, ...given }, onto) => {
      if (onto === null) add.mutate({ body: { code, ...given } });
      else change.mutate({ params: { path: { role: onto.code }, header: { "If-Match": `"${String(onto.version)}"` } }, body: given });
    },
    onTaken: () => {
      setTouched(false);
      change.reset();
    },
  });
  const save = (given: Given) => { if (!isSaving) overtaken.save(given); };
  useSaveInDialog(() => { if (!closed) form.submit(); }, isSaving);
  const { leave } = useUnsaved(isTouched && !isSaving);
  const error: unknown = add.error ?? change.error ?? drop.error;
  return (
    <Drawer open size="large" title={role === null ? t("roles.add") : say(role)} onClose={() => { leave(onClose); }}>
      <Form<Given>
        form={form}
        layout="vertical"
        disabled={closed}
        initialValues={valuesOf(role)}
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
        {(error !== null || overtaken.theirs !== null) && <Form.Item><RefusedOrOvertaken state={overtaken} form={form} error={error} isSaving={change.isPending} /></Form.Item>}
        {!closed && (
          <Flex justify="space-between">
            <Button type="primary" htmlType="submit" loading={add.isPending || change.isPending} disabled={overtaken.theirs !== null}>{t(role === null ? "roles.add" : "roles.save")}</Button>
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

function valuesOf(role: Role | null): Partial<Given> {
  if (role === null) return { permissions: [] };
  const { code, chinese, english, permissions } = role;
  return { code, chinese, english, permissions };
}

/** Returns the fields of a role in words, to tell what differs. */
function useRoleFields(permissions: readonly Permission[]): Field<Given>[] {
  const { t } = useTranslation("access");
  const say = useNamed();
  const permission = (code: string) => {
    const known = permissions.find((one) => one.code === code);
    return known === undefined ? code : say(known);
  };
  return [
    { label: t("roles.chinese"), holds: ({ chinese }) => text(chinese) },
    { label: t("roles.english"), holds: ({ english }) => text(english) },
    { label: t("roles.may"), holds: (given) => given.permissions ?? [], say: permission },
  ];
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
