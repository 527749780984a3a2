import { CrownOutlined, FormOutlined, HistoryOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["programme"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "programme",
    title: "console:pages.programme",
    texts,
    menu: { group: "programme", order: 10, icon: CrownOutlined },
    permissions: ["programme.read"],
    load: () => import("./Programme"),
  },
  {
    path: "programme/drafts",
    title: "console:pages.programmeDraftsTitle",
    texts,
    menu: { group: "programme", order: 20, icon: FormOutlined },
    permissions: ["programme.read"],
    load: () => import("./Drafts"),
  },
  {
    path: "programme/history",
    title: "console:pages.programmeHistoryTitle",
    texts,
    menu: { group: "programme", order: 30, icon: HistoryOutlined },
    permissions: ["programme.read"],
    load: () => import("./History"),
  },
  { path: "programme/drafts/:draftId", title: "console:pages.programmeDraftTitle", texts, menu: null, permissions: ["programme.read"], load: () => import("./Draft") },
];
