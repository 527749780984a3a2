import { BY_CURSOR } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { SaidOf } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { instant } from "@shared/format";
import { Alert, Button, Flex, Select, Skeleton, Tag, Timeline, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { TabProps } from "../Customer";
import { useStory } from "../story";
import { useWord } from "../words";

type Happening = Schemas["HappeningOut"];
const KINDS = [
  "order", "refund", "points", "tier", "consent", "tag", "enrolment", "merge", "document", "relation", "class", "correction", "exit",
] as const satisfies readonly Happening["kind"][];
const COLOURS: Partial<Record<Happening["kind"], string>> = { order: "blue", refund: "red", points: "gold", tier: "purple", merge: "orange" };
const PAGE_ITEMS = 30;

/** What happened to the customer, the latest first; by kind if somebody chose some. */
export function TimelineTab({ head }: TabProps) {
  const { t } = useTranslation("customers");
  const word = useWord();
  const [query, setQuery] = useSearchParams();
  const kinds = KINDS.filter((one) => query.getAll("kind").includes(one));
  const story = api.useInfiniteQuery(
    "get", "/v1/customers/{customer_id}/timeline",
    { params: { path: { customer_id: head.id }, query: { limit: PAGE_ITEMS, ...(kinds.length > 0 ? { kinds: [...kinds] } : {}) } } },
    BY_CURSOR,
  );
  const pages = story.data?.pages ?? [];
  const items = pages.flatMap((page) => page.items);
  const leftOut = pages[0]?.left_out ?? [];
  return (
    <Flex vertical gap="middle">
      <Select
        className="story-filter"
        mode="multiple"
        allowClear
        aria-label={t("kindsShown")}
        placeholder={t("allKinds")}
        value={kinds}
        options={KINDS.map((one) => ({ value: one, label: word("kinds", one) }))}
        onChange={(chosen: string[]) => { setQuery([["tab", "timeline"], ...chosen.map((one) => ["kind", one] as [string, string])]); }}
      />
      {leftOut.length > 0 && <Alert type="info" showIcon title={t("leftOut", { kinds: leftOut.map((one) => word("kinds", one)).join(", ") })} />}
      {story.error !== null && <Refused error={story.error} onRetry={() => void story.refetch()} />}
      {story.isPending && <Skeleton active />}
      {story.isSuccess && items.length === 0 && <Empty title={t("noStory")} />}
      <Timeline items={items.map((item, place) => ({ key: `${item.at}:${String(place)}`, color: COLOURS[item.kind] ?? "gray", content: <Entry item={item} /> }))} />
      {story.hasNextPage && <div><Button loading={story.isFetchingNextPage} onClick={() => void story.fetchNextPage()}>{t("earlier")}</Button></div>}
    </Flex>
  );
}

function Entry({ item }: { item: Happening }) {
  const { t } = useTranslation("customers");
  const [, setQuery] = useSearchParams();
  const word = useWord();
  const tell = useStory();
  const order = item.ref?.startsWith("ord_") === true ? item.ref : null;
  const open = (id: string) => { setQuery((before) => { before.set("order", id); return before; }); };
  return (
    <Flex vertical>
      <Flex gap="small" wrap align="baseline">
        <Typography.Text type="secondary">{instant(item.at)}</Typography.Text>
        <Tag>{word("kinds", item.kind)}</Tag>
        <span>{tell(item)}</span>
        {order !== null && <Button type="link" size="small" onClick={() => { open(order); }}>{t("showOrder")}</Button>}
      </Flex>
      {item.actor !== null && item.actor !== "" && <Typography.Text type="secondary"><SaidOf id={item.actor} says={(actor) => t("by", { actor })} /></Typography.Text>}
    </Flex>
  );
}
