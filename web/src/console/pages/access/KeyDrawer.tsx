import { type Schemas, api, queries } from "@shared/api/client";
import { useSession } from "@shared/session";
import { Button, Drawer, Form, Input, Select, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSaveInDialog } from "../../keyboard";
import { Refused } from "../../parts/Refused";
import { useUnsaved } from "../../unsaved";
import { Permissions } from "./RoleDrawer";
import { ShownOnce } from "./ShownOnce";
import { usePermissions } from "./words";

interface Given {
  name: string;
  permissions: Schemas["NewKey"]["permissions"];
  brands: string[];
  days: number;
}

const FOREVER = 0;
const DAYS = [30, 90, 365, 730, FOREVER] as const;
const DAYS_USUAL = 365;

/** Issues a key for one program and shows its token, this once. */
export function KeyDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("access");
  const { brands } = useSession();
  const permissions = usePermissions();
  const [form] = Form.useForm<Given>();
  const [isTouched, setTouched] = useState(false);
  const [token, setToken] = useState<string | null>(null);
  const issue = api.useMutation("post", "/v1/keys", {
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ["get", "/v1/keys"] });
      setToken(made.token);
    },
  });
  const { leave } = useUnsaved(isTouched && !issue.isPending && token === null);
  useSaveInDialog(() => { form.submit(); }, issue.isPending || token !== null);
  return (
    <Drawer open size="large" title={t("keys.issue")} onClose={() => { leave(onClose); }}>
      {permissions.error !== null && <Refused error={permissions.error} onRetry={() => void permissions.refetch()} />}
      {permissions.isPending ? <Skeleton active /> : (
        <Form<Given>
          form={form}
          onValuesChange={() => { setTouched(true); }}
          layout="vertical"
          initialValues={{ permissions: [], brands: [], days: DAYS_USUAL }}
          onFinish={({ name, permissions: held, brands: chosen, days }) => {
            if (!issue.isPending) issue.mutate({
              body: { name, permissions: held, brands: chosen.length > 0 ? chosen : null, days: days === FOREVER ? null : days },
            });
          }}
        >
          <Form.Item name="name" label={t("keys.name")} extra={t("keys.nameHint")} rules={[{ required: true, max: 60, message: t("keys.nameMissing") }]}>
            <Input autoFocus autoComplete="off" />
          </Form.Item>
          <Form.Item name="brands" label={t("where.brands")}>
            <Select mode="multiple" placeholder={t("where.everyBrand")} options={brands.map((one) => ({ value: one.code, label: one.name }))} />
          </Form.Item>
          <Form.Item name="days" label={t("keys.goodFor")}>
            <Select options={DAYS.map((one) => ({ value: one, label: one === FOREVER ? t("keys.never") : t("keys.days", { count: one }) }))} />
          </Form.Item>
          <Form.Item label={t("keys.may")} extra={t("roles.mayHint")}>
            <Permissions permissions={permissions.data?.items.filter((one) => one.for_keys) ?? []} />
          </Form.Item>
          {issue.error !== null && <Form.Item><Refused error={issue.error} /></Form.Item>}
          <Button type="primary" htmlType="submit" loading={issue.isPending}>{t("keys.issue")}</Button>
        </Form>
      )}
      {token !== null && <ShownOnce title={t("once.token")} hint={t("once.tokenHint")} secret={token} onClose={onClose} />}
    </Drawer>
  );
}
