import { Flex, Typography } from "antd";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  title: string;
  /** One sentence on what the page is for. */
  hint?: ReactNode;
  /** The buttons on the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** The head and body of a page; it names the browser's tab. */
export function Page({ title, hint, actions, children }: Props) {
  const { t } = useTranslation("common");
  const name = t("product");
  useEffect(() => {
    document.title = `${title} · ${name}`;
  }, [title, name]);
  return (
    <article>
      <Flex component="header" className="page-head" justify="space-between" align="center" gap="middle" wrap>
        <div>
          <Typography.Title level={1}>{title}</Typography.Title>
          {hint !== undefined && <Typography.Text type="secondary">{hint}</Typography.Text>}
        </div>
        {actions !== undefined && <Flex gap="small" wrap>{actions}</Flex>}
      </Flex>
      <Flex vertical gap="middle">{children}</Flex>
    </article>
  );
}
