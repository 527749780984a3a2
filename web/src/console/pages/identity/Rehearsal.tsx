import { Memberships } from "@console/parts/people/Memberships";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { Alert, Flex, Skeleton, Typography } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

export type Wished = Schemas["MergeWished"] | Schemas["AcceptWished"] | Schemas["SplitWished"] | Schemas["UndoWished"];
type Side = Schemas["SideOut"];

/** What a decision would do, worked out by the server on the data of this moment. */
export function Rehearsal({ wished }: { wished: Wished }) {
  const { t } = useTranslation("identity");
  const rehearsal = api.useMutation("post", "/v1/identity/rehearsals");
  const { mutate } = rehearsal;
  const asked = JSON.stringify(wished);
  useEffect(() => {
    mutate({ body: JSON.parse(asked) as Wished });
  }, [asked, mutate]);
  if (rehearsal.error !== null) return <Refused error={rehearsal.error} onRetry={() => { mutate({ body: wished }); }} />;
  if (rehearsal.data === undefined) return <Skeleton active aria-label={t("rehearsal.running")} />;
  const { before, after, conflicts, changed, left } = rehearsal.data;
  return (
    <Flex vertical gap="small">
      {conflicts.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t("rehearsal.conflicts")}
          description={<ul className="plain">{conflicts.map((one) => <li key={one}>{t(`rehearsal.conflictNames.${one}`)}</li>)}</ul>}
        />
      )}
      {!changed && <Alert type="info" showIcon title={t("rehearsal.unchanged")} />}
      <Standing title={t("rehearsal.now")} side={before} />
      {changed && <Standing title={t("rehearsal.then")} side={after} />}
      {left > 0 && <Alert type="warning" showIcon title={t("rehearsal.left", { count: left })} />}
      <Typography.Text type="secondary">{t("rehearsal.hint")}</Typography.Text>
    </Flex>
  );
}

function Standing({ title, side }: { title: string; side: Side }) {
  const { t } = useTranslation("identity");
  return (
    <section aria-label={title}>
      <Typography.Text strong>{title}</Typography.Text>{" "}
      <Typography.Text type="secondary">{t("rehearsal.persons", { count: side.person_ids.length })}</Typography.Text>
      <Memberships label={title} rows={side.memberships} empty={t("personPage.membershipsNone")} />
    </section>
  );
}
