import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { Why } from "@console/parts/Why";
import { Actor } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, day, money, percent } from "@shared/format";
import { Card, Flex, Skeleton, Table, Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { TabProps } from "../Customer";
import { useWord } from "../words";
import { TagWhy } from "./TagWhy";

type Computed = Schemas["TagOfCustomer"];
type Given = Schemas["GivenOut"];
const BASIS_POINTS = 10_000;

/** The tags of the customer by the last refresh, each with its reason, and what people said. */
export function TagsTab({ head }: TabProps) {
  const { t, i18n } = useTranslation("customers");
  const word = useWord();
  const language = i18n.language === "zh-CN" ? "zh" : "en";
  const tags = api.useQuery("get", "/v1/customers/{customer_id}/tags", { params: { path: { customer_id: head.id } } });
  if (tags.error !== null) return <Refused error={tags.error} onRetry={() => void tags.refetch()} />;
  if (tags.data === undefined) return <Skeleton active />;
  return (
    <Flex vertical gap="middle">
      <Card size="small" title={t("givenTags")}>
        <Table<Given>
          aria-label={t("givenTags")}
          rowKey={(one) => `${one.tag}:${one.value}`}
          size="small"
          pagination={false}
          dataSource={tags.data.given}
          locale={{ emptyText: <Empty title={t("nothingGiven")} /> }}
          columns={[
            { title: t("tag"), key: "tag", render: (_, one) => one.names[language] ?? one.tag },
            { title: t("value"), key: "value", render: (_, one) => <Tag>{one.value_names[language] ?? one.value}</Tag> },
            { title: t("since"), key: "since", render: (_, one) => day(one.valid_from) },
            { title: t("source"), key: "source", render: (_, one) => <>{word("tagSources", one.source)} · <Actor id={one.given_by} /></> },
          ]}
        />
      </Card>
      <Card size="small" title={t("computedTags")}>
        <Table<Computed>
          aria-label={t("computedTags")}
          rowKey="tag"
          size="small"
          pagination={false}
          dataSource={tags.data.items}
          locale={{ emptyText: <Empty title={t("nothingComputed")} hint={t("nothingComputedHint")} /> }}
          columns={[
            { title: t("tag"), key: "tag", render: (_, one) => one.names[language] ?? one.tag },
            {
              title: t("value"),
              key: "value",
              render: (_, one) => (one.number === null
                ? <Flex gap="small" wrap>{one.named.map((value) => <Tag key={value.code}>{value.names[language] ?? value.code}</Tag>)}</Flex>
                : measured(one.number, one.unit)),
            },
            { title: t("whyColumn"), key: "why", render: (_, one) => <Why explanation={<TagWhy customerId={head.id} tag={one.tag} />}>{t("whyTag")}</Why> },
          ]}
        />
      </Card>
    </Flex>
  );
}

/** A number of a tag as people say it: money, a share, or as it is. */
function measured(value: number, unit: Computed["unit"]): string {
  if (unit === "fen") return money(value);
  return unit === "basis_points" ? percent(value / BASIS_POINTS) : count(value);
}
