import { useAddress } from "@console/brand";
import { Why } from "@console/parts/Why";
import type { Schemas } from "@shared/api/client";
import { shortMoney } from "@shared/format";
import { Badge, Card, Flex, Statistic, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Told } from "./months";
import { lastDay, percentOf } from "./words";

type Core = Schemas["CoreFigureOut"];
type Figures = Schemas["FiguresOut"];

const BROUGHT_AT = "data/imports";

/** The three figures that a brand is led by; of one that cannot be told, what is missing. */
export function CoreFigures({ core, figures, told }: { core: readonly Core[]; figures: Figures | undefined; told: Told | null }) {
  const { t } = useTranslation("home");
  const at = useAddress();
  return (
    <section aria-label={t("coreTitle")} className="core">
      {core.map((one) => {
        const figure = one.metric === null ? undefined : figures?.total?.[one.metric];
        const title = t(`core.${one.core}`);
        if (one.metric === null) {
          return (
            <Card key={one.core} size="small">
              <Typography.Text type="secondary">{title}</Typography.Text>
              <Typography.Paragraph className="unknown">{t("cannotBeTold")}</Typography.Paragraph>
              <Flex gap="small" wrap>{one.lacks.map((lack) => <Badge key={lack} status="warning" text={t(`lacks.${lack}`)} />)}</Flex>
              <Typography.Text type="secondary">{t(`remedies.${one.core}`)} </Typography.Text>
              {one.lacks.some((lack) => lack === "stock" || lack === "costs") && <Link to={at(BROUGHT_AT)}>{t("bringData")}</Link>}
            </Card>
          );
        }
        return (
          <Card key={one.core} size="small">
            <Statistic title={<Why explanation={t("revenueWhy")}>{title}</Why>} value={shortMoney(figure?.value)} loading={told !== null && figures === undefined} />
            {figure !== undefined && <Typography.Text type="secondary">{t("before", { before: shortMoney(figure.before), change: percentOf(figure.change_basis_points) })}</Typography.Text>}
            {told !== null && <div><Link to={at(`figures?m=${one.metric}&by=day&from=${told.since}&to=${lastDay(told.until)}`)}>{t("look")}</Link></div>}
          </Card>
        );
      })}
    </section>
  );
}
