import { KeyOutlined, SafetyOutlined, TeamOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

export const pages: readonly ConsolePage[] = [
  {
    path: "users",
    title: "console:pages.accessUsers",
    texts: ["access"],
    menu: { group: "system", order: 40, icon: TeamOutlined },
    permissions: ["users.read"],
    load: () => import("./Users"),
  },
  {
    path: "roles",
    title: "console:pages.accessRoles",
    texts: ["access"],
    menu: { group: "system", order: 50, icon: SafetyOutlined },
    permissions: ["users.read"],
    load: () => import("./Roles"),
  },
  {
    path: "keys",
    title: "console:pages.accessKeys",
    texts: ["access"],
    menu: { group: "system", order: 60, icon: KeyOutlined },
    permissions: ["keys.read"],
    load: () => import("./Keys"),
  },
  {
    path: "account",
    title: "console:pages.accessAccount",
    texts: ["access"],
    menu: null,
    permissions: [],
    load: () => import("./Account"),
  },
];
