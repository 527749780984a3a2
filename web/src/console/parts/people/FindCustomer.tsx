import { useBrand } from "@console/brand";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { Button, Flex, Input, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import "./people.css";

interface Props {
  /** Told which customer was chosen. */
  onPick: (customerId: string) => void;
}

/** Finds one customer by whatever somebody has in hand, and lets them be chosen. */
export function FindCustomer({ onPick }: Props) {
  const { t } = useTranslation("people");
  const { code: brand } = useBrand();
  const lookup = api.useMutation("post", "/v1/brands/{brand}/customers/lookup");
  const search = (typed: string) => {
    if (typed.trim() !== "") lookup.mutate({ params: { path: { brand } }, body: { text: typed.trim() } });
  };
  return (
    <Flex vertical gap="small">
      <Input.Search
        className="search"
        aria-label={t("find")}
        placeholder={t("findHint")}
        enterButton={t("find")}
        loading={lookup.isPending}
        onSearch={search}
      />
      {lookup.error !== null && <Refused error={lookup.error} />}
      {lookup.data !== undefined && (
        <>
          <Typography.Text type="secondary" role="status">
            {lookup.data.items.length === 0 ? t("foundNone") : t("found", { count: lookup.data.items.length })}
            {lookup.data.has_more && ` ${t("foundMore")}`}
          </Typography.Text>
          <ul className="found">
            {lookup.data.items.map((one) => (
              <li key={one.id}>
                <Flex gap="small" align="center" wrap>
                  <Typography.Text>{one.name ?? one.id}</Typography.Text>
                  <Tag>{t(`statuses.${one.status}`)}</Tag>
                  {one.phone !== null && <Typography.Text type="secondary">{one.phone}</Typography.Text>}
                  {one.city !== null && <Typography.Text type="secondary">{one.city}</Typography.Text>}
                </Flex>
                <Button size="small" onClick={() => { onPick(one.id); }}>{t("pick")}</Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Flex>
  );
}
