import { ConditionBuilder, CountPanel, type Document, useCondition, useCount } from "@console/parts/condition";
import { useUnsaved } from "@console/unsaved";
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
  const edited = useCondition(brand, condition ?? { all: [] });
  const { leave, release } = useUnsaved(edited.isChanged);
  const isWhole = edited.gaps.size === 0;
  const counted = useCount(brand, isWhole ? edited.document : null);
  const lacks = !isWhole && edited.written === null;
  const take = async () => {
    const meant = await edited.settle();
    if (meant === null) return;
    release();
    onTake(isEverybody(meant) ? null : meant);
  };
  return (
    <Drawer
      open
      size="large"
      title={t("filterTitle")}
      onClose={() => { leave(onClose); }}
      extra={(
        <Flex gap="small">
          <Button onClick={() => { release(); onTake(null); }}>{t("noFilter")}</Button>
          <Button
            type="primary"
            disabled={lacks}
            title={lacks ? t("completeFirst") : undefined}
            loading={edited.isReading}
            onClick={() => void take()}
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
