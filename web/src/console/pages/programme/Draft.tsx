import { useAddress, useBrand } from "@console/brand";
import { useSave } from "@console/keyboard";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { Actor, SaidOf } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, App, Badge, Button, Card, Flex, Input, Skeleton, Tabs, Timeline, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { DocumentTab } from "./DocumentTab";
import { DraftForm } from "./DraftForm";
import { DraftSteps } from "./DraftSteps";
import { EditingContext } from "./editing";
import { Outrun } from "./Outrun";
import { Changes } from "./Parts";
import { Rebase } from "./Rebase";
import { isOutrun, useDraft } from "./useDraft";
import type { DraftShown } from "./words";
import { useSay } from "./words";
import "./programme.css";

const TABS = ["form", "document"] as const;

/** A draft: edited as a form and as a document, with all that it changes in words beside it. */
export default function Draft() {
  const { t } = useTranslation("programme");
  const { code: brand } = useBrand();
  const { draftId = "" } = useParams();
  const place = { params: { path: { brand, draft_id: draftId } } };
  const draft = api.useQuery("get", "/v1/brands/{brand}/programme/drafts/{draft_id}", place, { staleTime: Infinity, retry: false });
  if (draft.data !== undefined) return <Editor key={draft.data.id} draft={draft.data} onReload={() => void draft.refetch()} />;
  return (
    <Page title={t("draftTitle")}>
      {draft.error === null ? <Skeleton active /> : <Refused error={draft.error} onRetry={() => void draft.refetch()} />}
    </Page>
  );
}

function Editor({ draft: latest, onReload }: { draft: DraftShown; onReload: () => void }) {
  const { t } = useTranslation("programme");
  const at = useAddress();
  const may = useMay();
  const { message } = App.useApp();
  const [query, setQuery] = useSearchParams();
  const tab = TABS.find((one) => one === query.get("as")) ?? "form";
  const state = useDraft(latest, onReload);
  const { draft, theirs } = state;
  const mayWrite = may("programme.write") && !state.editing.isLocked;
  const put = () => {
    if (!state.isDirty) void message.info(t("nothingToSave"));
    state.put();
  };
  useSave(put, state.save.isPending || theirs !== null);
  const hasProblems = state.problems.length > 0;
  const actions = (
    <>
      {state.isDirty && <Button onClick={state.forget}>{t("forgetEdits")}</Button>}
      <Button disabled={!mayWrite || !state.isDirty || hasProblems || theirs !== null} loading={state.save.isPending} title={theirs !== null ? t("outrun.decide") : hasProblems ? t("mendFirst") : t("saveKeys")} onClick={put}>{t("save")}</Button>
      <DraftSteps draft={draft} isDirty={state.isDirty} changes={state.changes} onGone={state.release} />
    </>
  );
  return (
    <EditingContext value={{ ...state.editing, isLocked: !mayWrite }}>
      <Page title={draft.name} hint={<Head draft={draft} isDirty={state.isDirty} isChecking={state.isChecking} />} actions={actions}>
        {theirs !== null && <Outrun theirs={theirs} state={state} />}
        {state.save.error !== null && !(theirs !== null && isOutrun(state.save.error)) && <Refused error={state.save.error} onRetry={onReload} />}
        {draft.has_moved_on && (draft.state === "edited" || draft.state === "submitted") && <Rebase draft={draft} isDirty={state.isDirty} />}
        {draft.published_version !== null && (
          <Alert type="success" showIcon title={t("publishedAs", { version: draft.published_version })} action={<Link to={at("programme")}>{t("toProgramme")}</Link>} />
        )}
        <div className="editor">
          <Card>
            <Flex vertical gap="small">
              <label htmlFor="name-of-draft">{t("draftName")}</label>
              <Input id="name-of-draft" value={state.name} maxLength={100} disabled={!mayWrite} onChange={(event) => { state.setName(event.target.value); }} />
              <Tabs
                activeKey={tab}
                onChange={(key) => { setQuery(key === "form" ? {} : { as: key }, { replace: true }); }}
                items={[
                  { key: "form", label: t("asForm"), children: <DraftForm told={state.told} /> },
                  { key: "document", label: t("asDocument"), children: <DocumentTab text={state.document} problems={state.problems} isLocked={!mayWrite} onWrite={state.write} /> },
                ]}
              />
            </Flex>
          </Card>
          <aside aria-label={t("whatChanges")}>
            {hasProblems && <Problems state={state} />}
            <Card size="small" title={hasProblems ? t("whatChanges") : t("changesOf", { count: state.changes.length, version: draft.base_version })}>
              {hasProblems ? <Typography.Text type="secondary">{t("mendToSee")}</Typography.Text> : <Changes changes={state.changes} />}
            </Card>
            <Card size="small" title={t("steps")}><Steps draft={draft} /></Card>
          </aside>
        </div>
      </Page>
    </EditingContext>
  );
}

function Head({ draft, isDirty, isChecking }: { draft: DraftShown; isDirty: boolean; isChecking: boolean }) {
  const { t } = useTranslation("programme");
  const base = draft.base_version === 0 ? t("noBase") : t("basedOnVersion", { version: draft.base_version });
  return (
    <>
      <Badge status={draft.state === "submitted" ? "warning" : "default"} text={t(`states.${draft.state}`)} /> · {base} · <SaidOf id={draft.changed_by} says={(who) => t("changedAt", { who, at: instant(draft.changed_at) })} />
      {isDirty && <> · <Typography.Text type="warning">{isChecking ? t("checking") : t("unsaved")}</Typography.Text></>}
    </>
  );
}

function Problems({ state }: { state: ReturnType<typeof useDraft> }) {
  const { t } = useTranslation("programme");
  const say = useSay();
  return (
    <Alert
      role="alert"
      type="error"
      title={t("problems", { count: state.problems.length })}
      description={(
        <ul className="changes">
          {state.problems.map((one, place) => (
            <li key={`${one.place.join(".")} ${String(place)}`}>
              <span><strong>{say(one.where)}</strong>{t("colon")}{say(one.words)}{one.line !== null && <span className="muted"> ({t("line", { line: one.line })})</span>}</span>
            </li>
          ))}
        </ul>
      )}
    />
  );
}

function Steps({ draft }: { draft: DraftShown }) {
  const { t } = useTranslation("programme");
  return (
    <Timeline
      items={draft.edits.map((one) => ({
        key: one.revision,
        content: (
          <>
            {t(`steps_done.${one.step}`)} <span className="muted"><Actor id={one.actor} /> · {instant(one.at)}</span>
            {one.note !== "" && <div className="said">{one.note}</div>}
          </>
        ),
      }))}
    />
  );
}
