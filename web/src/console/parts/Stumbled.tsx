import { Button, Result } from "antd";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  children: ReactNode;
}

/** Keeps an error of one page from taking the rest with it. */
export class Stumbled extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <Sorry /> : this.props.children;
  }
}

function Sorry() {
  const { t } = useTranslation("common");
  return (
    <Result
      status="error"
      title={t("stumbled")}
      subTitle={t("stumbledHint")}
      extra={<Button type="primary" onClick={() => { window.location.reload(); }}>{t("reload")}</Button>}
    />
  );
}
