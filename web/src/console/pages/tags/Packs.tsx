import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { App, Button, Card, Collapse, Drawer, Flex, Popconfirm, Skeleton, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Side, sideOf } from "./document";

type Pack = Schemas["PackOut"];

/** The packs of tags: what each brings, which are used, and taking one over. */
export function Packs({ brand, open, onClose }: { brand: string; open: boolean; onClose: () => void }) {
  const { t, i18n } = useTranslation("tags");
  const { message } = App.useApp();
  const packs = api.useQuery("get", "/v1/brands/{brand}/packs", { params: { path: { brand } } }, { enabled: open });
  const install = api.useMutation("put", "/v1/brands/{brand}/packs/{pack}", {
    onSuccess: (answer) => {
      void message.success(t("packTaken", { count: answer.changed_tags }));
      void queries.invalidateQueries();
    },
  });
  const side = sideOf(i18n.language);
  const take = (pack: Pack) => {
    install.mutate({ params: { path: { brand, pack: pack.code }, header: { "If-Match": `"${String(pack.version)}"` } } });
  };
  return (
    <Drawer open={open} onClose={onClose} size="large" title={t("packs")}>
      <Flex vertical gap="middle">
        <Typography.Text type="secondary">{t("packsHint")}</Typography.Text>
        {packs.error !== null && <Refused error={packs.error} onRetry={() => void packs.refetch()} />}
        {install.error !== null && <Refused error={install.error} />}
        {packs.isPending && <Skeleton active />}
        {(packs.data?.items ?? []).map((pack) => (
          <PackCard key={pack.code} pack={pack} side={side} isTaking={install.isPending} onTake={() => { take(pack); }} />
        ))}
      </Flex>
    </Drawer>
  );
}

function PackCard({ pack, side, isTaking, onTake }: { pack: Pack; side: Side; isTaking: boolean; onTake: () => void }) {
  const { t } = useTranslation("tags");
  const may = useMay();
  const allowed = may("tags.write") && pack.is_shipped;
  const state = pack.is_used ? (pack.version === 0 ? t("usedAsShipped") : t("usedVersion", { version: pack.version })) : t("notUsed");
  return (
    <Card
      size="small"
      title={<>{pack.names[side]} <code>{pack.code}</code></>}
      extra={(
        <Popconfirm title={t("packAsk")} description={t("packMeans")} okText={t("packTake")} onConfirm={onTake} disabled={!allowed}>
          <Button size="small" disabled={!allowed} loading={isTaking} title={may("tags.write") ? undefined : t("writeNeeded")}>{pack.is_used ? t("packAgain") : t("packTake")}</Button>
        </Popconfirm>
      )}
    >
      <Flex vertical gap="small">
        <span><Tag color={pack.is_used ? "success" : "default"}>{state}</Tag>{pack.installed_at !== null && <Typography.Text type="secondary">{instant(pack.installed_at)} <Actor id={pack.installed_by} nobody="" /></Typography.Text>}</span>
        <Collapse
          size="small"
          items={[{
            key: "tags",
            label: t("packTags", { count: pack.tags.length }),
            children: <ul className="plain">{pack.tags.map((tag) => <li key={tag.code}>{tag.names[side]} <span className="muted">{tag.meaning[side]}</span></li>)}</ul>,
          }]}
        />
      </Flex>
    </Card>
  );
}
