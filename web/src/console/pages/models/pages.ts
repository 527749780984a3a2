import { AppstoreOutlined, FunctionOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["models"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "rfm",
    title: "console:pages.modelsRfmTitle",
    texts,
    menu: { group: "understand", order: 30, icon: AppstoreOutlined },
    permissions: ["models.read"],
    load: () => import("./Rfm"),
  },
  {
    path: "models",
    title: "console:pages.models",
    texts,
    menu: { group: "understand", order: 40, icon: FunctionOutlined },
    permissions: ["models.read"],
    load: () => import("./Models"),
  },
  { path: "models/:model", title: "console:pages.models", texts, menu: null, permissions: ["models.read"], load: () => import("./Model") },
];
