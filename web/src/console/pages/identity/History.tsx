import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { JournalTable } from "./JournalTable";
import { Sections } from "./Sections";

const VIEWS = ["all", "hand", "auto"] as const;
type View = (typeof VIEWS)[number];
const BY_HAND: Readonly<Record<View, boolean | undefined>> = { all: undefined, hand: true, auto: false };

/** Every merge, split and identifier taken out: who, when and why. */
export default function History() {
  const { t } = useTranslation("identity");
  const [query, setQuery] = useSearchParams();
  const view = VIEWS.find((one) => one === query.get("by")) ?? "all";
  return (
    <Page title={t("history")} hint={t("historyHint")}>
      <Sections current="identity/history" />
      <div>
        <Segmented<View>
          aria-label={t("journal.who")}
          value={view}
          options={VIEWS.map((one) => ({ value: one, label: t(`journal.${one}`) }))}
          onChange={(one) => { setQuery(one === "all" ? {} : { by: one }, { replace: true }); }}
        />
      </div>
      <JournalTable filter={{ by_hand: BY_HAND[view] }} empty={<Empty title={t("journal.none")} hint={t("journal.noneHint")} />} />
    </Page>
  );
}
