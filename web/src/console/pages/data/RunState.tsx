import type { Schemas } from "@shared/api/client";
import { Tag } from "antd";
import { useTranslation } from "react-i18next";

const COLOURS = { waiting: "default", running: "processing", done: "success", failed: "error", cancelled: "warning" } as const;

/** How far a run is, in a word. */
export function RunState({ run }: { run: Schemas["RunOut"] }) {
  const { t } = useTranslation("data");
  const word = run.state === "done" && run.purpose === "import" && run.is_repeat ? t("run.nothingNew") : t(`run.states.${run.state}`);
  return <Tag color={COLOURS[run.state]}>{t(`purposes.${run.purpose}`)} · {word}</Tag>;
}
