import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { count, day } from "@shared/format";
import { Flex, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";

const FACTS_SHOWN = 5;

/** Why a customer has a tag: each step, its borders, and the order lines that counted. */
export function TagWhy({ customerId, tag }: { customerId: string; tag: string }) {
  const { t } = useTranslation("customers");
  const asked = api.useQuery("get", "/v1/customers/{customer_id}/tags/{tag}", { params: { path: { customer_id: customerId, tag } } });
  if (asked.error !== null) return <Refused error={asked.error} />;
  if (asked.data === undefined) return <Skeleton active title={false} />;
  return (
    <Flex vertical gap="small">
      <Typography.Text type="secondary">{t("asOf", { at: day(asked.data.as_of) })}</Typography.Text>
      {asked.data.steps.map((step) => (
        <div key={step.path}>
          <div>{t("step", { value: step.value === null ? t("unknown") : String(step.value), counted: count(step.facts_counted ?? 0) })}</div>
          <ul>
            {step.facts.slice(0, FACTS_SHOWN).map((fact, place) => (
              // Two facts of a step can be alike in everything that is shown.
              <li key={place}>{fact.order_no} · {day(fact.on)} {fact.sku ?? ""}</li>
            ))}
          </ul>
        </div>
      ))}
      {asked.data.may_change_on !== null && <span>{t("mayChange", { at: day(asked.data.may_change_on) })}</span>}
    </Flex>
  );
}
