import { ConditionBuilder, CountPanel, type Document, useCondition, useCount } from "@console/parts/condition";
import { Button, Drawer, Flex } from "antd";
import { useTranslation } from "react-i18next";
import { isEverybody } from "./filter";

interface Props {
  brand: string;
  condition: Document | null;
  onTake: (condition: Document | null) => void;
  onClose: () => void;
}

/** Builds the filter of the list, with how many it holds while it is built. */
export function FilterDrawer({ brand, condition, onTake, onClose }: Props) {
  const { t } = useTranslation("customers");
  const edited = useCondition(condition ?? { all: [] });
  const isWhole = edited.gaps.size === 0;
  const counted = useCount(brand, isWhole ? edited.document : null);
  return (
    <Drawer
      open
      size="large"
      title={t("filterTitle")}
      onClose={onClose}
      extra={(
        <Flex gap="small">
          <Button onClick={() => { onTake(null); }}>{t("noFilter")}</Button>
          <Button
            type="primary"
            disabled={!isWhole}
            title={isWhole ? undefined : t("completeFirst")}
            onClick={() => { onTake(isEverybody(edited.document) ? null : edited.document); }}
          >
            {t("takeFilter")}
          </Button>
        </Flex>
      )}
    >
      <Flex vertical gap="middle">
        <ConditionBuilder brand={brand} condition={edited} refusal={counted.refusal} />
        <CountPanel brand={brand} document={edited.document} isWhole={isWhole} counted={counted} />
      </Flex>
    </Drawer>
  );
}
