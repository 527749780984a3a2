import { useAddress } from "@console/brand";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { Why } from "@console/parts/Why";
import { api } from "@shared/api/client";
import { count, instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Card, Col, Flex, Row, Skeleton, Statistic, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Kinds, MostLinked } from "./Linked";
import { Sections } from "./Sections";
import { MergeCounts, ReviewCounts, Sizes } from "./Soundness";
import { Suggest } from "./Suggest";

/** How many persons there are, how far they can be relied on, and what glues strangers together. */
export default function Overview() {
  const { t } = useTranslation("identity");
  const at = useAddress();
  const navigate = useNavigate();
  const may = useMay()("identity.write");
  const stats = api.useQuery("get", "/v1/identity/stats");
  const soundness = api.useQuery("get", "/v1/identity/soundness");
  const hint = may ? undefined : t("writeNeeded");
  const figures = stats.data === undefined ? [] : [
    { name: t("overview.persons"), value: stats.data.persons, why: t("overview.personsWhy") },
    { name: t("overview.waiting"), value: stats.data.reviews_open, why: t("overview.waitingWhy"), to: at("identity/reviews") },
    { name: t("overview.merges"), value: stats.data.merges, why: t("overview.mergesWhy"), to: at("identity/history") },
    { name: t("overview.carvings"), value: stats.data.carvings, why: t("overview.carvingsWhy") },
    { name: t("overview.erased"), value: stats.data.erased, why: t("overview.erasedWhy") },
  ];
  return (
    <Page
      title={t("title")}
      hint={t("hint")}
      actions={(
        <>
          <Suggest />
          <Button disabled={!may} title={hint} onClick={() => void navigate(at("identity/merge"))}>{t("merge")}</Button>
          <Button type="primary" onClick={() => void navigate(at("identity/reviews"))}>{t("queue")}</Button>
        </>
      )}
    >
      <Sections current="identity" />
      {stats.error !== null && <Refused error={stats.error} onRetry={() => void stats.refetch()} />}
      {stats.isPending && <Skeleton active />}
      <Row gutter={[16, 16]}>
        {figures.map((one) => (
          <Col key={one.name} xs={12} md={8} xl={4}>
            <Card size="small">
              <Statistic
                title={<Flex gap="small">{one.name}<Why explanation={one.why} /></Flex>}
                valueRender={() => (one.to === undefined ? <span>{count(one.value)}</span> : <Link to={one.to}>{count(one.value)}</Link>)}
              />
            </Card>
          </Col>
        ))}
      </Row>
      {soundness.data?.oldest_open_at && <Typography.Text type="secondary">{t("overview.oldest", { at: instant(soundness.data.oldest_open_at) })}</Typography.Text>}
      {stats.data !== undefined && <MostLinked rows={stats.data.most_linked} />}
      {soundness.error !== null && <Refused error={soundness.error} onRetry={() => void soundness.refetch()} />}
      {soundness.data !== undefined && (
        <Row gutter={[16, 16]}>
          <Col xs={24} xl={8}><Sizes rows={soundness.data.sizes} /></Col>
          <Col xs={24} xl={16}>
            <Flex vertical gap="middle">
              <MergeCounts rows={soundness.data.merges} />
              <ReviewCounts rows={soundness.data.reviews} />
            </Flex>
          </Col>
        </Row>
      )}
      {stats.data !== undefined && <Kinds counts={stats.data.identifiers} />}
    </Page>
  );
}
