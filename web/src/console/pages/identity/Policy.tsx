import { useBrand } from "@console/brand";
import { useSave } from "@console/keyboard";
import { Empty } from "@console/parts/Empty";
import { AskReason } from "@console/parts/people/AskReason";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { SaidOf } from "@console/parts/actors/Actor";
import { useUnsaved } from "@console/unsaved";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { App, Button, Card, Flex, Skeleton, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Changes, usePolicyWords } from "./PolicyChanges";
import { PolicyPreview } from "./PolicyPreview";
import { PolicyRows } from "./PolicyRows";
import { PolicyVersions } from "./PolicyVersions";
import { type Policy as Document, changesOf } from "./policyForm";
import { Sections } from "./Sections";
import { Weigh } from "./Weigh";

/** What each kind of identifier proves: edited as a form, previewed, and saved with a reason. */
export default function Policy() {
  const { t } = useTranslation("identity");
  const { code: brand } = useBrand();
  const may = useMay()("identity.write");
  const { message } = App.useApp();
  const words = usePolicyWords();
  const [edited, setEdited] = useState<{ document: Document; version: number } | null>(null);
  const [isSaving, setSaving] = useState(false);
  const place = { params: { path: { brand } } };
  const known = api.useQuery("get", "/v1/brands/{brand}/identity/policy", place);
  const save = api.useMutation("put", "/v1/brands/{brand}/identity/policy", {
    onSuccess: (kept) => {
      setSaving(false);
      setEdited(null);
      void message.success(`${t("policyPage.saved", { version: kept.version })} ${t("policyPage.savedHint")}`);
      void queries.invalidateQueries();
    },
  });
  const document = edited?.document ?? known.data?.document;
  const changes = known.data === undefined || document === undefined ? [] : changesOf(known.data.document, document);
  const hindered = may ? (changes.length === 0 ? t("policyPage.unchanged") : undefined) : t("writeNeeded");
  useSave(() => { if (hindered === undefined) setSaving(true); }, isSaving);
  useUnsaved(changes.length > 0 && !save.isPending);
  return (
    <Page
      title={t("policy")}
      hint={t("policyHint")}
      actions={(
        <>
          <Weigh />
          <Button disabled={changes.length === 0} onClick={() => { setEdited(null); }}>{t("policyPage.reset")}</Button>
          <Button type="primary" disabled={hindered !== undefined} title={hindered} onClick={() => { setSaving(true); }}>{t("policyPage.save")}</Button>
        </>
      )}
    >
      <Sections current="identity/policy" />
      {known.error !== null && <Refused error={known.error} onRetry={() => void known.refetch()} />}
      {known.isPending && <Skeleton active />}
      {known.data !== undefined && document !== undefined && (
        <>
          <Typography.Text type="secondary">
            {known.data.version === 0 ? t("policyPage.inEffectDefault") : <InEffect policy={known.data} />}
          </Typography.Text>
          <PolicyRows policy={document} base={known.data.document} disabled={!may} onChange={(next) => { setEdited((before) => ({ document: next, version: before?.version ?? known.data.version })); }} />
          <Card
            title={t("policyPage.lines", { count: changes.length })}
            extra={<Typography.Text type="secondary">{t("policyPage.previewHint")}</Typography.Text>}
          >
            <Flex vertical gap="middle">
              {changes.length === 0 ? <Empty title={t("policyPage.unchanged")} /> : <Changes changes={changes} />}
              <PolicyPreview candidate={document} disabled={!may || changes.length === 0} />
            </Flex>
          </Card>
          <PolicyVersions current={known.data.document} />
        </>
      )}
      {isSaving && known.data !== undefined && document !== undefined && (
        <AskReason
          title={t("policyPage.saveTitle")}
          confirm={t("policyPage.save")}
          busy={save.isPending}
          error={save.error}
          onConfirm={(reason) => {
            save.mutate({ params: { ...place.params, header: { "If-Match": `"${String(edited?.version ?? known.data.version)}"` } }, body: { document, reason } });
          }}
          onClose={() => { setSaving(false); save.reset(); }}
        >
          <Typography.Text>{t("policyPage.saveHint")}</Typography.Text>
          <ul className="plain">{changes.map((one) => <li key={`${String(one.kind)} ${one.field}`}>{words.line(one)}</li>)}</ul>
        </AskReason>
      )}
    </Page>
  );
}

/** Says which policy is in effect, since when, by whom and why. */
function InEffect({ policy }: { policy: Schemas["IdentityPolicyOut"] }) {
  const { t } = useTranslation("identity");
  const version = t("policyPage.version", { version: policy.version });
  return <SaidOf id={policy.actor} says={(by) => t("policyPage.inEffect", { version, by, at: instant(policy.recorded_at), reason: policy.reason })} />;
}
