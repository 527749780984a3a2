import { CopyOutlined, DeleteOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { freeCode, newRule, replaced, useEditing, without } from "./editing";
import { Rules } from "./Parts";
import { RuleEditor } from "./RuleEditor";
import type { Told } from "./words";
import { useSay } from "./words";

/** The earning rules in words; one opens in a drawer to be changed. */
export function RulesForm({ told }: { told: Told }) {
  const { t } = useTranslation("programme");
  const say = useSay();
  const { programme, change, isLocked, problemsAt } = useEditing();
  const [opened, setOpened] = useState<number | null>(null);
  const { rules } = programme;
  const codes = rules.map((one) => one.code);
  const add = () => {
    change({ rules: [...rules, newRule(codes, { zh: t("newRuleZh"), en: t("newRuleEn") })] });
    setOpened(rules.length);
  };
  const rule = opened === null ? undefined : rules[opened];
  return (
    <Flex vertical gap="small">
      <Rules
        rules={rules}
        told={told}
        isFaulty={(place) => rules[place] !== undefined && FIELDS.some((field) => problemsAt("rules", place, ...field).length > 0)}
        actions={(one, place) => (
          <Flex gap="small">
            <Button size="small" icon={<EditOutlined />} onClick={() => { setOpened(place); }}>{t(isLocked ? "look" : "edit")}</Button>
            <Button size="small" type="text" icon={<CopyOutlined />} disabled={isLocked} aria-label={t("copyNamed", { name: say(one.names) })} title={t("copyRule")} onClick={() => { change({ rules: [...rules, { ...one, code: freeCode(codes, one.code.slice(0, 40)), names: { zh: t("copyOfZh", { name: one.names.zh }), en: t("copyOfEn", { name: one.names.en }) } }] }); setOpened(rules.length); }} />
            <Button size="small" type="text" icon={<DeleteOutlined />} disabled={isLocked} aria-label={t("removeNamed", { name: say(one.names) })} title={t("remove")} onClick={() => { change({ rules: without(rules, place) }); }} />
          </Flex>
        )}
      />
      <Flex><Button icon={<PlusOutlined />} disabled={isLocked} onClick={add}>{t("addRule")}</Button></Flex>
      {rule !== undefined && opened !== null && (
        <RuleEditor
          rule={rule}
          place={opened}
          words={say(told.rules[rule.code])}
          onChange={(changed) => { change({ rules: replaced(rules, opened, changed) }); }}
          onClose={() => { setOpened(null); }}
        />
      )}
    </Flex>
  );
}

const FIELDS = [["code"], ["names", "zh"], ["names", "en"], ["points"], ["per_minor"], ["days"], ["caps", "per_order"], ["caps", "per_day"], ["caps", "per_month"]] as const;
