import { Refused } from "@console/parts/Refused";
import { SaidOf } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { Skeleton, Timeline, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { sideOf } from "./document";

/** How a segment came to say what it says, the latest first. */
export function Versions({ brand, segment }: { brand: string; segment: string }) {
  const { t, i18n } = useTranslation("segments");
  const versions = api.useQuery("get", "/v1/brands/{brand}/segments/{segment}/versions", { params: { path: { brand, segment } } });
  if (versions.error !== null) return <Refused error={versions.error} onRetry={() => void versions.refetch()} />;
  if (versions.data === undefined) return <Skeleton active />;
  const side = sideOf(i18n.language);
  return (
    <Timeline
      items={versions.data.items.map((one) => ({
        key: one.version,
        content: (
          <>
            <Typography.Text strong>{t("version", { version: one.version })}</Typography.Text>{" "}
            <Typography.Text type="secondary"><SaidOf id={one.changed_by} says={(by) => t("changedBy", { at: instant(one.changed_at), by })} /></Typography.Text>
            <div>{one.says?.[side] ?? t("wordsGone")}</div>
            {(one.changes[side] ?? []).map((line) => <div key={line} className="muted">{line}</div>)}
          </>
        ),
      }))}
    />
  );
}
