import { Empty } from "@console/parts/Empty";
import type { Schemas } from "@shared/api/client";
import { day } from "@shared/format";
import { Timeline, Typography } from "antd";
import { useTranslation } from "react-i18next";

/** What held from a day until another, the latest first. */
export function History({ told }: { told: readonly Schemas["DatedOut"][] }) {
  const { t } = useTranslation("organisation");
  if (told.length === 0) return <Empty title={t("history.none")} hint={t("history.noneHint")} />;
  return (
    <Timeline
      items={told.map((one) => ({
        key: `${one.kind}/${one.within ?? ""}/${one.code}/${one.valid_from}`,
        color: one.valid_until === null ? "blue" : "gray",
        content: (
          <>
            <div>{t(`history.kinds.${one.kind}`)}{one.within !== null && ` · ${one.within}`}: {one.name} ({one.code})</div>
            <Typography.Text type="secondary">
              {one.valid_until === null ? t("history.since", { from: day(one.valid_from) }) : t("history.between", { from: day(one.valid_from), until: day(one.valid_until) })}
            </Typography.Text>
          </>
        ),
      }))}
    />
  );
}
