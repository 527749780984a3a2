import { Why } from "@console/parts/Why";
import { kindOf } from "@console/parts/actors/naming";
import { useActor } from "@console/parts/actors/useActors";
import type { Schemas } from "@shared/api/client";
import { Descriptions, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

/** Who did it, by the name they had then; where it came from is one click away. */
export function Origin({ entry }: { entry: Schemas["EntryOut"] }) {
  const { t } = useTranslation("audit");
  const { actor } = entry;
  const name = useActor(actor.id);
  const door = useDoors()(actor.id);
  const kind = kindOf(actor.id);
  const lines = [
    { key: "id", label: t("account"), children: <Typography.Text copyable>{actor.id}</Typography.Text> },
    { key: "address", label: t("address"), children: entry.address ?? t("unknown") },
    { key: "agent", label: t("agent"), children: <span className="audit-agent">{entry.agent ?? t("unknown")}</span> },
    { key: "request", label: t("request"), children: entry.request_id ?? t("unknown") },
    { key: "entry", label: t("entry"), children: entry.id },
  ];
  return (
    <Flex vertical align="start">
      <Why title={t("from")} explanation={<Descriptions column={1} size="small" items={lines} />}>{actor.name ?? door ?? name}</Why>
      <Typography.Text type="secondary">{door === undefined ? t(`kinds.${kind === "word" ? "other" : kind}`) : `${t("kinds.door")} · ${entry.address ?? t("unknown")}`}</Typography.Text>
    </Flex>
  );
}

/** Returns a function that calls a door by name, where nobody had signed in yet. */
export function useDoors(): (actor: string) => string | undefined {
  const { t } = useTranslation("audit");
  const doors: Readonly<Record<string, string>> = { "door:console": t("doors.console"), "door:guide": t("doors.guide") };
  return (actor) => doors[actor];
}
