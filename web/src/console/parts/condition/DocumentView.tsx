import { api } from "@shared/api/client";
import { Alert, Button, Flex, Input, Segmented, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Edited } from "./useCondition";

type Form = "yaml" | "json";

/** The same condition as a document: what is written here goes into the same tree. */
export function DocumentView({ brand, condition }: { brand: string; condition: Edited }) {
  const { t } = useTranslation("condition");
  const [form, setForm] = useState<Form>("yaml");
  const { written, rewrite } = condition;
  const isWhole = condition.gaps.size === 0;
  const place = { params: { path: { brand } } };
  const yaml = api.useQuery(
    "post", "/v1/brands/{brand}/conditions/reading", { ...place, body: { condition: condition.document } },
    { enabled: form === "yaml" && isWhole, retry: false },
  );
  const json = JSON.stringify(condition.document, null, 2);
  // A condition that is refused cannot be told as YAML; JSON is YAML too.
  const own = form === "yaml" && yaml.data !== undefined && isWhole ? yaml.data.yaml : json;
  return (
    <Flex vertical gap="small">
      <Flex justify="space-between" align="center" wrap gap="small">
        <Segmented<Form> value={form} onChange={setForm} options={[{ value: "yaml", label: "YAML" }, { value: "json", label: "JSON" }]} />
        <Flex gap="small">
          {written !== null && <Button size="small" onClick={() => { rewrite(null); }}>{t("discard")}</Button>}
          <Button size="small" type="primary" disabled={written === null} loading={condition.isReading} onClick={() => void condition.settle()}>
            {t("takeOver")}
          </Button>
        </Flex>
      </Flex>
      {!isWhole && <Alert type="warning" showIcon title={t("incompleteDocument")} />}
      <Input.TextArea
        className="document"
        aria-label={t("asDocument")}
        spellCheck={false}
        rows={16}
        value={written ?? own}
        onChange={(event) => { rewrite(event.target.value); }}
      />
      <Typography.Text type="secondary">{t("documentHint")}</Typography.Text>
    </Flex>
  );
}
