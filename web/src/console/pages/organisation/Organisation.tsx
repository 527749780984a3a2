import { PlusOutlined } from "@ant-design/icons";
import { useAddress } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { isForbidden } from "@shared/api/refusal";
import { count } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Card, Col, Dropdown, Flex, Row, Skeleton, Tree, type TreeDataNode, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Regions } from "./Regions";
import { UNIT_KINDS, UnitDrawer } from "./UnitDrawer";
import { type Organisation as Group, useOrganisation, useWords } from "./words";

/** The group: its companies with their brands, and the ways in which stores are arranged. */
export default function Organisation() {
  const { t } = useTranslation("organisation");
  const may = useMay();
  const at = useAddress();
  const [word, say] = useWords();
  const organisation = useOrganisation();
  const editable = may("org.write");
  if (isForbidden(organisation.error)) return <NoPermission permissions={["org.read"]} />;
  const add = (
    <Dropdown
      disabled={!editable}
      menu={{ items: UNIT_KINDS.filter((kind) => kind !== "group").map((kind) => ({ key: kind, label: t(`units.${kind}`) })), onClick: ({ key }) => { say({ edit: key }); } }}
    >
      <Button type="primary" icon={<PlusOutlined />} title={editable ? undefined : t("mayNotWrite")}>{t("add")}</Button>
    </Dropdown>
  );
  return (
    <Page title={t("title")} hint={t("hint")} actions={add}>
      {organisation.error !== null && <Refused error={organisation.error} onRetry={() => void organisation.refetch()} />}
      {organisation.data === undefined ? organisation.error === null && <Skeleton active /> : (
        <>
          <Row gutter={[16, 16]}>
            <Col xs={24} xl={12}>
              <Card title={t("companies")} extra={<Typography.Text type="secondary">{t("clickToEdit")}</Typography.Text>}>
                <Companies group={organisation.data} onOpen={(edit) => { if (editable) say({ edit }); }} />
              </Card>
            </Col>
            <Col xs={24} xl={12}>
              <Regions group={organisation.data} />
            </Col>
          </Row>
          <Flex gap="middle" wrap>
            <Link to={at("stores")}>{t("stores.title")}</Link>
            <Link to={at("staff")}>{t("staff.title")}</Link>
            <Link to={at("accounts")}>{t("accounts.title")}</Link>
            <Link to={at("touchpoints")}>{t("touchpoints.title")}</Link>
            {may("users.read") && <Link to={at("users")}>{t("whoSees")}</Link>}
          </Flex>
          <UnitDrawer group={organisation.data} edited={editable ? word("edit") : ""} onClose={() => { say({ edit: "" }); }} onReload={async () => (await organisation.refetch()).data} />
        </>
      )}
    </Page>
  );
}

function Companies({ group, onOpen }: { group: Group; onOpen: (edited: string) => void }) {
  const { t } = useTranslation("organisation");
  const named = (one: { code: string; name: string }, more: string) => (
    <span>{one.name} <Typography.Text type="secondary">{one.code}{more !== "" && ` · ${more}`}</Typography.Text></span>
  );
  const unitsOf = (brand: string): TreeDataNode[] => group.units
    .filter((unit) => unit.brand === brand)
    .map((unit) => ({ key: `unit/${brand}/${unit.code}`, title: named(unit, t("storesIn", { count: unit.stores, shown: count(unit.stores) })) }));
  const brandsOf = (entity: string): TreeDataNode[] => group.brands
    .filter((brand) => brand.entity === entity)
    .map((brand) => ({
      key: `brand/${brand.code}`,
      title: named(brand, [t("domainOf", { domain: brand.domain }), brand.time_zone, t("storesIn", { count: brand.stores, shown: count(brand.stores) })].join(" · ")),
      children: unitsOf(brand.code),
    }));
  const nodes: TreeDataNode[] = [{
    key: "group",
    title: <strong>{group.name}</strong>,
    children: group.entities.map((entity) => ({
      key: `entity/${entity.code}`,
      title: named(entity, entity.stores > 0 ? t("operates", { count: entity.stores, shown: count(entity.stores) }) : ""),
      children: brandsOf(entity.code),
    })),
  }];
  if (group.entities.length === 0) return <Empty title={t("noEntities")} hint={t("noEntitiesHint")} />;
  return <Tree defaultExpandAll showLine blockNode selectable={false} treeData={nodes} onClick={(_, node) => { onOpen(String(node.key)); }} />;
}
