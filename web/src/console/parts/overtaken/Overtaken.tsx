import { Alert, Button, Flex, Form, type FormInstance, Popconfirm, Table, Typography } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "../Refused";
import { type Difference, differing } from "./differing";
import type { OvertakenState } from "./useOvertaken";

interface Props<Values extends object> {
  state: OvertakenState<Values>;
  form: FormInstance<Values>;
  /** What the last saving was refused with, if it was. */
  error: unknown;
  isSaving: boolean;
}

/** Why a form was not saved; where somebody else saved it meanwhile, what differs and whose stays. */
export function RefusedOrOvertaken<Values extends object>({ state, error, ...asked }: Props<Values>) {
  const { theirs } = state;
  const isOther = error !== null && !(theirs !== null && state.isOutrun(error));
  return (
    <>
      {isOther && <Refused error={error} {...(state.isOutrun(error) ? { onRetry: state.lookAgain } : {})} />}
      {theirs !== null && <Overtaken state={state} theirs={theirs} {...asked} />}
    </>
  );
}

type TheirsProps<Values extends object> = Omit<Props<Values>, "error"> & { theirs: Partial<Values> };

function Overtaken<Values extends object>({ state, theirs, form, isSaving }: TheirsProps<Values>) {
  const { t } = useTranslation("common");
  const mine = Form.useWatch((values) => values as Partial<Values>, { form, preserve: true }) ?? {};
  const found = differing(state.fields, theirs, mine);
  const box = useRef<HTMLDivElement>(null);
  // Whoever saved by the key, far from the button, sees it too.
  useEffect(() => { box.current?.scrollIntoView({ block: "nearest" }); }, []);
  return (
    <div ref={box}>
      <Alert
        role="alert"
        type="warning"
        showIcon
        title={t("overtaken.title")}
        description={(
          <Flex vertical gap="small" align="start">
            <Typography.Text>{t(found.length === 0 ? "overtaken.same" : "overtaken.hint")}</Typography.Text>
            {found.length > 0 && <Differences found={found} />}
            <Flex gap="small" wrap>
              <Button type="primary" danger loading={isSaving} onClick={state.saveOver}>{t("overtaken.saveMine")}</Button>
              <Popconfirm title={t("overtaken.takeSure")} okText={t("overtaken.takeTheirs")} onConfirm={state.takeTheirs}>
                <Button disabled={isSaving}>{t("overtaken.takeTheirs")}</Button>
              </Popconfirm>
            </Flex>
          </Flex>
        )}
      />
    </div>
  );
}

function Differences({ found }: { found: readonly Difference[] }) {
  const { t } = useTranslation("common");
  const say = (entries: readonly string[]) => (entries.length === 0 ? <span className="muted">—</span> : entries.join(t("overtaken.and")));
  return (
    <Table<Difference>
      aria-label={t("overtaken.differences")}
      className="overtaken"
      size="small"
      bordered
      pagination={false}
      rowKey="label"
      dataSource={found}
      columns={[
        { key: "field", title: t("overtaken.field"), dataIndex: "label" },
        { key: "theirs", title: t("overtaken.theirs"), render: (_, one) => say(one.theirs) },
        { key: "mine", title: t("overtaken.mine"), render: (_, one) => say(one.mine) },
      ]}
    />
  );
}
