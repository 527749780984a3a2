import { api, newKey } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count } from "@shared/format";
import { Alert, App, Checkbox, Flex, Form, Input, InputNumber, Modal, Radio, Select, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "./Refused";

type Wanted = Schemas["AdjustmentIn"];

interface Fields {
  direction: "give" | "take";
  points: number;
  reason: Wanted["reason"];
  note: string;
  as_far_as_there?: boolean;
}

interface Props {
  customerId: string;
  /** What the member can spend now, to say what will be left. */
  spendable?: number | undefined;
  open: boolean;
  onClose: () => void;
  /** Told once the points have moved. */
  onDone?: (done: Schemas["AdjustedOut"]) => void;
}

const NOTE_LENGTH_MAX = 200;

/** Gives or takes points by hand, with a reason; whoever opens it holds `points.adjust`. */
export function AdjustPoints({ customerId, spendable, open, onClose, onDone }: Props) {
  const { t } = useTranslation("handling");
  const { message } = App.useApp();
  const [form] = Form.useForm<Fields>();
  const given = Form.useWatch([], form) as Partial<Fields> | undefined;
  const [key, setKey] = useState(newKey);
  const limits = api.useQuery("get", "/v1/points/adjusting", {}, { enabled: open });
  const adjust = api.useMutation("post", "/v1/customers/{customer_id}/points/adjustments", {
    onSuccess: (done) => {
      void message.success(t(done.points > 0 ? "gave" : "took", { points: count(Math.abs(done.points)) }));
      leave();
      onDone?.(done);
    },
  });
  const leave = () => {
    form.resetFields();
    adjust.reset();
    setKey(newKey());
    onClose();
  };
  const send = (fields: Fields) => {
    const taking = fields.direction === "take";
    adjust.mutate({
      params: { path: { customer_id: customerId }, header: { "Idempotency-Key": key } },
      body: {
        points: taking ? -fields.points : fields.points,
        reason: fields.reason,
        note: fields.note.trim(),
        as_far_as_there: taking && fields.as_far_as_there === true,
      },
    });
  };
  const points = given?.points ?? 0;
  const taking = given?.direction === "take";
  return (
    <Modal
      open={open}
      title={t("adjust")}
      okText={points > 0 ? t(taking ? "takePoints" : "givePoints", { points: count(points) }) : t("adjust")}
      okButtonProps={{ loading: adjust.isPending, danger: taking }}
      onOk={() => { form.submit(); }}
      onCancel={leave}
      destroyOnHidden
    >
      {limits.error !== null && <Refused error={limits.error} onRetry={() => void limits.refetch()} />}
      {limits.data === undefined ? limits.error === null && <Skeleton active /> : (
        // Another content is another adjustment, so it gets another key.
        <Form<Fields> form={form} layout="vertical" requiredMark={false} initialValues={{ direction: "give" }} onFinish={send} onValuesChange={() => { setKey(newKey()); }}>
          <Form.Item name="direction" label={t("direction")}>
            <Radio.Group optionType="button" options={[{ value: "give", label: t("give") }, { value: "take", label: t("take") }]} />
          </Form.Item>
          <Form.Item name="points" label={t("points")} extra={t("pointsMax", { points: count(limits.data.points_max) })} rules={[{ required: true, message: t("pointsMissing") }]}>
            <InputNumber<number> min={1} max={limits.data.points_max} precision={0} className="wide" autoFocus />
          </Form.Item>
          <Form.Item name="reason" label={t("reason")} rules={[{ required: true, message: t("reasonMissing") }]}>
            <Select placeholder={t("choose")} options={limits.data.reasons.map((value) => ({ value, label: t(`adjustReasons.${value}`) }))} />
          </Form.Item>
          <Form.Item name="note" label={t("note")} extra={t("noteShown")} rules={[{ required: true, whitespace: true, message: t("noteMissing") }]}>
            <Input.TextArea rows={2} maxLength={NOTE_LENGTH_MAX} showCount />
          </Form.Item>
          {taking && (
            <Form.Item name="as_far_as_there" valuePropName="checked">
              <Checkbox>{t("asFarAsThere")}</Checkbox>
            </Form.Item>
          )}
          <Flex vertical gap="small">
            <Alert type={taking ? "warning" : "info"} showIcon title={consequence()} />
            {adjust.error !== null && <Refused error={adjust.error} />}
          </Flex>
        </Form>
      )}
    </Modal>
  );

  function consequence(): string {
    if (!taking) return t("givingMeans");
    if (spendable === undefined || points === 0) return t("takingMeans");
    return t("takingLeaves", { spendable: count(spendable), left: count(Math.max(0, spendable - points)) });
  }
}
