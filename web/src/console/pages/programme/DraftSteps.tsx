import { useAddress, useBrand } from "@console/brand";
import { Refused } from "@console/parts/Refused";
import { api, newKey, queries } from "@shared/api/client";
import { useMay } from "@shared/session";
import { App, Button, DatePicker, Flex, Form, Input, Modal, Radio, Typography } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Affected } from "./Affected";
import { Changes } from "./Parts";
import { keep } from "./useDraft";
import type { Difference, DraftShown } from "./words";

type Step = "submit" | "publish" | "send_back";

/** What can be done with a draft as a whole: submit, send back, publish, give up. */
export function DraftSteps({ draft, isDirty, changes, onGone }: { draft: DraftShown; isDirty: boolean; changes: readonly Difference[]; onGone: () => void }) {
  const { t } = useTranslation("programme");
  const { code: brand } = useBrand();
  const at = useAddress();
  const navigate = useNavigate();
  const may = useMay();
  const { modal } = App.useApp();
  const [step, setStep] = useState<Step | null>(null);
  const place = { path: { brand, draft_id: draft.id }, header: { "If-Match": `"${String(draft.revision)}"` } };
  const discard = api.useMutation("delete", "/v1/brands/{brand}/programme/drafts/{draft_id}", {
    onSuccess: (saved) => { onGone(); keep(brand, saved); void navigate(at("programme/drafts")); },
  });
  if (draft.state === "published" || draft.state === "discarded") return null;
  const blocked = isDirty ? t("saveFirst") : draft.has_moved_on ? t("rebaseFirst") : changes.length === 0 ? t("nothingToPublish") : undefined;
  const notMine = draft.publishing === "not_permitted" ? t("mayNotPublish") : draft.publishing === "second_person" ? t("secondPerson") : undefined;
  const publish = blocked ?? notMine;
  return (
    <>
      <Button disabled={!may("programme.write")} onClick={() => void modal.confirm({ title: t("discardTitle"), content: t("discardHint"), okButtonProps: { danger: true }, onOk: () => discard.mutateAsync({ params: place }).catch(() => undefined) })}>{t("discard")}</Button>
      {draft.state === "edited" && <Button disabled={blocked !== undefined || !may("programme.write")} title={blocked} onClick={() => { setStep("submit"); }}>{t("submit")}</Button>}
      {draft.state === "submitted" && may("programme.publish") && <Button onClick={() => { setStep("send_back"); }}>{t("sendBack")}</Button>}
      <Button type="primary" disabled={publish !== undefined} title={publish} onClick={() => { setStep("publish"); }}>{t("publish")}</Button>
      {discard.error !== null && <Refused error={discard.error} />}
      {step !== null && <StepDialog step={step} draft={draft} changes={changes} onClose={() => { setStep(null); }} />}
    </>
  );
}

function StepDialog({ step, draft, changes, onClose }: { step: Step; draft: DraftShown; changes: readonly Difference[]; onClose: () => void }) {
  const { t } = useTranslation("programme");
  const { code: brand } = useBrand();
  const { message } = App.useApp();
  const [key] = useState(newKey);
  const [note, setNote] = useState("");
  const [when, setWhen] = useState<Dayjs | null>(draft.wanted_from === null ? null : dayjs(draft.wanted_from));
  const [isPlanned, setPlanned] = useState(when !== null && step !== "send_back");
  const path = { brand, draft_id: draft.id };
  const header = { "If-Match": `"${String(draft.revision)}"` };
  const begins = isPlanned && when !== null ? when.toISOString() : null;
  const stepped = { onSuccess: (saved: DraftShown) => { keep(brand, saved); onClose(); } };
  const submit = api.useMutation("put", "/v1/brands/{brand}/programme/drafts/{draft_id}/submission", stepped);
  const back = api.useMutation("put", "/v1/brands/{brand}/programme/drafts/{draft_id}/return", stepped);
  const publish = api.useMutation("post", "/v1/brands/{brand}/programme/drafts/{draft_id}/publication", {
    onSuccess: (version) => {
      void message.success(t("publishedAs", { version: version.version }));
      void queries.invalidateQueries();
      onClose();
    },
  });
  const run = { submit, publish, send_back: back }[step];
  const act = () => {
    if (run.isPending) return;
    if (step === "submit") submit.mutate({ params: { path, header }, body: { note: note.trim(), wanted_from: begins } });
    if (step === "send_back") back.mutate({ params: { path, header }, body: { note: note.trim() } });
    if (step === "publish") publish.mutate({ params: { path, header: { ...header, "Idempotency-Key": key } }, body: { effective_from: begins } });
  };
  const isIncomplete = (step === "send_back" && note.trim() === "") || (isPlanned && when === null);
  return (
    <Modal open width="44em" title={t(`dialogs.${step}`)} okText={t(step === "send_back" ? "sendBack" : step)} okButtonProps={{ disabled: isIncomplete }} confirmLoading={run.isPending} onOk={act} onCancel={onClose}>
      <Flex vertical gap="middle">
        <Typography.Text>{t(`dialogHints.${step}`)}</Typography.Text>
        {step !== "send_back" && <Changes changes={changes} />}
        {step !== "send_back" && <Affected changes={changes} draft={draft} />}
        <Form layout="vertical" component="div">
          {step !== "send_back" && (
            <Form.Item label={t("begins")} extra={t("beginsHint")}>
              <Flex gap="small" align="center" wrap>
                <Radio.Group value={isPlanned} options={[{ value: false, label: t("atOnce") }, { value: true, label: t("fromInstant") }]} onChange={(event) => { setPlanned(event.target.value as boolean); }} />
                {isPlanned && <DatePicker aria-label={t("fromInstant")} showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" minDate={dayjs()} value={when} onChange={(value: Dayjs | null) => { setWhen(value); }} />}
              </Flex>
            </Form.Item>
          )}
          {step !== "publish" && (
            <Form.Item label={t(step === "submit" ? "noteToApprover" : "reason")} htmlFor="step-note" required={step === "send_back"}>
              <Input.TextArea id="step-note" rows={3} maxLength={1000} value={note} onChange={(event) => { setNote(event.target.value); }} />
            </Form.Item>
          )}
        </Form>
        {run.error !== null && <Refused error={run.error} />}
      </Flex>
    </Modal>
  );
}
