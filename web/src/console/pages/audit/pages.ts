import { AuditOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

export const pages: readonly ConsolePage[] = [
  {
    path: "audit",
    title: "console:pages.audit",
    texts: ["audit"],
    menu: { group: "system", order: 90, icon: AuditOutlined },
    permissions: ["audit.read"],
    load: () => import("./Audit"),
  },
];
