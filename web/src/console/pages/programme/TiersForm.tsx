import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Input, InputNumber, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { freeCode, replaced, useEditing, without } from "./editing";
import type { Tier } from "./words";
import { useSay } from "./words";

const STEP = 1_000;

/** The tiers in rising order: a name in both languages, a code, a threshold. */
export function TiersForm() {
  const { t } = useTranslation("programme");
  const say = useSay();
  const { programme, change, isLocked, problemsAt } = useEditing();
  const { tiers } = programme;
  const put = (place: number, changed: Partial<Tier>) => {
    const tier = tiers[place];
    if (tier !== undefined) change({ tiers: replaced(tiers, place, { ...tier, ...changed }) });
  };
  const add = () => {
    const above = (tiers.at(-1)?.growth ?? 0) + STEP;
    const code = freeCode(tiers.map((one) => one.code), "tier");
    change({ tiers: [...tiers, { code, names: { zh: t("newTierZh"), en: t("newTierEn") }, growth: above }] });
  };
  const wrong = (place: number, ...field: string[]) => problemsAt("tiers", place, ...field).map((one) => say(one.words)).join(" ");
  const status = (place: number, ...field: string[]) => (wrong(place, ...field) === "" ? "" : "error");
  return (
    <Flex vertical gap="small">
      <table className="rows" aria-label={t("tiers")}>
        <thead><tr><th>{t("nameZh")}</th><th>{t("nameEn")}</th><th>{t("code")}</th><th>{t("threshold")}</th><th /></tr></thead>
        <tbody>
          {tiers.map((tier, place) => (
            <tr key={place}>
              <td><Input aria-label={t("nameZh")} disabled={isLocked} status={status(place, "names", "zh")} value={tier.names.zh} onChange={(event) => { put(place, { names: { ...tier.names, zh: event.target.value } }); }} /></td>
              <td><Input aria-label={t("nameEn")} disabled={isLocked} status={status(place, "names", "en")} value={tier.names.en} onChange={(event) => { put(place, { names: { ...tier.names, en: event.target.value } }); }} /></td>
              <td><Input aria-label={t("code")} disabled={isLocked} status={status(place, "code")} value={tier.code} onChange={(event) => { put(place, { code: event.target.value }); }} /></td>
              <td>
                <InputNumber<number> aria-label={t("threshold")} disabled={isLocked || place === 0} min={0} precision={0} status={status(place, "growth")} value={tier.growth} onChange={(growth) => { put(place, { growth: growth ?? 0 }); }} />
                {wrong(place, "growth") !== "" && <Typography.Text type="danger">{wrong(place, "growth")}</Typography.Text>}
              </td>
              <td><Button type="text" icon={<DeleteOutlined />} aria-label={t("removeNamed", { name: say(tier.names) })} disabled={isLocked || place === 0} title={place === 0 ? t("firstTierStays") : undefined} onClick={() => { change({ tiers: without(tiers, place) }); }} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      <Flex><Button icon={<PlusOutlined />} disabled={isLocked} onClick={add}>{t("addTier")}</Button></Flex>
    </Flex>
  );
}
