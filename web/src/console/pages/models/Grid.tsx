import { count, shortMoney } from "@shared/format";
import { type PointerEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Axis, type Cell, type Rectangle, SCORES, at, between, heat, holds, within } from "./grid";

export type By = "customers" | "amount_minor";

interface Props {
  cells: readonly Cell[];
  rows: Axis;
  columns: Axis;
  by: By;
  picked: Rectangle | null;
  onPick: (area: Rectangle) => void;
}

const FALLING = [...SCORES].reverse();
const EVERY: readonly [number, number] = [1, SCORES.length];

/** Five by five: how many people and how much money; a click or a drag picks a rectangle. */
export function Grid({ cells, rows, columns, by, picked, onPick }: Props) {
  const { t } = useTranslation("models");
  const [corner, setCorner] = useState<Rectangle | null>(null);
  useEffect(() => {
    const end = () => { setCorner(null); };
    window.addEventListener("pointerup", end);
    return () => { window.removeEventListener("pointerup", end); };
  }, []);
  const most = Math.max(...SCORES.flatMap((row) => SCORES.map((column) => within(cells, rows, columns, at(row, column))[by])));
  const begin = (event: PointerEvent, area: Rectangle) => {
    const from = event.shiftKey && picked !== null ? picked : area;
    // A finger would keep every move at the cell that it touched first.
    if (event.currentTarget.hasPointerCapture(event.pointerId)) event.currentTarget.releasePointerCapture(event.pointerId);
    setCorner(from);
    onPick(between(from, area));
  };
  const key = (event: { key: string; preventDefault: () => void; shiftKey: boolean }, area: Rectangle) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onPick(event.shiftKey && picked !== null ? between(picked, area) : area);
  };
  const cell = (row: readonly [number, number], column: readonly [number, number], label: string) => {
    const area = { rows: row, columns: column };
    const found = within(cells, rows, columns, area);
    const isOne = row[0] === row[1] && column[0] === column[1];
    const isPicked = picked !== null && isOne && holds(picked.rows, row[0]) && holds(picked.columns, column[0]);
    return (
      <td key={label} className={isOne ? "heat" : "heat sum"}>
        <button
          type="button"
          className={isPicked ? "cell picked" : "cell"}
          aria-pressed={isPicked}
          style={isOne ? { background: `color-mix(in srgb, var(--ant-color-primary) ${String(heat(found[by], most) / 2)}%, transparent)` } : undefined}
          onPointerDown={(event) => { begin(event, area); }}
          onPointerEnter={() => { if (corner !== null) onPick(between(corner, area)); }}
          onKeyDown={(event) => { key(event, area); }}
        >
          <span className="unseen">{label}</span>
          <span className="people">{count(found.customers)}</span>
          <span className="yuan">{shortMoney(found.amount_minor)}</span>
        </button>
      </td>
    );
  };
  const letter = (axis: Axis, score: number) => `${t(`letters.${axis}`)}${String(score)}`;
  return (
    <table className="rfm" aria-label={t("gridLabel", { rows: t(`axes.${rows}`), columns: t(`axes.${columns}`) })}>
      <thead>
        <tr>
          <th scope="col" className="axes"><span>{t(`axes.${columns}`)} →</span><span>{t(`axes.${rows}`)} ↓</span></th>
          {SCORES.map((score) => <th key={score} scope="col">{letter(columns, score)}</th>)}
          <th scope="col">{t("all")}</th>
        </tr>
      </thead>
      <tbody>
        {FALLING.map((row) => (
          <tr key={row}>
            <th scope="row">{letter(rows, row)}</th>
            {SCORES.map((column) => cell([row, row], [column, column], `${letter(rows, row)} ${letter(columns, column)}`))}
            {cell([row, row], EVERY, letter(rows, row))}
          </tr>
        ))}
        <tr>
          <th scope="row">{t("all")}</th>
          {SCORES.map((column) => cell(EVERY, [column, column], letter(columns, column)))}
          {cell(EVERY, EVERY, t("all"))}
        </tr>
      </tbody>
    </table>
  );
}
