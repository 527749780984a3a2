import { TagsOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["tags"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "tags",
    title: "console:pages.tags",
    texts,
    menu: { group: "understand", order: 20, icon: TagsOutlined },
    permissions: ["tags.read"],
    load: () => import("./Tags"),
  },
  { path: "tags/new", title: "console:pages.tagsNewTitle", texts, menu: null, permissions: ["tags.write"], load: () => import("./NewTag") },
  { path: "tags/:tag", title: "console:pages.tags", texts, menu: null, permissions: ["tags.read"], load: () => import("./Tag") },
];
