import { CloudUploadOutlined, FileSyncOutlined, InboxOutlined, NodeIndexOutlined, SwapOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["data"] as const;
const read = ["inbox.read"] as const;

export const pages: readonly ConsolePage[] = [
  { path: "data/imports", title: "data:imports.title", texts, menu: { group: "data", order: 10, icon: CloudUploadOutlined }, permissions: read, load: () => import("./Imports") },
  { path: "data/imports/:uploadId", title: "data:upload.title", texts, menu: null, permissions: read, load: () => import("./Upload") },
  { path: "data/quarantine", title: "data:quarantine.title", texts, menu: { group: "data", order: 20, icon: InboxOutlined }, permissions: read, load: () => import("./Quarantine") },
  { path: "data/deliveries", title: "data:deliveries.title", texts, menu: { group: "data", order: 30, icon: FileSyncOutlined }, permissions: read, load: () => import("./Deliveries") },
  { path: "data/deliveries/:deliveryId", title: "data:delivery.title", texts, menu: null, permissions: read, load: () => import("./Delivery") },
  { path: "data/mappings", title: "data:mappings.title", texts, menu: { group: "data", order: 40, icon: NodeIndexOutlined }, permissions: read, load: () => import("./Mappings") },
  { path: "data/openings", title: "data:openings.title", texts, menu: { group: "data", order: 50, icon: SwapOutlined }, permissions: ["programme.read"], load: () => import("./Openings") },
];
