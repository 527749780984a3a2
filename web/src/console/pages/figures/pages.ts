import { LineChartOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

export const pages: readonly ConsolePage[] = [
  {
    path: "figures",
    title: "console:pages.figures",
    texts: ["figures"],
    menu: { group: "understand", order: 5, icon: LineChartOutlined },
    permissions: ["metrics.read"],
    load: () => import("./Figures"),
  },
];
