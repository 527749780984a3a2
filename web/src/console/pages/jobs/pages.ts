import { ClockCircleOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

export const pages: readonly ConsolePage[] = [
  {
    path: "jobs",
    title: "console:pages.jobs",
    texts: ["jobs", "handling"],
    menu: { group: "system", order: 80, icon: ClockCircleOutlined },
    // Whoever may start work on many looks after their own.
    permissions: ["jobs.read", "tags.give", "segments.export"],
    load: () => import("./Jobs"),
  },
];
