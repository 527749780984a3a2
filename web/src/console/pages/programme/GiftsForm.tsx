import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { freeCode, replaced, useEditing, without } from "./editing";
import { Field } from "./Field";
import type { Programme } from "./words";

type DocumentGift = Programme["document_gifts"][number];
const SURPLUS = ["claw_back", "keep"] as const;

/** Points for becoming a member, and for documents that were found good. */
export function GiftsForm() {
  const { t } = useTranslation("programme");
  const { programme, change, isLocked, problemsAt } = useEditing();
  const gifts = programme.document_gifts;
  const put = (place: number, changed: Partial<DocumentGift>) => {
    const gift = gifts[place];
    if (gift !== undefined) change({ document_gifts: replaced(gifts, place, { ...gift, ...changed }) });
  };
  const status = (place: number, field: string) => (problemsAt("document_gifts", place, field).length > 0 ? "error" : "");
  return (
    <Flex vertical gap="small">
      <div className="fields">
        <Field label={t("welcome")} place={["welcome", "points"]} hint={t("welcomeHint")}>
          {(own) => <InputNumber<number> {...own} min={1} precision={0} placeholder={t("noWelcome")} suffix={t("assets.points")} value={programme.welcome?.points ?? null} onChange={(points) => { change({ welcome: points === null ? null : { points } }); }} />}
        </Field>
        <Field label={t("surplus")} place={["surplus_gifts"]}>
          {(own) => <Select {...own} value={programme.surplus_gifts} options={SURPLUS.map((value) => ({ value, label: t(`surpluses.${value}`) }))} onChange={(surplus_gifts) => { change({ surplus_gifts }); }} />}
        </Field>
      </div>
      {gifts.length > 0 && (
        <table className="rows" aria-label={t("documentGifts")}>
          <thead><tr><th>{t("documentKind")}</th><th>{t("assets.points")}</th><th>{t("most")}</th><th /></tr></thead>
          <tbody>
            {gifts.map((gift, place) => (
              <tr key={place}>
                <td><Input aria-label={t("documentKind")} disabled={isLocked} status={status(place, "kind")} value={gift.kind} onChange={(event) => { put(place, { kind: event.target.value }); }} /></td>
                <td><InputNumber<number> aria-label={t("assets.points")} disabled={isLocked} min={1} precision={0} status={status(place, "points")} value={gift.points} onChange={(points) => { put(place, { points: points ?? 1 }); }} /></td>
                <td><InputNumber<number> aria-label={t("most")} disabled={isLocked} min={1} max={100} precision={0} status={status(place, "most")} value={gift.most} onChange={(most) => { put(place, { most: most ?? 1 }); }} /></td>
                <td><Button type="text" icon={<DeleteOutlined />} aria-label={t("removeNamed", { name: gift.kind })} disabled={isLocked} onClick={() => { change({ document_gifts: without(gifts, place) }); }} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Flex><Button icon={<PlusOutlined />} disabled={isLocked} onClick={() => { change({ document_gifts: [...gifts, { kind: freeCode(gifts.map((one) => one.kind), "document"), points: 100, most: 1 }] }); }}>{t("addGift")}</Button></Flex>
    </Flex>
  );
}
