import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Flex, Input, InputNumber, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { moved, replaced, useEditing, without } from "./editing";
import { Field } from "./Field";
import type { ReturnWindow } from "./words";
import { useSay } from "./words";

const KINDS = ["normal", "presale", "exchange", "gift", "bulk", "recharge", "virtual"] as const;
const CLAW_BACKS = ["by_value", "by_line"] as const;
const DOWNGRADES = ["at_once", "keep"] as const;

/** When value becomes active, and what returns take back. */
export function ReturnsForm() {
  const { t } = useTranslation("programme");
  const say = useSay();
  const { programme, change, isLocked, problemsAt } = useEditing();
  const windows = programme.return_windows;
  const set = (return_windows: ReturnWindow[]) => { change({ return_windows }); };
  const put = (place: number, changed: Partial<ReturnWindow>) => {
    const window = windows[place];
    if (window !== undefined) set(replaced(windows, place, { ...window, ...changed }));
  };
  return (
    <Flex vertical gap="small">
      <Typography.Text type="secondary">{t("windowsHint")}</Typography.Text>
      <table className="rows" aria-label={t("windows")}>
        <thead><tr><th>{t("platform")}</th><th>{t("orderKind")}</th><th>{t("waits")}</th><th>{t("fromPayment")}</th><th /></tr></thead>
        <tbody>
          {windows.map((window, place) => (
            <tr key={place}>
              <td><Input aria-label={t("platform")} disabled={isLocked} placeholder={t("everyPlatform")} value={window.platform ?? ""} onChange={(event) => { put(place, { platform: event.target.value.trim() || null }); }} /></td>
              <td><Select aria-label={t("orderKind")} disabled={isLocked} allowClear placeholder={t("everyKind")} popupMatchSelectWidth={false} value={window.order_kind ?? null} options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} onChange={(kind: (typeof KINDS)[number] | null | undefined) => { put(place, { order_kind: kind ?? null }); }} /></td>
              <td><InputNumber<number> aria-label={t("waits")} disabled={isLocked} min={0} max={366} precision={0} suffix={t("days")} status={problemsAt("return_windows", place, "days").length > 0 ? "error" : ""} value={window.days} onChange={(days) => { put(place, { days: days ?? 0 }); }} /></td>
              <td><Checkbox aria-label={t("fromPayment")} disabled={isLocked} checked={window.from_payment} onChange={(event) => { put(place, { from_payment: event.target.checked }); }} /></td>
              <td>
                <Flex>
                  <Button type="text" icon={<ArrowUpOutlined />} aria-label={t("up")} disabled={isLocked || place === 0} onClick={() => { set(moved(windows, place, -1)); }} />
                  <Button type="text" icon={<ArrowDownOutlined />} aria-label={t("down")} disabled={isLocked || place === windows.length - 1} onClick={() => { set(moved(windows, place, 1)); }} />
                  <Button type="text" icon={<DeleteOutlined />} aria-label={t("remove")} disabled={isLocked} onClick={() => { set(without(windows, place)); }} />
                </Flex>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Flex><Button icon={<PlusOutlined />} disabled={isLocked} onClick={() => { set([{ platform: null, order_kind: "presale", days: 7, from_payment: false }, ...windows]); }}>{t("addWindow")}</Button></Flex>
      {problemsAt("return_windows").map((one) => <Typography.Text key={one.words.en} type="danger">{say(one.words)}</Typography.Text>)}
      <div className="fields">
        <Field label={t("clawBack")} place={["claw_back"]}>
          {(own) => <Select {...own} value={programme.claw_back} options={CLAW_BACKS.map((value) => ({ value, label: t(`clawBacks.${value}`) }))} onChange={(claw_back) => { change({ claw_back }); }} />}
        </Field>
        <Field label={t("downgrade")} place={["downgrade"]}>
          {(own) => <Select {...own} value={programme.downgrade} options={DOWNGRADES.map((value) => ({ value, label: t(`downgrades.${value}`) }))} onChange={(downgrade) => { change({ downgrade }); }} />}
        </Field>
      </div>
    </Flex>
  );
}
