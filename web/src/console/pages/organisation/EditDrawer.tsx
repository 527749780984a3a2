import { useSaveInDialog } from "@console/keyboard";
import { RefusedOrOvertaken } from "@console/parts/overtaken/Overtaken";
import type { OvertakenState } from "@console/parts/overtaken/useOvertaken";
import { Refused } from "@console/parts/Refused";
import { useUnsaved } from "@console/unsaved";
import { Button, Drawer, Flex, Form, type FormInstance } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

interface Props<Values extends object> {
  title: string;
  isOpen: boolean;
  /** What the fields show first; a new thing brings what is usual. */
  values: Partial<Values>;
  form: FormInstance<Values>;
  isSaving: boolean;
  error: unknown;
  onSave: (values: Values) => void;
  onClose: () => void;
  /** For what is saved onto the version that was read. */
  overtaken?: OvertakenState<Values>;
  children: ReactNode;
}

/** A form in a drawer: saved by a button or Ctrl-S, refused beside the fields. */
export function EditDrawer<Values extends object>({ title, isOpen, values, form, isSaving, error, onSave, onClose, overtaken, children }: Props<Values>) {
  const { t } = useTranslation("common");
  const [isTouched, setTouched] = useState(false);
  const { leave } = useUnsaved(isOpen && isTouched && !isSaving);
  const state = overtaken && { ...overtaken, takeTheirs: () => { overtaken.takeTheirs(); setTouched(false); } };
  const close = () => { leave(() => { setTouched(false); onClose(); }); };
  useSaveInDialog(isOpen ? () => { form.submit(); } : null, isSaving);
  return (
    <Drawer
      open={isOpen}
      onClose={close}
      title={title}
      size="large"
      destroyOnHidden
      extra={(
        <Flex gap="small">
          <Button onClick={close}>{t("cancel")}</Button>
          <Button type="primary" loading={isSaving} disabled={overtaken !== undefined && overtaken.theirs !== null} onClick={() => { form.submit(); }}>{t("save")}</Button>
        </Flex>
      )}
    >
      <Flex vertical gap="middle">
        {state === undefined ? error !== null && <Refused error={error} /> : <RefusedOrOvertaken state={state} form={form} error={error} isSaving={isSaving} />}
        <Form<Values> form={form} layout="vertical" initialValues={values} preserve={false} onValuesChange={() => { setTouched(true); }} onFinish={(given) => { if (!isSaving) onSave(given); }} requiredMark="optional">
          {children}
        </Form>
      </Flex>
    </Drawer>
  );
}
