import { DownOutlined } from "@ant-design/icons";
import { useAddress } from "@console/brand";
import { useMay } from "@shared/session";
import { Button, Dropdown, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ExportWork } from "./ExportWork";
import { TagWork } from "./TagWork";
import { type Filter, whyNoBulk } from "./filter";

interface Props {
  brand: string;
  filter: Filter;
  /** How many the list says there are; null while nobody knows. */
  held: number | null;
}

/** What can be done with everybody whom the filter holds, not with the rows that are shown. */
export function Bulk({ brand, filter, held }: Props) {
  const { t } = useTranslation("customers");
  const may = useMay();
  const at = useAddress();
  const navigate = useNavigate();
  const [open, setOpen] = useState<"give" | "withdraw" | "export" | null>(null);
  const close = () => { setOpen(null); };
  const wanted = [
    ...(filter.condition === null ? [] : [filter.condition]),
    ...(filter.segment === null ? [] : [{ segment: filter.segment }]),
  ];
  const condition = wanted.length === 1 ? wanted[0] : { all: wanted };
  const items = [
    { key: "give", label: t("giveTag"), disabled: !may("tags.give"), onClick: () => { setOpen("give"); } },
    { key: "withdraw", label: t("withdrawTag"), disabled: !may("tags.give"), onClick: () => { setOpen("withdraw"); } },
    {
      key: "segment",
      label: t("saveAsSegment"),
      disabled: !may("segments.write"),
      onClick: () => void navigate(at(`segments/new?condition=${encodeURIComponent(JSON.stringify(condition))}`)),
    },
    { key: "export", label: t("exportThem"), disabled: !may("segments.export"), onClick: () => { setOpen("export"); } },
  ];
  const why = whyNoBulk(filter, held, may("segments.read"));
  const work = { brand, filter, held: held ?? 0, onClose: close };
  return (
    <>
      <Tooltip title={why === "cannotFilter" ? t("cannotFilter") : undefined}>
        <Dropdown menu={{ items }} trigger={["click"]} disabled={why !== null}>
          <Button icon={<DownOutlined />} iconPlacement="end" disabled={why !== null}>{t("withEverybody")}</Button>
        </Dropdown>
      </Tooltip>
      {(open === "give" || open === "withdraw") && <TagWork {...work} verb={open} />}
      {open === "export" && <ExportWork {...work} />}
    </>
  );
}
