import { day } from "@shared/format";
import { Tag, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { type RightRequest, type Urgency, termOf } from "./term";

const COLOURS: Readonly<Record<Urgency, string | undefined>> = { late: "error", today: "error", soon: "warning", calm: undefined };

/** How much time is left for an answer, or until a member leaves. */
export function Due({ request, now, soonDays }: { request: RightRequest; now: number; soonDays: number }) {
  const { t } = useTranslation("rights");
  const { urgency, days } = termOf(request.due_at, now, soonDays);
  if (request.closed_at !== null) return day(request.closed_at);
  const leaves = request.state === "cooling";
  const words = leaves
    ? (urgency === "late" || urgency === "today" ? t("due.leavesToday") : t("due.leaves", { count: days }))
    : { late: t("due.late", { count: days }), today: t("due.today"), soon: t("due.left", { count: days }), calm: t("due.left", { count: days }) }[urgency];
  return <Tooltip title={day(request.due_at)}><Tag tabIndex={0} color={leaves ? undefined : COLOURS[urgency]}>{words}</Tag></Tooltip>;
}
