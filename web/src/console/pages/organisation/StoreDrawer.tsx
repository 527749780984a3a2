import { useAddress } from "@console/brand";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { count, day } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Descriptions, Drawer, Flex, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { History } from "./History";
import type { Store } from "./words";

/** A store as it is today, with who ran it and where it lay before. */
export function StoreDrawer({ storeId, onClose, onEdit }: { storeId: string; onClose: () => void; onEdit: (code: string) => void }) {
  const { t } = useTranslation("organisation");
  const may = useMay();
  const shown = api.useQuery("get", "/v1/stores/{store_id}", { params: { path: { store_id: storeId } } }, { enabled: storeId !== "" });
  const store = shown.data?.store;
  const editable = may("org.write");
  return (
    <Drawer
      open={storeId !== ""}
      onClose={onClose}
      size="large"
      title={store?.name ?? t("stores.one")}
      extra={store && <Button disabled={!editable} title={editable ? undefined : t("mayNotWrite")} onClick={() => { onEdit(store.code); }}>{t("edit")}</Button>}
    >
      {shown.error !== null && <Refused error={shown.error} onRetry={() => void shown.refetch()} />}
      {shown.data === undefined ? shown.error === null && <Skeleton active /> : (
        <Flex vertical gap="middle">
          <Told store={shown.data.store} on={shown.data.day} />
          <Typography.Title level={3} className="part-title">{t("history.title")}</Typography.Title>
          <History told={shown.data.history} />
        </Flex>
      )}
    </Drawer>
  );
}

function Told({ store, on }: { store: Store; on: string }) {
  const { t } = useTranslation("organisation");
  const at = useAddress();
  const may = useMay();
  const pairs = (told: Record<string, string>) => Object.entries(told).map(([within, code]) => `${within}: ${code}`).join(" · ") || "—";
  return (
    <Flex vertical gap="small">
      <Descriptions
        column={1}
        size="small"
        bordered
        items={[
          { key: "code", label: t("code"), children: store.code },
          { key: "kind", label: t("kind"), children: t(`kinds.${store.kind}`) },
          { key: "brands", label: t("units.brand"), children: store.brands.join(" · ") || "—" },
          { key: "operator", label: t("operator"), children: store.operator === null ? "—" : `${store.operator_name ?? ""} (${store.operator})` },
          { key: "regions", label: t("regions"), children: pairs(store.region_names) },
          { key: "units", label: t("units.unit"), children: pairs(store.units) },
          { key: "staff", label: t("staff.title"), children: <Link to={`${at("staff")}?store=${encodeURIComponent(store.code)}`}>{t("staff.countHere", { count: store.staff, shown: count(store.staff) })}</Link> },
        ]}
      />
      <Typography.Text type="secondary">{t("asOfDay", { day: day(on) })}</Typography.Text>
      {may("users.read") && <Link to={at("users")}>{t("whoSeesStore")}</Link>}
    </Flex>
  );
}
