import { ClockCircleOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

export const pages: readonly ConsolePage[] = [
  {
    path: "jobs",
    title: "console:pages.jobs",
    texts: ["jobs"],
    menu: { group: "system", order: 80, icon: ClockCircleOutlined },
    permissions: ["jobs.read"],
    load: () => import("./Jobs"),
  },
];
