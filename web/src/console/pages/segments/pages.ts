import { TeamOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["segments", "condition"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "segments",
    title: "segments:title",
    texts,
    menu: { group: "understand", order: 10, icon: TeamOutlined },
    permissions: ["segments.read"],
    load: () => import("./Segments"),
  },
  { path: "segments/new", title: "segments:newTitle", texts, menu: null, permissions: ["segments.write"], load: () => import("./SegmentEditor") },
  { path: "segments/overlap", title: "segments:overlapTitle", texts, menu: null, permissions: ["segments.read"], load: () => import("./Overlap") },
  { path: "segments/:segment", title: "segments:title", texts, menu: null, permissions: ["segments.read"], load: () => import("./Segment") },
  { path: "segments/:segment/edit", title: "segments:editTitle", texts, menu: null, permissions: ["segments.write"], load: () => import("./SegmentEditor") },
];
