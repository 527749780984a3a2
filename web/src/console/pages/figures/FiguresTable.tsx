import { Table, type TableProps } from "antd";
import { useTranslation } from "react-i18next";
import { type Figure, type Figures, type Metrics, type Row, changed, shown, useNames } from "./shown";

const ROWS_A_PAGE = 50;

/** Every figure of an answer, cut by cut, with the total that is computed for itself. */
export function FiguresTable({ answer, known }: { answer: Figures; known: Metrics | undefined }) {
  const { t } = useTranslation("figures");
  const names = useNames(known, answer);
  const isCompared = answer.compared_since !== null;
  const cuts: TableProps<Row>["columns"] = answer.by.map((dimension) => ({
    title: names.dimension(dimension),
    key: dimension,
    fixed: "start" as const,
    sorter: (one: Row, other: Row) => String(one.by[dimension] ?? "").localeCompare(String(other.by[dimension] ?? "")),
    render: (_: unknown, row: Row) => names.key(dimension, row.by[dimension]),
  }));
  const figures = answer.metrics.flatMap((metric) => {
    const cell = (show: (figure: Figure) => string) => (_: unknown, row: Row) => show(row.figures[metric.code] ?? { value: null });
    const value = {
      title: names.say(metric.names), key: metric.code, align: "end" as const, className: "number",
      sorter: (one: Row, other: Row) => (one.figures[metric.code]?.value ?? 0) - (other.figures[metric.code]?.value ?? 0),
      render: cell((figure) => shown(metric, figure.value, names.language)),
    };
    if (!isCompared) return [value];
    return [
      value,
      { title: t("before"), key: `${metric.code} before`, align: "end" as const, className: "number", render: cell((figure) => shown(metric, figure.before, names.language)) },
      { title: t("change"), key: `${metric.code} change`, align: "end" as const, className: "number", render: cell((figure) => changed(metric, figure, names.language)) },
    ];
  });
  const total = answer.total;
  const rows = answer.by.length === 0 && total !== null ? [{ by: {}, figures: total }] : answer.rows;
  return (
    <Table<Row>
      aria-label={t("table")}
      size="small"
      rowKey={(row) => answer.by.map((one) => String(row.by[one] ?? "")).join("|") || "total"}
      columns={[...cuts, ...figures]}
      dataSource={rows}
      pagination={rows.length > ROWS_A_PAGE ? { pageSize: ROWS_A_PAGE, showSizeChanger: false } : false}
      scroll={{ x: "max-content" }}
      summary={total === null || answer.by.length === 0 ? undefined : () => (
        <Table.Summary.Row>
          {answer.by.map((one, place) => <Table.Summary.Cell key={one} index={place}>{place === 0 ? <strong>{t("total")}</strong> : null}</Table.Summary.Cell>)}
          {answer.metrics.flatMap((metric, place) => {
            const figure = total[metric.code] ?? { value: null };
            const at = answer.by.length + place * (isCompared ? 3 : 1);
            const cells = [shown(metric, figure.value, names.language), ...(isCompared ? [shown(metric, figure.before, names.language), changed(metric, figure, names.language)] : [])];
            return cells.map((text, more) => <Table.Summary.Cell key={`${metric.code} ${String(more)}`} index={at + more} align="end" className="number"><strong>{text}</strong></Table.Summary.Cell>);
          })}
        </Table.Summary.Row>
      )}
    />
  );
}
