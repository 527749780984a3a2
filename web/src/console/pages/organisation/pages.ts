import { ApartmentOutlined, ApiOutlined, IdcardOutlined, PushpinOutlined, ShopOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["organisation"] as const;
const permissions = ["org.read"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "organisation",
    title: "console:pages.organisation",
    texts,
    menu: { group: "system", order: 10, icon: ApartmentOutlined },
    permissions,
    load: () => import("./Organisation"),
  },
  {
    path: "stores",
    title: "console:pages.organisationStores",
    texts,
    menu: { group: "system", order: 12, icon: ShopOutlined },
    permissions,
    load: () => import("./Stores"),
  },
  {
    path: "staff",
    title: "console:pages.organisationStaff",
    texts,
    menu: { group: "system", order: 14, icon: IdcardOutlined },
    permissions,
    load: () => import("./Staff"),
  },
  {
    path: "accounts",
    title: "console:pages.organisationAccounts",
    texts,
    menu: { group: "system", order: 16, icon: ApiOutlined },
    permissions,
    load: () => import("./Accounts"),
  },
  {
    path: "touchpoints",
    title: "console:pages.organisationTouchpoints",
    texts,
    menu: { group: "system", order: 18, icon: PushpinOutlined },
    permissions,
    load: () => import("./Touchpoints"),
  },
];
