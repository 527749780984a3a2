import { Flex, Input, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Problem } from "./words";
import { useSay } from "./words";

interface Props {
  text: string;
  problems: readonly Problem[];
  isLocked: boolean;
  onWrite: (text: string) => void;
}

/** The draft as YAML, as `huitong programme apply` takes it; what is wrong is told by its line. */
export function DocumentTab({ text, problems, isLocked, onWrite }: Props) {
  const { t } = useTranslation("programme");
  const say = useSay();
  return (
    <Flex vertical gap="small">
      <Typography.Text type="secondary">{t("documentHint")}</Typography.Text>
      <Input.TextArea
        className="code-area"
        aria-label={t("asDocument")}
        value={text}
        readOnly={isLocked}
        spellCheck={false}
        rows={28}
        status={problems.length > 0 ? "error" : ""}
        onChange={(event) => { onWrite(event.target.value); }}
      />
      {problems.map((one, place) => (
        <Typography.Text key={`${one.place.join(".")} ${String(place)}`} type="danger">
          {one.line !== null && `${t("line", { line: one.line })}${t("colon")}`}{say(one.where)}{t("colon")}{say(one.words)}
        </Typography.Text>
      ))}
    </Flex>
  );
}
