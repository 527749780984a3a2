import {
  ArrowDownOutlined, ArrowUpOutlined, CopyOutlined, DeleteOutlined, EllipsisOutlined, GroupOutlined, StopOutlined, UngroupOutlined,
} from "@ant-design/icons";
import { Button, Dropdown, type MenuProps } from "antd";
import { useTranslation } from "react-i18next";
import { useBuilding } from "./building";
import { type Node, canUnwrap, duplicate, find, negate, parentOf, remove, shift, unwrap, wrap } from "./model";

type Act = (root: Node) => Node;

/** What can be done with a part as a whole. */
export function NodeMenu({ node, root }: { node: Node; root: Node }) {
  const { t } = useTranslation("condition");
  const { edit } = useBuilding();
  const inGroup = parentOf(root, node.id)?.kind === "group";
  const acts: Record<string, Act> = {
    up: (tree) => shift(tree, node.id, -1),
    down: (tree) => shift(tree, node.id, 1),
    duplicate: (tree) => duplicate(tree, node.id),
    negate: (tree) => negate(tree, node.id),
    wrap: (tree) => wrap(tree, node.id),
    unwrap: (tree) => unwrap(tree, node.id),
    remove: (tree) => remove(tree, node.id),
  };
  const isBlank = node.kind === "blank";
  const items: MenuProps["items"] = [
    { key: "up", icon: <ArrowUpOutlined />, label: t("acts.up"), disabled: !inGroup },
    { key: "down", icon: <ArrowDownOutlined />, label: t("acts.down"), disabled: !inGroup },
    { key: "duplicate", icon: <CopyOutlined />, label: t("acts.duplicate"), disabled: isBlank },
    { key: "negate", icon: <StopOutlined />, label: t(node.not > 0 ? "acts.affirm" : "acts.negate"), disabled: isBlank },
    { key: "wrap", icon: <GroupOutlined />, label: t("acts.wrap") },
    ...(node.kind === "group" ? [{ key: "unwrap", icon: <UngroupOutlined />, label: t("acts.unwrap"), disabled: !canUnwrap(root, node.id) }] : []),
    { type: "divider" },
    { key: "remove", icon: <DeleteOutlined />, label: t("acts.remove"), danger: true },
  ];
  const act = (key: string) => {
    const run = acts[key];
    if (run !== undefined && find(root, node.id) !== undefined) edit(run);
  };
  return (
    <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => { act(key); } }}>
      <Button type="text" size="small" icon={<EllipsisOutlined />} aria-label={t("acts.more")} />
    </Dropdown>
  );
}
