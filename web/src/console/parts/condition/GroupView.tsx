import { PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Select, Typography } from "antd";
import { type DragEvent, useContext, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBuilding } from "./building";
import { type Group, type Together, blank, emptyGroup, find, insert, joinOf, move, parentOf, setJoin, togetherOf } from "./model";
import { NodeMenu } from "./NodeMenu";
import { DRAGGED, Handle, NodeView, Wrong } from "./NodeView";
import { RootContext } from "./root";

const TOGETHER: readonly Together[] = ["all", "any", "none", "not_all"];

/** Parts that belong together: all of them, any, none, or not all. */
export function GroupView({ group, facts, place }: { group: Group; facts: string | null; place: number | null }) {
  const { t } = useTranslation("condition");
  const { edit, setFresh } = useBuilding();
  const root = useContext(RootContext);
  const add = (nested: boolean) => {
    const leaf = blank();
    edit((tree) => insert(tree, group.id, nested ? emptyGroup(group.join === "all" ? "any" : "all", [leaf]) : leaf));
    setFresh(leaf.id);
  };
  return (
    <section className={`condition-group condition-${group.join}`} data-node={group.id} aria-label={t(`together.${togetherOf(group.join, group.not)}`)}>
      <Flex gap="small" align="center" className="condition-group-head">
        {place !== null && <Handle id={group.id} />}
        <Select<Together>
          aria-label={t("togetherLabel")}
          value={togetherOf(group.join, group.not)}
          popupMatchSelectWidth={false}
          options={TOGETHER.map((value) => ({ value, label: t(`together.${value}`) }))}
          onChange={(value) => { const { join, not } = joinOf(value); edit((tree) => setJoin(tree, group.id, join, not)); }}
        />
        {group.not > 1 && <Typography.Text type="warning">{t("notTimes", { times: group.not })}</Typography.Text>}
        <span className="grow" />
        {root !== null && (place !== null || facts !== null) && <NodeMenu node={group} root={root} />}
      </Flex>
      {group.parts.length === 0 && <Typography.Text type="secondary">{t(emptyOf(group))}</Typography.Text>}
      {group.parts.map((part, at) => (
        <div key={part.id} className="condition-part">
          <Drop group={group} at={at} />
          {at > 0 && <span className="condition-join" aria-hidden>{t(`join.${group.join}`)}</span>}
          <NodeView node={part} facts={facts} place={at} />
        </div>
      ))}
      <Drop group={group} at={group.parts.length} />
      <Wrong id={group.id} />
      <Flex gap="small">
        <Button type="dashed" size="small" icon={<PlusOutlined aria-hidden />} onClick={() => { add(false); }}>{t("addCondition")}</Button>
        <Button type="text" size="small" icon={<PlusOutlined aria-hidden />} onClick={() => { add(true); }}>{t("addGroup")}</Button>
      </Flex>
    </section>
  );
}

function emptyOf(group: Group): "emptyEveryone" | "emptyNobody" {
  return (group.join === "all") === (group.not % 2 === 0) ? "emptyEveryone" : "emptyNobody";
}

/** The place between two parts where another can be dropped. */
function Drop({ group, at }: { group: Group; at: number }) {
  const { edit } = useBuilding();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    const id = event.dataTransfer.getData(DRAGGED);
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    edit((root) => {
      if (find(root, id) === undefined) return root;
      const own = parentOf(root, id)?.id === group.id ? group.parts.findIndex((part) => part.id === id) : -1;
      return move(root, id, group.id, own >= 0 && own < at ? at - 1 : at);
    });
  };
  return (
    <div
      className={over ? "condition-drop over" : "condition-drop"}
      onDragOver={(event) => { if (event.dataTransfer.types.includes(DRAGGED)) { event.preventDefault(); setOver(true); } }}
      onDragLeave={() => { setOver(false); }}
      onDrop={drop}
    />
  );
}
