import { DeleteOutlined, HolderOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Tag } from "antd";
import { type DragEvent, useContext } from "react";
import { useTranslation } from "react-i18next";
import { useBuilding } from "./building";
import { FactsLeafView } from "./FactsLeafView";
import { FieldLeafView } from "./FieldLeafView";
import { GroupView } from "./GroupView";
import { LeafPicker } from "./LeafPicker";
import { type Leaf, type Node, change, negate, remove, shift } from "./model";
import { NodeMenu } from "./NodeMenu";
import { RootContext } from "./root";

export const DRAGGED = "text/x-condition";

interface Props {
  node: Node;
  /** The facts whose fields the node is about, inside “where”. */
  facts: string | null;
  /** The place among its siblings; null where it stands alone. */
  place: number | null;
}

/** One part of a condition with everything below it. */
export function NodeView({ node, facts, place }: Props) {
  return node.kind === "group" ? <GroupView group={node} facts={facts} place={place} /> : <LeafView leaf={node} facts={facts} place={place} />;
}

function LeafView({ leaf, facts, place }: { leaf: Leaf; facts: string | null; place: number | null }) {
  const { t } = useTranslation("condition");
  const { edit } = useBuilding();
  const root = useContext(RootContext);
  const choose = (chosen: Node) => { edit((tree) => change(tree, leaf.id, () => chosen)); };
  return (
    <div
      className="condition-leaf"
      data-node={leaf.id}
      data-kind={leaf.kind}
      onKeyDown={(event) => {
        if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
        event.preventDefault();
        edit((tree) => shift(tree, leaf.id, event.key === "ArrowUp" ? -1 : 1));
      }}
    >
      <Flex gap="small" align="start">
        {place !== null && <Handle id={leaf.id} />}
        <Flex wrap gap="small" align="start" className="grow">
          <Not node={leaf} />
          <LeafPicker leaf={leaf} facts={facts} onChoose={choose} />
          {leaf.kind === "field" && <FieldLeafView leaf={leaf} facts={facts} />}
          {leaf.kind === "facts" && <FactsLeafView leaf={leaf} />}
        </Flex>
        {leaf.kind === "blank"
          ? <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("acts.remove")} onClick={() => { edit((tree) => remove(tree, leaf.id)); }} />
          : root !== null && <NodeMenu node={leaf} root={root} />}
      </Flex>
      <Wrong id={leaf.id} />
    </div>
  );
}

/** The handle by which a part is dragged; the keys for it are in its menu and Alt with arrows. */
export function Handle({ id }: { id: string }) {
  const start = (event: DragEvent) => {
    event.dataTransfer.setData(DRAGGED, id);
    event.dataTransfer.effectAllowed = "move";
  };
  return <span className="condition-handle" draggable onDragStart={start} aria-hidden><HolderOutlined /></span>;
}

/** Says that a part must not hold; another click takes it back. */
export function Not({ node }: { node: Node }) {
  const { t } = useTranslation("condition");
  const { edit } = useBuilding();
  if (node.not === 0) return null;
  return (
    <Tag color="volcano" closable onClose={(event) => { event.preventDefault(); edit((tree) => negate(tree, node.id)); }}>
      {node.not > 1 ? t("notTimes", { times: node.not }) : t("not")}
    </Tag>
  );
}

/** What is missing at a part, or was refused of it. */
export function Wrong({ id }: { id: string }) {
  const { t } = useTranslation("condition");
  const { gaps, faults } = useBuilding();
  const gap = gaps.get(id);
  const reasons = faults.get(id) ?? [];
  if (gap === undefined && reasons.length === 0) return null;
  if (gap !== undefined) return <div className="condition-gap" role="note">{t(`gaps.${gap}`)}</div>;
  return <Alert type="error" showIcon role="alert" className="condition-fault" title={reasons.map((reason) => <div key={reason}>{reason}</div>)} />;
}
