import { Empty as Nothing, Flex, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** A list without rows: what would bring some there, and the button that does. */
export function Empty({ title, hint, action }: { title?: string; hint?: ReactNode; action?: ReactNode }) {
  const { t } = useTranslation("common");
  return (
    <Nothing
      image={Nothing.PRESENTED_IMAGE_SIMPLE}
      description={
        <Flex vertical gap="small" align="center">
          <Typography.Text>{title ?? t("nothing")}</Typography.Text>
          {hint !== undefined && <Typography.Text type="secondary">{hint}</Typography.Text>}
          {action}
        </Flex>
      }
    />
  );
}
