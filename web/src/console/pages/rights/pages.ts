import { FileProtectOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["rights", "people"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "rights",
    title: "console:pages.rights",
    texts,
    menu: { group: "customers", order: 50, icon: SafetyCertificateOutlined },
    permissions: ["rights.write", "rights.export", "rights.erase", "customers.read"],
    load: () => import("./Requests"),
  },
  { path: "rights/policies", title: "console:pages.rightsPolicies", texts, menu: null, permissions: ["customers.read"], load: () => import("./Policies") },
  {
    path: "documents",
    title: "console:pages.rightsDocuments",
    texts,
    menu: { group: "customers", order: 60, icon: FileProtectOutlined },
    permissions: ["documents.review"],
    load: () => import("./Documents"),
  },
];
