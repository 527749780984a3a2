import { Why } from "@console/parts/Why";
import { count } from "@shared/format";
import { Flex, Form, InputNumber, Select, Table, type TableColumnsType, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { usePolicyWords } from "./PolicyChanges";
import { FIELDS, type Field, type Kind, type Policy, changesOf, kindsOf, rulesOf, withField } from "./policyForm";

const STRENGTHS = ["proves", "suggests", "never"] as const;
const DAYS_MAX = 36_500;
const NEEDED: ReadonlySet<Field> = new Set(["window_days", "priority"]);

interface Props {
  policy: Policy;
  /** What is in effect, to mark what differs. */
  base: Policy;
  disabled: boolean;
  onChange: (policy: Policy) => void;
}

/** The rules of every kind of identifier, a row each. */
export function PolicyRows({ policy, base, disabled, onChange }: Props) {
  const { t } = useTranslation("identity");
  const { t: word } = useTranslation("people");
  const words = usePolicyWords();
  const changed = new Set(changesOf(base, policy).map((one) => one.kind));
  const cell = (kind: Kind, field: Field) => {
    const value = rulesOf(policy, kind)[field] ?? null;
    const label = `${word(`kinds.${kind}`)} ${words.field(field)}`;
    if (field === "verified" || field === "unverified" || field === "virtual") {
      return (
        <Select
          size="small"
          aria-label={label}
          disabled={disabled}
          popupMatchSelectWidth={false}
          value={value}
          options={STRENGTHS.map((one) => ({ value: one, label: t(`policyPage.strengths.${one}`) }))}
          onChange={(one: string | number | null) => { onChange(withField(policy, kind, field, one)); }}
        />
      );
    }
    return (
      <InputNumber<number>
        size="small"
        aria-label={label}
        disabled={disabled}
        min={field === "living_days" || field === "priority" ? 0 : 1}
        max={DAYS_MAX}
        precision={0}
        placeholder={t("policyPage.unlimited")}
        value={value as number | null}
        onChange={(one) => { if (one !== null || !NEEDED.has(field)) onChange(withField(policy, kind, field, one)); }}
      />
    );
  };
  const columns: TableColumnsType<{ kind: Kind }> = [
    {
      title: t("policyPage.kind"), key: "kind", fixed: "left",
      render: (_, { kind }) => <Flex gap="small">{word(`kinds.${kind}`)}{changed.has(kind) && <Tag color="warning">{t("policyPage.changed")}</Tag>}</Flex>,
    },
    ...FIELDS.map((field) => ({
      title: <Flex gap="small">{words.field(field)}{words.hint(field) !== "" && <Why explanation={words.hint(field)} />}</Flex>,
      key: field,
      render: (_: unknown, { kind }: { kind: Kind }) => cell(kind, field),
    })),
    {
      title: t("policyPage.blocked"), key: "blocked",
      render: (_, { kind }) => {
        const rules = rulesOf(policy, kind);
        return <Typography.Text type="secondary">{t("policyPage.blockedCount", { count: rules.blocked_values.length, patterns: count(rules.blocked_patterns.length) })}</Typography.Text>;
      },
    },
  ];
  return (
    <>
      <Table<{ kind: Kind }>
        aria-label={t("policy")}
        rowKey="kind"
        size="small"
        columns={columns}
        dataSource={kindsOf(policy).map((kind) => ({ kind }))}
        pagination={false}
        scroll={{ x: "max-content" }}
      />
      <Form.Item label={t("policyPage.personMax")}>
        <InputNumber<number>
          aria-label={t("policyPage.personMax")}
          disabled={disabled}
          min={1}
          precision={0}
          placeholder={t("policyPage.unlimited")}
          value={policy.person_identifiers_max ?? null}
          onChange={(one) => { onChange({ ...policy, person_identifiers_max: one }); }}
        />
      </Form.Item>
    </>
  );
}
