import type { Schemas } from "@shared/api/client";
import { money, shortMoney } from "@shared/format";
import { useTranslation } from "react-i18next";

type Row = Schemas["FiguresOut"]["rows"][number];

/** Sales month by month as bars, what members bought inside them; a library of charts weighs more than the page. */
export function Months({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation("home");
  const most = Math.max(1, ...rows.map((row) => valueOf(row, "net_sales")));
  const share = (row: Row, metric: string) => `${String(Math.max(0, (100 * valueOf(row, metric)) / most))}%`;
  return (
    <figure className="months">
      <figcaption>
        <span className="net">{t("netSales")}</span>
        <span className="member">{t("memberSales")}</span>
        <span className="muted">{t("upTo", { amount: shortMoney(most) })}</span>
      </figcaption>
      <div className="bars" role="img" aria-label={t("trendLabel")}>
        {rows.map((row) => (
          <div key={String(row.by.month)} title={`${String(row.by.month)} · ${money(valueOf(row, "net_sales"))} · ${money(valueOf(row, "member_sales"))}`}>
            <span className="net" style={{ height: share(row, "net_sales") }} />
            <span className="member" style={{ height: share(row, "member_sales") }} />
          </div>
        ))}
      </div>
      <div className="names" aria-hidden>
        {rows.map((row) => <span key={String(row.by.month)}>{String(row.by.month).slice(2)}</span>)}
      </div>
    </figure>
  );
}

function valueOf(row: Row, metric: string): number {
  return row.figures[metric]?.value ?? 0;
}
