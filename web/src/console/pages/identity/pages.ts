import { ApartmentOutlined } from "@ant-design/icons";
import type { ConsolePage } from "@console/page";

const texts = ["identity", "people"] as const;

export const pages: readonly ConsolePage[] = [
  {
    path: "identity",
    title: "console:pages.identity",
    texts,
    menu: { group: "customers", order: 40, icon: ApartmentOutlined },
    permissions: ["identity.read"],
    load: () => import("./Overview"),
  },
  { path: "identity/reviews", title: "console:pages.identityQueue", texts, menu: null, permissions: ["identity.read"], load: () => import("./Queue") },
  { path: "identity/reviews/:reviewId", title: "console:pages.identityReview", texts, menu: null, permissions: ["identity.read"], load: () => import("./Review") },
  { path: "identity/persons/:personId", title: "console:pages.identityPerson", texts, menu: null, permissions: ["identity.read"], load: () => import("./Person") },
  { path: "identity/merge", title: "console:pages.identityMerge", texts, menu: null, permissions: ["identity.write"], load: () => import("./MergeWizard") },
  { path: "identity/history", title: "console:pages.identityHistory", texts, menu: null, permissions: ["identity.read"], load: () => import("./History") },
  { path: "identity/policy", title: "console:pages.identityPolicy", texts, menu: null, permissions: ["identity.read"], load: () => import("./Policy") },
];
