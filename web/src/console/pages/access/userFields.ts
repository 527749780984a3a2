/** What the form of a user holds, from a user and in words. */
import { useTranslation } from "react-i18next";
import { type Field, text } from "../../parts/overtaken/differing";
import { usePlaces } from "./WhereFields";
import { type User, type Where, useNamed, useRoles } from "./words";

export interface Given {
  name: string;
  shown_name: string;
  roles: string[];
  staff?: string | null;
  some: boolean;
  where: Where;
}

const PARTS = ["operators", "regions", "stores", "staff"] as const;
const EVERY = "*";

export const NOWHERE: Where = { brands: null, operators: [], regions: [], stores: [], staff: [] };

/** Returns what the form shows of a user first; a new one may do nothing yet. */
export function givenOf(user: User | null): Partial<Given> {
  if (user === null) return { roles: [], some: false, where: NOWHERE };
  const { shown_name, roles, staff, where } = user;
  return { shown_name, roles, staff, some: (where.brands ?? null) !== null, where };
}

/** Returns the fields of a user in words, to tell what differs. */
export function useUserFields(): Field<Given>[] {
  const { t } = useTranslation("access");
  const say = useNamed();
  const roles = useRoles();
  const { labelOf } = usePlaces();
  const role = (code: string) => roles.data?.items.find((one) => one.code === code);
  return [
    { label: t("users.shownName"), holds: ({ shown_name }) => text(shown_name) },
    { label: t("users.staff"), holds: ({ staff }) => text(staff), say: (code) => labelOf("staff", code) },
    {
      label: t("users.roles"),
      holds: (given) => given.roles ?? [],
      say: (code) => {
        const known = role(code);
        return known === undefined ? code : say(known);
      },
    },
    {
      label: t("where.brands"),
      holds: ({ some, where }) => (some === true ? (where?.brands ?? []) : [EVERY]),
      say: (code) => (code === EVERY ? t("where.everyBrand") : labelOf("brands", code)),
    },
    ...PARTS.map((part) => ({
      label: t(`where.${part}`),
      holds: ({ where }: Partial<Given>) => where?.[part] ?? [],
      say: (code: string) => labelOf(part, code),
    })),
  ];
}
