import type { Permission } from "@shared/session";
import { Result } from "antd";
import { useTranslation } from "react-i18next";

/** A page that this person may not open, with the permission to ask for. */
export function NoPermission({ permissions }: { permissions?: readonly Permission[] }) {
  const { t } = useTranslation("common");
  const named = permissions?.map((one) => t(`permissions.${one}`, { defaultValue: one })).join(" / ");
  return (
    <Result
      status="403"
      title={t("noPermission")}
      subTitle={named ? t("noPermissionNamed", { permission: named }) : t("noPermissionHint")}
    />
  );
}
