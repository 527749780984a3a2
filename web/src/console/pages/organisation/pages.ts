import { ApartmentOutlined, ApiOutlined, IdcardOutlined, PushpinOutlined, ShopOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["organisation"] as const;
const permissions = ["org.read"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "organisation",
    title: "organisation:title",
    texts,
    menu: { group: "system", order: 10, icon: ApartmentOutlined },
    permissions,
    load: () => import("./Organisation"),
  },
  {
    path: "stores",
    title: "organisation:stores.title",
    texts,
    menu: { group: "system", order: 12, icon: ShopOutlined },
    permissions,
    load: () => import("./Stores"),
  },
  {
    path: "staff",
    title: "organisation:staff.title",
    texts,
    menu: { group: "system", order: 14, icon: IdcardOutlined },
    permissions,
    load: () => import("./Staff"),
  },
  {
    path: "accounts",
    title: "organisation:accounts.title",
    texts,
    menu: { group: "system", order: 16, icon: ApiOutlined },
    permissions,
    load: () => import("./Accounts"),
  },
  {
    path: "touchpoints",
    title: "organisation:touchpoints.title",
    texts,
    menu: { group: "system", order: 18, icon: PushpinOutlined },
    permissions,
    load: () => import("./Touchpoints"),
  },
];
