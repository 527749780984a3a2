import { useAddress } from "@console/brand";
import { useSave } from "@console/keyboard";
import { Refused } from "@console/parts/Refused";
import { useUnsaved } from "@console/unsaved";
import { api, queries } from "@shared/api/client";
import { Alert, App, Button, Flex, Input, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

interface Props {
  brand: string;
  tag: string;
  /** The version that the text is of; 0 for a new tag and for one as shipped. */
  version: number;
  text: string;
  isFixed: boolean;
  isNew?: boolean;
}

/** The definition as a document: checked with every fault at its place, then put into effect. */
export function DocumentEditor({ brand, tag, version, text, isFixed, isNew = false }: Props) {
  const { t } = useTranslation("tags");
  const at = useAddress();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const [edited, setEdited] = useState<{ text: string; version: number } | null>(null);
  const written = edited?.text ?? text;
  const path = { brand, tag };
  const check = api.useMutation("post", "/v1/brands/{brand}/tags/{tag}/reading");
  const put = api.useMutation("put", "/v1/brands/{brand}/tags/{tag}", {
    onSuccess: (saved) => {
      setEdited(null);
      void message.success(t("saved", { version: saved.version }));
      void queries.invalidateQueries();
      if (isNew) void navigate(at(`tags/${tag}`));
    },
  });
  const isChanged = isNew || written !== text;
  const save = async () => {
    if (isFixed || !isChanged || tag === "" || check.isPending || put.isPending) return;
    put.reset();
    const read = await check.mutateAsync({ params: { path }, body: { text: written } }).catch(() => null);
    if (read !== null) put.mutate({ params: { path, header: { "If-Match": `"${String(edited?.version ?? version)}"` } }, body: read.document });
  };
  useSave(() => void save(), check.isPending || put.isPending);
  useUnsaved(written !== text && !put.isPending);
  return (
    <Flex vertical gap="small">
      <Input.TextArea
        className="document"
        aria-label={t("asDocument")}
        spellCheck={false}
        readOnly={isFixed}
        rows={24}
        value={written}
        onChange={(event) => { const { value } = event.target; setEdited((before) => ({ text: value, version: before?.version ?? version })); check.reset(); }}
      />
      {check.error !== null && <Refused error={check.error} />}
      {put.error !== null && <Refused error={put.error} />}
      {check.data !== undefined && check.error === null && <Alert type="success" showIcon title={t("checked")} description={check.data.comes_from.join(", ")} />}
      <Flex gap="small" align="center" wrap>
        <Button disabled={tag === ""} loading={check.isPending} onClick={() => { check.mutate({ params: { path }, body: { text: written } }); }}>{t("check")}</Button>
        <Button type="primary" disabled={isFixed || !isChanged || tag === ""} title={isFixed ? t("writeNeeded") : undefined} loading={put.isPending} onClick={() => void save()}>{t("save")}</Button>
        {isChanged && !isNew && <Button type="text" onClick={() => { setEdited(null); check.reset(); put.reset(); }}>{t("discard")}</Button>}
        <Typography.Text type="secondary">{t("saveMeans")}</Typography.Text>
      </Flex>
    </Flex>
  );
}
