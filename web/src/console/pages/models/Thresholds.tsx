import type { Schemas } from "@shared/api/client";
import { count, money } from "@shared/format";
import { Typography } from "antd";
import { useTranslation } from "react-i18next";

const SCORES = [5, 4, 3, 2, 1] as const;
const BEST = 5;

/** What each score means, in words: the border that was reached and the one that was not. */
export function Thresholds({ thresholds }: { thresholds: Schemas["RfmThresholds"] }) {
  const { t } = useTranslation("models");
  const days = (value: number) => count(value);
  const recency = (score: number) => {
    const reached = thresholds.recency_at_most_days[score - 2];
    if (score === 1) return t("olderThan", { days: days(thresholds.recency_at_most_days[0] ?? 0) });
    return t("withinDays", { days: days(reached ?? 0) });
  };
  const rising = (borders: readonly number[], score: number, show: (value: number) => string) => {
    if (score === 1) return t("below", { value: show(borders[0] ?? 0) });
    const reached = show(borders[score - 2] ?? 0);
    return score === BEST ? t("atLeast", { value: reached }) : t("fromTo", { from: reached, to: show(borders[score - 1] ?? 0) });
  };
  return (
    <>
      <table className="thresholds" aria-label={t("thresholds")}>
        <thead><tr><th scope="col">{t("score")}</th><th scope="col">R {t("axes.recency")}</th><th scope="col">F {t("axes.frequency")}</th><th scope="col">M {t("axes.monetary")}</th></tr></thead>
        <tbody>
          {SCORES.map((score) => (
            <tr key={score}>
              <th scope="row">{score}</th>
              <td>{recency(score)}</td>
              <td>{rising(thresholds.frequency_at_least, score, (value) => t("orders", { value: count(value) }))}</td>
              <td>{rising(thresholds.monetary_at_least_minor, score, (value) => money(value))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Typography.Text type="secondary">{t("thresholdsHint")}</Typography.Text>
    </>
  );
}
