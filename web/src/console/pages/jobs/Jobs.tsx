import { Page } from "@console/parts/Page";
import { useMay } from "@shared/session";
import { Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { JobDrawer } from "./JobDrawer";
import { JobList } from "./JobList";
import { Recurring } from "./Recurring";

/** What runs in the background: jobs one by one, and what comes back by itself. */
export default function Jobs() {
  const { t } = useTranslation("jobs");
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  const put = (changes: Readonly<Record<string, string | null>>) => {
    setQuery((before) => {
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) before.delete(name);
        else before.set(name, value);
      }
      return before;
    });
  };
  const show = (id: string | null) => { put({ job: id }); };
  return (
    <Page title={t("title")} hint={t(may("jobs.read") ? "hint" : "ownHint")}>
      {!may("jobs.read") ? <JobList query={query} put={put} show={show} /> : <Tabs
        activeKey={query.get("tab") === "recurring" ? "recurring" : "list"}
        onChange={(tab) => { put({ tab: tab === "list" ? null : tab }); }}
        destroyOnHidden
        items={[
          { key: "list", label: t("list"), children: <JobList query={query} put={put} show={show} /> },
          { key: "recurring", label: t("recurring"), children: <Recurring show={show} /> },
        ]}
      />}
      <JobDrawer jobId={query.get("job")} onClose={() => { show(null); }} />
    </Page>
  );
}
