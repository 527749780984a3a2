import { type Schemas, api, queries } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay, useSession } from "@shared/session";
import { Alert, App, Button, Drawer, Form, Input, Select, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RefusedOrOvertaken } from "../../parts/overtaken/Overtaken";
import { useOvertaken } from "../../parts/overtaken/useOvertaken";
import { Refused } from "../../parts/Refused";
import { useSaveInDialog } from "../../keyboard";
import { useGuard, useUnsaved } from "../../unsaved";
import { ShownOnce } from "./ShownOnce";
import { StaffField, WhereFields } from "./WhereFields";
import { type Given, NOWHERE, givenOf, useUserFields } from "./userFields";
import { type User, useNamed, useRoles } from "./words";

type OneTime = Schemas["OneTimeOut"];

/** Adds a user (`userId` null), or changes what one may do and where. */
export function UserDrawer({ userId, onClose }: { userId: string | null; onClose: () => void }) {
  const { t } = useTranslation("access");
  const found = api.useQuery(
    "get",
    "/v1/users/{user_id}",
    { params: { path: { user_id: userId ?? "" } } },
    { enabled: userId !== null, staleTime: 0, gcTime: 0 },
  );
  const { askForAll } = useGuard();
  const title = userId === null ? t("users.add") : t("users.change");
  return (
    <Drawer open title={title} size="large" onClose={() => { askForAll(onClose); }}>
      {found.error !== null && <Refused error={found.error} onRetry={() => void found.refetch()} />}
      {userId === null && <UserForm user={null} onClose={onClose} />}
      {userId !== null && found.isPending && <Skeleton active />}
      {found.data !== undefined && userId !== null && (
        <UserForm user={found.data} onClose={onClose} onReload={async () => (await found.refetch()).data} />
      )}
    </Drawer>
  );
}

interface FormProps {
  user: User | null;
  onClose: () => void;
  /** Reads what is saved of the user now. */
  onReload?: () => Promise<User | undefined>;
}

function UserForm({ user, onClose, onReload }: FormProps) {
  const { t } = useTranslation("access");
  const say = useNamed();
  const may = useMay();
  const { user: own } = useSession();
  const { message } = App.useApp();
  const [form] = Form.useForm<Given>();
  const [oneTime, setOneTime] = useState<OneTime | null>(null);
  const [isTouched, setTouched] = useState(false);
  const roles = useRoles();
  const done = () => {
    void queries.invalidateQueries({ queryKey: ["get", "/v1/users"] });
    void queries.invalidateQueries({ queryKey: ["get", "/v1/roles"] });
  };
  const add = api.useMutation("post", "/v1/users", {
    onSuccess: (added) => {
      done();
      setOneTime(added.one_time);
    },
  });
  const change = api.useMutation("put", "/v1/users/{user_id}", {
    onSuccess: () => {
      done();
      void message.success(t("users.changed"));
      onClose();
    },
    onError: (refused) => { overtaken.hear(refused); },
  });
  const isSaving = add.isPending || change.isPending;
  const self = user?.id === own.id;
  const closed = self || !may("users.write");
  const overtaken = useOvertaken<User | null, Given>({
    form,
    there: user,
    refusal: "platform.user_changed",
    fields: useUserFields(),
    valuesOf: givenOf,
    reload: async () => onReload?.(),
    send: ({ name, some, where, staff, ...given }, onto) => {
      // Who of the staff they are may be out of the editor's sight: what was not changed is not said.
      const is = (staff ?? null) === (onto?.staff ?? null) ? {} : { staff: staff ?? null };
      const body = { ...given, ...is, where: { ...NOWHERE, ...where, brands: some ? (where.brands ?? []) : null } };
      if (onto === null) add.mutate({ body: { ...body, name } });
      else change.mutate({ params: { path: { user_id: onto.id }, header: { "If-Match": `"${String(onto.version)}"` } }, body });
    },
    onTaken: () => {
      setTouched(false);
      change.reset();
    },
  });
  const save = (given: Given) => { if (!isSaving && oneTime === null) overtaken.save(given); };
  useSaveInDialog(() => { if (!closed) form.submit(); }, isSaving || oneTime !== null);
  useUnsaved(isTouched && !isSaving && oneTime === null);
  const error: unknown = add.error ?? change.error;
  return (
    <Form<Given> form={form} layout="vertical" disabled={closed} initialValues={givenOf(user)} onValuesChange={() => { setTouched(true); }} onFinish={save}>
      {self && <Form.Item><Alert type="info" showIcon title={t("users.self")} /></Form.Item>}
      {!self && closed && <Form.Item><Alert type="info" showIcon title={t("users.mayNot")} /></Form.Item>}
      {user === null && (
        <Form.Item
          name="name"
          label={t("users.name")}
          extra={t("users.nameHint")}
          rules={[{ required: true, pattern: /^[A-Za-z0-9][A-Za-z0-9._@+-]{1,99}$/, message: t("users.nameWrong") }]}
        >
          <Input autoComplete="off" autoCapitalize="none" spellCheck={false} autoFocus />
        </Form.Item>
      )}
      <Form.Item name="shown_name" label={t("users.shownName")} rules={[{ required: true, max: 60, message: t("users.shownNameMissing") }]}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="roles" label={t("users.roles")} extra={t("users.rolesHint")}>
        <Select
          mode="multiple"
          loading={roles.isPending}
          optionFilterProp="label"
          placeholder={t("users.noRole")}
          options={roles.data?.items.map((one) => ({ value: one.code, label: say(one) })) ?? []}
        />
      </Form.Item>
      <StaffField />
      <WhereFields />
      {user !== null && !closed && <Form.Item><Alert type="info" showIcon title={t("users.changeHint")} /></Form.Item>}
      {(error !== null || overtaken.theirs !== null) && <Form.Item><RefusedOrOvertaken state={overtaken} form={form} error={error} isSaving={isSaving} /></Form.Item>}
      <Button type="primary" htmlType="submit" loading={isSaving} disabled={closed || overtaken.theirs !== null}>
        {user === null ? t("users.add") : t("users.save")}
      </Button>
      {oneTime !== null && (
        <ShownOnce
          title={t("once.password")}
          hint={t("once.passwordHint", { until: instant(oneTime.until) })}
          secret={oneTime.password}
          onClose={onClose}
        />
      )}
    </Form>
  );
}
