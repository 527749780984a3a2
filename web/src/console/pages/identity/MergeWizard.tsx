import { useAddress } from "@console/brand";
import { AskReason } from "@console/parts/people/AskReason";
import { FindCustomer } from "@console/parts/people/FindCustomer";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { api, newKey, queries } from "@shared/api/client";
import { Alert, Button, Card, Col, Flex, Result, Row, Skeleton, Steps, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { Rehearsal } from "./Rehearsal";
import { SideBySide } from "./SideBySide";

type Role = "target" | "source";

/** Makes one person of two customers: who stays, who joins, what it does, and why. */
export default function MergeWizard() {
  const { t } = useTranslation("identity");
  const at = useAddress();
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams();
  const [merged, setMerged] = useState<string | null>(null);
  const target = usePersonOf(query.get("target"));
  const source = usePersonOf(query.get("source"));
  const choose = (role: Role, customerId: string | null) => {
    setQuery((before) => {
      if (customerId === null) before.delete(role);
      else before.set(role, customerId);
      return before;
    });
  };
  const swap = () => {
    setQuery((before) => new URLSearchParams({ target: before.get("source") ?? "", source: before.get("target") ?? "" }));
  };
  if (merged !== null) {
    return (
      <Page title={t("merge")}>
        <Result
          status="success"
          title={t("wizard.done")}
          subTitle={t("wizard.doneHint")}
          extra={[
            <Button key="open" type="primary" onClick={() => void navigate(at(`identity/persons/${merged}`))}>{t("wizard.openPerson")}</Button>,
            <Button key="again" onClick={() => { setMerged(null); setQuery({}); }}>{t("wizard.again")}</Button>,
          ]}
        />
      </Page>
    );
  }
  const step = query.get("target") === null ? 0 : query.get("source") === null ? 1 : 2;
  return (
    <Page title={t("merge")} hint={t("mergeHint")} actions={step === 2 && <Button onClick={swap}>{t("wizard.swap")}</Button>}>
      <Steps size="small" current={step} items={(["target", "source", "check"] as const).map((one) => ({ title: t(`wizard.steps.${one}`) }))} />
      <Row gutter={[16, 16]}>
        {([["target", target, "keep"], ["source", source, "join"]] as const).map(([role, person, hint]) => (
          <Col key={role} xs={24} xl={12}>
            <Card title={t(`wizard.${role}`)} extra={query.get(role) !== null && <Button size="small" onClick={() => { choose(role, null); }}>{t("wizard.change")}</Button>}>
              {query.get(role) === null ? (
                <Flex vertical gap="small">
                  <Typography.Text type="secondary">{t(`wizard.${hint}`)}</Typography.Text>
                  <FindCustomer onPick={(customerId) => { choose(role, customerId); }} />
                </Flex>
              ) : <Chosen person={person} />}
            </Card>
          </Col>
        ))}
      </Row>
      {target.data !== undefined && source.data !== undefined && (
        <Check target={target.data.person_id} source={source.data.person_id} onMerged={setMerged} />
      )}
    </Page>
  );
}

function usePersonOf(customerId: string | null) {
  return api.useQuery("get", "/v1/customers/{customer_id}", { params: { path: { customer_id: customerId ?? "" } } }, { enabled: customerId !== null && customerId !== "" });
}

function Chosen({ person }: { person: ReturnType<typeof usePersonOf> }) {
  const at = useAddress();
  if (person.error !== null) return <Refused error={person.error} onRetry={() => void person.refetch()} />;
  if (person.data === undefined) return <Skeleton active title={false} />;
  return (
    <Flex gap="small" wrap>
      <Link to={at(`customers/${person.data.id}`)}>{person.data.name ?? person.data.id}</Link>
      <Typography.Text type="secondary">{person.data.identifiers.map((one) => one.masked).join(", ")}</Typography.Text>
    </Flex>
  );
}

function Check({ target, source, onMerged }: { target: string; source: string; onMerged: (personId: string) => void }) {
  const { t } = useTranslation("identity");
  const [key, setKey] = useState<string | null>(null);
  const comparison = api.useQuery("get", "/v1/identity/comparison", { params: { query: { one: target, other: source } } }, { enabled: target !== source });
  const merge = api.useMutation("post", "/v1/identity/merges", {
    onSuccess: () => { void queries.invalidateQueries(); onMerged(target); },
  });
  if (target === source) return <Alert type="info" showIcon title={t("wizard.same")} />;
  return (
    <>
      <Card title={t("rehearsal.title")} extra={<Button type="primary" onClick={() => { setKey(newKey()); }}>{t("wizard.confirm")}</Button>}>
        <Rehearsal wished={{ decision: "merge", source_id: source, target_id: target }} />
      </Card>
      {comparison.error !== null && <Refused error={comparison.error} onRetry={() => void comparison.refetch()} />}
      {comparison.data === undefined ? <Skeleton active /> : <SideBySide comparison={comparison.data} />}
      {key !== null && (
        <AskReason
          title={t("wizard.confirm")}
          confirm={t("wizard.confirm")}
          danger
          busy={merge.isPending}
          error={merge.error}
          onConfirm={(reason) => { merge.mutate({ params: { header: { "Idempotency-Key": key } }, body: { source_id: source, target_id: target, reason } }); }}
          onClose={() => { setKey(null); merge.reset(); }}
        >
          <Typography.Text>{t("review.acceptHint")}</Typography.Text>
        </AskReason>
      )}
    </>
  );
}
