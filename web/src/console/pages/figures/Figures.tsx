import { useBrand } from "@console/brand";
import { Chart } from "@console/parts/Chart";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { api, download } from "@shared/api/client";
import { instant } from "@shared/format";
import { keepPreviousData } from "@tanstack/react-query";
import { Alert, App, Button, Card, Flex, Segmented, Skeleton, Spin, Statistic, Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Definitions } from "./Definitions";
import { drawingOf } from "./drawing";
import { FiguresTable } from "./FiguresTable";
import { Picker } from "./Picker";
import { type Question, VIEWS, addressOf, askedOf, lastDay, questionOf } from "./question";
import { type Figures as Answer, type Metrics, changed, shown, useNames } from "./shown";
import "./figures.css";

/** The metric explorer: what is asked is in the address, what it means stands beside it. */
export default function Figures() {
  const { t } = useTranslation("figures");
  const { code: brand } = useBrand();
  const { message } = App.useApp();
  const [query, setQuery] = useSearchParams();
  const question = useMemo(() => questionOf(query), [query]);
  const known = api.useQuery("get", "/v1/metrics", {}, { staleTime: Infinity });
  const asked = askedOf(question);
  const answer = api.useQuery("get", "/v1/brands/{brand}/figures", { params: { path: { brand }, query: asked } }, { placeholderData: keepPreviousData, retry: false });
  const ask = (changedParts: Partial<Question>) => { setQuery(addressOf({ ...question, ...changedParts }), { replace: true }); };
  const save = () => {
    const wanted = new URLSearchParams(Object.entries(asked).flatMap(([key, value]) => (Array.isArray(value) ? value.map((one) => [key, one]) : [[key, value]])));
    const name = `${question.metrics.slice(0, 3).join("-")}.csv`;
    download(`/v1/brands/${encodeURIComponent(brand)}/figures.csv?${wanted.toString()}`, name).catch(() => void message.error(t("notSaved")));
  };
  const chosen = known.data?.items.filter((one) => question.metrics.includes(one.code)) ?? [];
  return (
    <Page title={t("title")} hint={answer.data === undefined ? t("hint") : <Told answer={answer.data} />} actions={<Button disabled={answer.data === undefined} onClick={save}>{t("save")}</Button>}>
      {known.error !== null && <Refused error={known.error} onRetry={() => void known.refetch()} />}
      {known.data === undefined ? <Skeleton active /> : (
        <div className="figures"><Picker question={question} known={known.data} asOf={answer.data?.as_of} onAsk={ask} /></div>
      )}
      {answer.error !== null && <Refused error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton active />}
      {answer.data !== undefined && answer.error === null && known.data !== undefined && (
        <Spin spinning={answer.isPlaceholderData}>
          <div className="figures-beside">
            <Flex vertical gap="middle">
              {isNothing(answer.data) && <Alert type="info" showIcon title={t("nothingCounted")} description={t("nothingCountedHint")} />}
              <Totals answer={answer.data} known={known.data} />
              <Card
                title={t(`views.${question.view}`)}
                extra={<Segmented aria-label={t("view")} value={question.view} options={VIEWS.map((value) => ({ value, label: t(`views.${value}`) }))} onChange={(view) => { ask({ view }); }} />}
              >
                {question.view === "chart" ? <Drawn answer={answer.data} known={known.data} onTable={() => { ask({ view: "table" }); }} /> : <FiguresTable answer={answer.data} known={known.data} />}
              </Card>
            </Flex>
            <Card size="small" title={t("definitions")}><Definitions key={question.metrics.join()} metrics={chosen} known={known.data} /></Card>
          </div>
        </Spin>
      )}
    </Page>
  );
}

/** Tells whether every figure of the whole is nothing or unknown. */
function isNothing({ total }: Answer): boolean {
  return total !== null && Object.values(total).every((figure) => !figure.value);
}

function Told({ answer }: { answer: Answer }) {
  const { t } = useTranslation("figures");
  const span = t("span", { from: answer.since, to: lastDay(answer.until) });
  const beside = answer.compared_since !== null && answer.compared_until !== null ? t("besideSpan", { from: answer.compared_since, to: lastDay(answer.compared_until) }) : "";
  return <>{span}{beside} · {t("asOf", { at: instant(answer.as_of) })}</>;
}

function Totals({ answer, known }: { answer: Answer; known: Metrics }) {
  const { t } = useTranslation("figures");
  const names = useNames(known);
  const { total } = answer;
  if (total === null) return null;
  return (
    <div className="totals">
      {answer.metrics.map((metric) => {
        const figure = total[metric.code] ?? { value: null };
        return (
          <Card key={metric.code} size="small">
            <Statistic title={names.say(metric.names)} value={shown(metric, figure.value, names.language)} />
            {answer.compared_since !== null && <Typography.Text type="secondary">{t("was", { before: shown(metric, figure.before, names.language), change: changed(metric, figure, names.language) })}</Typography.Text>}
          </Card>
        );
      })}
    </div>
  );
}

function Drawn({ answer, known, onTable }: { answer: Answer; known: Metrics; onTable: () => void }) {
  const { t } = useTranslation("figures");
  const names = useNames(known, answer);
  const drawn = useMemo(
    () => drawingOf(answer, { metric: names.metric, key: names.key, before: t("before"), unit: (unit) => names.say(known.units[unit] ?? { zh: unit, en: unit }) }),
    // The names change with the language and the answer only.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [answer, known, names.language],
  );
  if (drawn === null) return <Empty title={t(answer.by.length === 0 ? "notCut" : "nothingCounted")} hint={t(answer.by.length === 0 ? "notCutHint" : "nothingCountedHint")} />;
  const label = t("drawnLabel", { metrics: answer.metrics.map((one) => names.say(one.names)).join(", "), cuts: answer.by.map(names.dimension).join(", ") });
  return (
    <Flex vertical gap="small">
      <Chart label={label} option={drawn.option} />
      {drawn.leftOut > 0 && <Alert type="info" title={t("leftOut", { count: drawn.leftOut })} action={<Button size="small" onClick={onTable}>{t("views.table")}</Button>} />}
    </Flex>
  );
}
