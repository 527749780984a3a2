import { QuestionCircleOutlined } from "@ant-design/icons";
import { Popover } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  /** What is explained; the words “why” when nothing is given. */
  children?: ReactNode;
  /** The explanation; made when it is asked for. */
  explanation: ReactNode;
  title?: ReactNode;
}

/** The “why” beside a number or a fact: opens by mouse, finger or keyboard. */
export function Why({ children, explanation, title }: Props) {
  const { t } = useTranslation("common");
  return (
    <Popover content={<div className="explained">{explanation}</div>} title={title ?? t("why")} trigger="click" destroyOnHidden>
      <button type="button" className="why" aria-haspopup="dialog" aria-label={children === undefined ? t("why") : undefined}>
        {children ?? <QuestionCircleOutlined aria-hidden />}
      </button>
    </Popover>
  );
}
