import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { Collapse, Skeleton, Timeline, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Side, documentOf } from "./document";

/** The definitions that a tag had, the latest first. */
export function TagVersions({ brand, tag, side }: { brand: string; tag: string; side: Side }) {
  const { t } = useTranslation("tags");
  const versions = api.useQuery("get", "/v1/brands/{brand}/tags/{tag}/versions", { params: { path: { brand, tag } } });
  if (versions.error !== null) return <Refused error={versions.error} onRetry={() => void versions.refetch()} />;
  if (versions.data === undefined) return <Skeleton active />;
  return (
    <Timeline
      items={versions.data.items.map((one) => ({
        key: one.version,
        content: (
          <>
            <Typography.Text strong>{one.version === 0 ? t("shipped") : t("versionNumber", { version: one.version })}</Typography.Text>{" "}
            {one.changed_at !== null && <Typography.Text type="secondary">{instant(one.changed_at)} <Actor id={one.changed_by} nobody="" /></Typography.Text>}
            <div>{documentOf(one).meaning[side]}</div>
            <Collapse size="small" ghost items={[{ key: "document", label: t("asDocument"), children: <pre className="document">{JSON.stringify(one.document, null, 2)}</pre> }]} />
          </>
        ),
      }))}
    />
  );
}
