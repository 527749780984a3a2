import { useAddress } from "@console/brand";
import { count, day, money } from "@shared/format";
import { Flex, type TableProps, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Row, useNamed, useWord } from "./words";

/** The columns of lists of customers; every value is masked by the server. */
export function useColumns(): NonNullable<TableProps<Row>["columns"]> {
  const { t } = useTranslation("customers");
  const at = useAddress();
  const named = useNamed();
  const word = useWord();
  return [
    {
      title: t("name"),
      key: "name",
      fixed: "left",
      render: (_, row) => (
        <Flex vertical>
          <Link to={at(`customers/${row.id}`)}>{row.name ?? t("nameless")}</Link>
          <Typography.Text type="secondary">{row.phone ?? t("noPhone")}</Typography.Text>
        </Flex>
      ),
    },
    {
      title: t("tier"),
      key: "tier",
      render: (_, row) => (row.tier === null ? word("status", row.status) : named(row.tier)),
    },
    { title: t("points"), key: "points", align: "right", className: "number", render: (_, row) => count(row.points) },
    { title: t("lastOrder"), key: "last", render: (_, row) => day(row.bought?.last_at) },
    { title: t("orders"), key: "orders", align: "right", className: "number", render: (_, row) => count(row.bought?.orders) },
    { title: t("spent365"), key: "spent", align: "right", className: "number", render: (_, row) => money(row.bought?.spent_minor) },
    { title: t("city"), key: "city", render: (_, row) => row.city ?? "" },
    {
      title: t("notes"),
      key: "notes",
      render: (_, row) => (
        <Flex gap="small" wrap>
          {row.notes.map((note) => <Tag key={`${note.tag.code}:${note.value.code}`} title={named(note.tag)}>{named(note.value)}</Tag>)}
        </Flex>
      ),
    },
  ];
}
