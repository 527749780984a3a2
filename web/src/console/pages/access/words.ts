/** Names of permissions and roles in the reader's language, as the server tells them. */
import { type Schemas, api } from "@shared/api/client";
import { useTranslation } from "react-i18next";

export type Permission = Schemas["PermissionOut"];
export type Role = Schemas["RoleOut"];
export type User = Schemas["UserOut"];
export type Where = Schemas["Where"];

interface Named {
  chinese: string;
  english: string;
}

/** Returns a function that says a name in the reader's language. */
export function useNamed(): (named: Named) => string {
  const { i18n } = useTranslation();
  return ({ chinese, english }) => (i18n.language === "zh-CN" ? chinese : english);
}

/** Asks for every permission in the words of people; they change with releases only. */
export function usePermissions() {
  return api.useQuery("get", "/v1/permissions", {}, { staleTime: Infinity });
}

/** Asks for the roles of the group. */
export function useRoles() {
  return api.useQuery("get", "/v1/roles");
}

/** Returns permissions by what they are about, in the order in which they come. */
export function byArea(permissions: readonly Permission[]): [string, Permission[]][] {
  const areas = new Map<string, Permission[]>();
  for (const one of permissions) {
    const area = one.code.split(".")[0] ?? one.code;
    areas.set(area, [...(areas.get(area) ?? []), one]);
  }
  return [...areas];
}
