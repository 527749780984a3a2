import { UserOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["customers", "condition", "handling"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "customers",
    title: "console:pages.customers",
    texts,
    menu: { group: "customers", order: 10, icon: UserOutlined },
    permissions: ["customers.read"],
    load: () => import("./Customers"),
  },
  { path: "customers/:customerId", title: "console:pages.customers", texts, menu: null, permissions: ["customers.read"], load: () => import("./Customer") },
];
