import { AppstoreOutlined, FunctionOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["models"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "rfm",
    title: "models:rfmTitle",
    texts,
    menu: { group: "understand", order: 30, icon: AppstoreOutlined },
    permissions: ["models.read"],
    load: () => import("./Rfm"),
  },
  {
    path: "models",
    title: "models:title",
    texts,
    menu: { group: "understand", order: 40, icon: FunctionOutlined },
    permissions: ["models.read"],
    load: () => import("./Models"),
  },
  { path: "models/:model", title: "models:title", texts, menu: null, permissions: ["models.read"], load: () => import("./Model") },
];
