import { TeamOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["segments", "condition"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "segments",
    title: "console:pages.segments",
    texts,
    menu: { group: "understand", order: 10, icon: TeamOutlined },
    permissions: ["segments.read"],
    load: () => import("./Segments"),
  },
  { path: "segments/new", title: "console:pages.segmentsNewTitle", texts, menu: null, permissions: ["segments.write"], load: () => import("./SegmentEditor") },
  { path: "segments/overlap", title: "console:pages.segmentsOverlapTitle", texts, menu: null, permissions: ["segments.read"], load: () => import("./Overlap") },
  { path: "segments/exports", title: "console:pages.segmentsExportsTitle", texts, menu: null, permissions: ["segments.export"], load: () => import("./AllExports") },
  { path: "segments/:segment", title: "console:pages.segments", texts, menu: null, permissions: ["segments.read"], load: () => import("./Segment") },
  { path: "segments/:segment/edit", title: "console:pages.segmentsEditTitle", texts, menu: null, permissions: ["segments.write"], load: () => import("./SegmentEditor") },
];
