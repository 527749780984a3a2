import { useAddress } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { Identifiers } from "@console/parts/people/Identifiers";
import { Memberships } from "@console/parts/people/Memberships";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { day, instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Card, Flex, Skeleton, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { EvidenceTable } from "./EvidenceTable";
import { Graph } from "./Graph";
import { JournalTable } from "./JournalTable";
import { TakeOut } from "./TakeOut";

/** A person over every brand: identifiers, why they are one, what was done and decided. */
export default function Person() {
  const { t } = useTranslation("identity");
  const { personId = "" } = useParams();
  const at = useAddress();
  const navigate = useNavigate();
  const may = useMay()("identity.write");
  const found = api.useQuery("get", "/v1/identity/persons/{person_id}", { params: { path: { person_id: personId } } });
  const person = found.data;
  const living = person?.state === "living";
  const customer = person?.memberships[0]?.customer_id;
  return (
    <Page
      title={t("personPage.title", { id: personId })}
      hint={person === undefined ? undefined : t("personPage.since", { at: day(person.recorded_at) })}
      actions={(
        <Button
          disabled={!may || !living || customer === undefined}
          title={may ? undefined : t("writeNeeded")}
          onClick={() => void navigate(at(`identity/merge?target=${customer ?? ""}`))}
        >
          {t("personPage.mergeWith")}
        </Button>
      )}
    >
      {found.error !== null && <Refused error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <Skeleton active />}
      {person?.state === "merged" && (
        <Alert type="info" showIcon title={t("personPage.merged")} action={<Link to={at(`identity/persons/${person.merged_into ?? ""}`)}>{t("personPage.openTarget")}</Link>} />
      )}
      {person?.state === "erased" && <Alert type="warning" showIcon title={t("personPage.erased")} />}
      {person !== undefined && living && (
        <>
          <Card title={t("personPage.memberships")}>
            <Memberships label={t("personPage.memberships")} rows={person.memberships} empty={t("personPage.membershipsNone")} />
          </Card>
          <Card title={t("personPage.identifiers")}>
            <Identifiers
              label={t("personPage.identifiers")}
              rows={person.identifiers}
              empty={t("personPage.identifiersNone")}
              action={(one) => <TakeOut identifierId={one.id} masked={one.masked} disabled={one.standing === "blocked"} />}
            />
          </Card>
          <Reasons personId={personId} />
          <Reviews personId={personId} />
        </>
      )}
      {person !== undefined && (
        <Card title={t("personPage.journal")}>
          <JournalTable filter={{ person_id: personId }} empty={<Empty title={t("personPage.journalNone")} />} />
        </Card>
      )}
    </Page>
  );
}

function Reasons({ personId }: { personId: string }) {
  const { t } = useTranslation("identity");
  const evidence = api.useQuery("get", "/v1/identity/persons/{person_id}/evidence", { params: { path: { person_id: personId } } });
  const several = (evidence.data?.identifiers.length ?? 0) > 1;
  return (
    <Card title={t("personPage.why")} extra={<Typography.Text type="secondary">{several ? t("personPage.whyHint") : undefined}</Typography.Text>}>
      {evidence.error !== null && <Refused error={evidence.error} onRetry={() => void evidence.refetch()} />}
      {evidence.isPending && <Skeleton active />}
      {evidence.data !== undefined && evidence.data.is_whole && !several && <Typography.Text type="secondary">{t("personPage.alone")}</Typography.Text>}
      {evidence.data !== undefined && (several || !evidence.data.is_whole) && (
        <Flex vertical gap="middle">
          {several && <Graph evidence={evidence.data} personId={personId} />}
          <EvidenceTable evidence={evidence.data} />
        </Flex>
      )}
    </Card>
  );
}

function Reviews({ personId }: { personId: string }) {
  const { t } = useTranslation("identity");
  const at = useAddress();
  const reviews = api.useQuery("get", "/v1/identity/persons/{person_id}/reviews", { params: { path: { person_id: personId } } });
  return (
    <Card title={t("personPage.reviews")}>
      {reviews.error !== null && <Refused error={reviews.error} onRetry={() => void reviews.refetch()} />}
      {reviews.isPending && <Skeleton active title={false} />}
      {reviews.data?.items.length === 0 && <Empty title={t("personPage.reviewsNone")} />}
      {reviews.data?.items.map((one) => (
        <Flex key={one.id} gap="small" align="center" wrap>
          <Tag>{t(`review.states.${one.state}`)}</Tag>
          <Link to={at(`identity/reviews/${one.id}`)}>{t(`review.rules.${one.rule}`)}</Link>
          <Typography.Text type="secondary">{instant(one.opened_at)}</Typography.Text>
        </Flex>
      ))}
    </Card>
  );
}
