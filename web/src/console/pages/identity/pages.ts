import { ApartmentOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["identity", "people"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "identity",
    title: "identity:title",
    texts,
    menu: { group: "customers", order: 40, icon: ApartmentOutlined },
    permissions: ["identity.read"],
    load: () => import("./Overview"),
  },
  { path: "identity/reviews", title: "identity:queue", texts, menu: null, permissions: ["identity.read"], load: () => import("./Queue") },
  { path: "identity/reviews/:reviewId", title: "identity:review.title", texts, menu: null, permissions: ["identity.read"], load: () => import("./Review") },
  { path: "identity/persons/:personId", title: "identity:person", texts, menu: null, permissions: ["identity.read"], load: () => import("./Person") },
  { path: "identity/merge", title: "identity:merge", texts, menu: null, permissions: ["identity.write"], load: () => import("./MergeWizard") },
  { path: "identity/history", title: "identity:history", texts, menu: null, permissions: ["identity.read"], load: () => import("./History") },
  { path: "identity/policy", title: "identity:policy", texts, menu: null, permissions: ["identity.read"], load: () => import("./Policy") },
];
