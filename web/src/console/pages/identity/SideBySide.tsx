import { Identifiers } from "@console/parts/people/Identifiers";
import { Memberships } from "@console/parts/people/Memberships";
import { useAddress } from "@console/brand";
import type { Schemas } from "@shared/api/client";
import { Card, Col, Descriptions, Flex, Row, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EvidenceTable } from "./EvidenceTable";

type Comparison = Schemas["PersonComparisonOut"];
type Agreement = Schemas["Agreement"];

const FIELDS = ["name", "birthday_on", "gender", "city"] as const;
const COLOURS: Readonly<Record<Agreement, string | undefined>> = { equal: "success", different: "error", unknown: undefined };

/** Two persons beside each other: who they are, what they say compared, and the evidence between. */
export function SideBySide({ comparison }: { comparison: Comparison }) {
  const { t } = useTranslation("identity");
  const { one, other, agreement, evidence } = comparison;
  return (
    <Flex vertical gap="middle">
      <Row gutter={[16, 16]}>
        {([["one", one], ["other", other]] as const).map(([name, side]) => (
          <Col key={name} xs={24} xl={12}>
            <Card title={<PersonLink title={t(`review.${name}`)} personId={side.person_ids[0]} />}>
              <Flex vertical gap="middle">
                <Identifiers label={t("personPage.identifiers")} rows={side.identifiers} empty={t("personPage.identifiersNone")} />
                <Memberships label={t("personPage.memberships")} rows={side.memberships} empty={t("personPage.membershipsNone")} />
              </Flex>
            </Card>
          </Col>
        ))}
      </Row>
      <Card title={t("side.said")} extra={<Typography.Text type="secondary">{t("side.saidHint")}</Typography.Text>}>
        <Descriptions
          column={{ xs: 1, sm: 2, xl: 4 }}
          items={FIELDS.map((field) => ({
            key: field,
            label: t(`side.fields.${field}`),
            children: <Tag color={COLOURS[agreement[field] ?? "unknown"]}>{t(`side.agreements.${agreement[field] ?? "unknown"}`)}</Tag>,
          }))}
        />
      </Card>
      <Card title={t("side.evidence")}>
        <EvidenceTable evidence={evidence} between={[one.person_ids[0] ?? "", other.person_ids[0] ?? ""]} />
      </Card>
    </Flex>
  );
}

function PersonLink({ title, personId }: { title: string; personId: string | undefined }) {
  const at = useAddress();
  if (personId === undefined) return title;
  return <>{title} · <Link to={at(`identity/persons/${personId}`)}>{personId}</Link></>;
}
