import { useAddress } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { count } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Card, Flex, Select, Skeleton, Tree, type TreeDataNode, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "@shared/api/client";
import { RegionDrawer } from "./RegionDrawer";
import { type Branch, branches, storesIn } from "./tree";
import { type Organisation, choices, useRegions, useWords } from "./words";

type Region = Schemas["RegionOut"];

/** One way to arrange stores: its regions as a tree, each with its stores. */
export function Regions({ group }: { group: Organisation }) {
  const { t } = useTranslation("organisation");
  const [word, say] = useWords();
  const at = useAddress();
  const may = useMay();
  const hierarchy = group.hierarchies.find((one) => one.code === word("hierarchy")) ?? [...group.hierarchies].sort((one, other) => other.regions - one.regions)[0];
  const regions = useRegions(hierarchy?.code ?? "");
  if (hierarchy === undefined) {
    return <Card title={t("regions")}><Empty title={t("noHierarchies")} hint={t("noHierarchiesHint")} action={may("org.write") ? <Button onClick={() => { say({ edit: "hierarchy" }); }}>{t("addUnit", { what: t("units.hierarchy") })}</Button> : undefined} /></Card>;
  }
  const storesOf = (region: string) => `${at("stores")}?hierarchy=${encodeURIComponent(hierarchy.code)}&region=${encodeURIComponent(region)}`;
  const node = (branch: Branch<Region>): TreeDataNode => ({
    key: branch.leaf.code,
    title: (
      <Flex gap="small" align="center" wrap>
        <span>{branch.leaf.name} <Typography.Text type="secondary">{branch.leaf.code}</Typography.Text></span>
        <Link to={storesOf(branch.leaf.code)}>{t("storesIn", { count: storesIn(branch), shown: count(storesIn(branch)) })}</Link>
        {may("org.write") && <Button size="small" type="link" onClick={() => { say({ region: branch.leaf.code }); }}>{t("edit")}</Button>}
      </Flex>
    ),
    children: branch.below.map(node),
  });
  const tools = (
    <Flex gap="small">
      <Select aria-label={t("units.hierarchy")} value={hierarchy.code} options={choices(group.hierarchies)} onChange={(value) => { say({ hierarchy: value }); }} popupMatchSelectWidth={false} />
      <Button disabled={!may("org.write")} title={may("org.write") ? undefined : t("mayNotWrite")} onClick={() => { say({ region: "+" }); }}>{t("addRegion")}</Button>
    </Flex>
  );
  return (
    <Card title={t("regions")} extra={tools}>
      {regions.error !== null && <Refused error={regions.error} onRetry={() => void regions.refetch()} />}
      {regions.data === undefined ? regions.error === null && <Skeleton active /> : (
        <>
          {regions.data.items.length === 0 ? <Empty title={t("noRegions")} hint={t("noRegionsHint")} /> : (
            <Tree key={hierarchy.code} defaultExpandAll showLine blockNode selectable={false} treeData={branches(regions.data.items).map(node)} />
          )}
          <RegionDrawer hierarchy={hierarchy.code} regions={regions.data} edited={word("region")} onClose={() => { say({ region: "" }); }} onReload={async () => (await regions.refetch()).data} />
        </>
      )}
    </Card>
  );
}
