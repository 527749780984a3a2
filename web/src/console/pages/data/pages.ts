import { CloudUploadOutlined, FileSyncOutlined, InboxOutlined, NodeIndexOutlined, SwapOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["data"] as const;
const read = ["inbox.read"] as const;

export const pages: readonly ConsolePage[] = [
  { path: "data/imports", title: "console:pages.dataImports", texts, menu: { group: "data", order: 10, icon: CloudUploadOutlined }, permissions: read, load: () => import("./Imports") },
  { path: "data/imports/:uploadId", title: "console:pages.dataUpload", texts, menu: null, permissions: read, load: () => import("./Upload") },
  { path: "data/quarantine", title: "console:pages.dataQuarantine", texts, menu: { group: "data", order: 20, icon: InboxOutlined }, permissions: read, load: () => import("./Quarantine") },
  { path: "data/deliveries", title: "console:pages.dataDeliveries", texts, menu: { group: "data", order: 30, icon: FileSyncOutlined }, permissions: read, load: () => import("./Deliveries") },
  { path: "data/deliveries/:deliveryId", title: "console:pages.dataDelivery", texts, menu: null, permissions: read, load: () => import("./Delivery") },
  { path: "data/mappings", title: "console:pages.dataMappings", texts, menu: { group: "data", order: 40, icon: NodeIndexOutlined }, permissions: read, load: () => import("./Mappings") },
  { path: "data/openings", title: "console:pages.dataOpenings", texts, menu: { group: "data", order: 50, icon: SwapOutlined }, permissions: ["programme.read"], load: () => import("./Openings") },
];
