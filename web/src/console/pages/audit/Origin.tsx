import { Why } from "@console/parts/Why";
import type { Schemas } from "@shared/api/client";
import { Descriptions, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

/** Who did it, by the name they had then; where it came from is one click away. */
export function Origin({ entry }: { entry: Schemas["EntryOut"] }) {
  const { t } = useTranslation("audit");
  const { actor } = entry;
  const lines = [
    { key: "id", label: t("account"), children: actor.id },
    { key: "address", label: t("address"), children: entry.address ?? t("unknown") },
    { key: "agent", label: t("agent"), children: <span className="audit-agent">{entry.agent ?? t("unknown")}</span> },
    { key: "request", label: t("request"), children: entry.request_id ?? t("unknown") },
    { key: "entry", label: t("entry"), children: entry.id },
  ];
  return (
    <Flex vertical align="start">
      <Why title={t("from")} explanation={<Descriptions column={1} size="small" items={lines} />}>{actor.name ?? actor.id}</Why>
      <Typography.Text type="secondary">{t(`kinds.${kindOf(actor.id)}`)}</Typography.Text>
    </Flex>
  );
}

function kindOf(actor: string): "user" | "key" | "guide" | "member" | "command" | "other" {
  if (actor.startsWith("usr_")) return "user";
  if (actor.startsWith("key_")) return "key";
  if (actor.startsWith("stf_")) return "guide";
  if (actor.startsWith("cus_")) return "member";
  return actor.startsWith("cli:") ? "command" : "other";
}
