import { HomeOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

export const pages: readonly ConsolePage[] = [
  {
    path: "home",
    title: "console:pages.home",
    texts: ["home"],
    menu: { group: "work", order: 0, icon: HomeOutlined },
    permissions: [],
    load: () => import("./Home"),
  },
];
