import { useAddress } from "@console/brand";
import { useKey } from "@console/keyboard";
import { BY_CURSOR } from "@console/parts/DataTable";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { SaidOf } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, App, Button, Flex, Skeleton, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { Decision, type Word } from "./Decision";
import { afterDeciding, neighbour, type Review as ReviewShown } from "./deciding";
import { SideBySide } from "./SideBySide";

/** One review: both persons beside each other, and the decision with what it would do. */
export default function Review() {
  const { t } = useTranslation("identity");
  const { reviewId = "" } = useParams();
  const at = useAddress();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const [word, setWord] = useState<Word | null>(null);
  const found = api.useQuery("get", "/v1/identity/reviews/{review_id}", { params: { path: { review_id: reviewId } } });
  const waiting = api.useInfiniteQuery("get", "/v1/identity/reviews", { params: { query: { limit: 50, state: "open", waiting: "now" } } }, BY_CURSOR);
  const queue = waiting.data?.pages.flatMap((page) => page.items) ?? [];
  const go = (to: string | null) => {
    if (to === null) void message.info(t("review.last"));
    else void navigate(at(`identity/reviews/${to}`));
  };
  useKey("j", () => { go(neighbour(queue, reviewId, 1)); });
  useKey("k", () => { go(neighbour(queue, reviewId, -1)); });
  const open = found.data?.state === "open";
  const isFree = word === null && open;
  useKey("a", () => { if (isFree) setWord("accept"); });
  useKey("r", () => { if (isFree) setWord("reject"); });
  useKey("p", () => { if (isFree) setWord("postpone"); });
  const decided = () => {
    const next = afterDeciding(queue, reviewId);
    setWord(null);
    void message.success(next === null ? t("review.done") : t("review.doneNext"));
    void waiting.refetch();
    if (next === null) void navigate(at("identity/reviews"));
    else void navigate(at(`identity/reviews/${next}`));
  };
  return (
    <Page
      title={t("review.title")}
      hint={t("review.keys")}
      actions={(
        <>
          <Button onClick={() => { go(neighbour(queue, reviewId, -1)); }}>{t("review.previous")} <kbd>K</kbd></Button>
          <Button onClick={() => { go(neighbour(queue, reviewId, 1)); }}>{t("review.next")} <kbd>J</kbd></Button>
          <Words disabled={!open} onChoose={setWord} />
        </>
      )}
    >
      {found.error !== null && <Refused error={found.error} onRetry={() => void found.refetch()} />}
      {found.data !== undefined && <><Head review={found.data} /><Both review={found.data} /></>}
      {found.isPending && <Skeleton active />}
      {found.data !== undefined && word !== null && <Decision key={word} review={found.data} word={word} onDone={decided} onClose={() => { setWord(null); }} />}
    </Page>
  );
}

function Words({ disabled, onChoose }: { disabled: boolean; onChoose: (word: Word) => void }) {
  const { t } = useTranslation("identity");
  const may = useMay()("identity.write");
  const hint = may ? undefined : t("writeNeeded");
  const off = disabled || !may;
  return (
    <>
      <Button disabled={off} title={hint} onClick={() => { onChoose("postpone"); }}>{t("review.postpone")} <kbd>P</kbd></Button>
      <Button disabled={off} title={hint} onClick={() => { onChoose("reject"); }}>{t("review.reject")} <kbd>R</kbd></Button>
      <Button type="primary" disabled={off} title={hint} onClick={() => { onChoose("accept"); }}>{t("review.accept")} <kbd>A</kbd></Button>
    </>
  );
}

function Head({ review }: { review: ReviewShown }) {
  const { t } = useTranslation("identity");
  return (
    <Flex vertical gap="small">
      <Flex gap="small" align="center" wrap>
        <Tag>{t(`review.states.${review.state}`)}</Tag>
        <Typography.Text strong>{t(`review.rules.${review.rule}`)}</Typography.Text>
        <Typography.Text type="secondary">{t(`review.ruleHints.${review.rule}`)}</Typography.Text>
      </Flex>
      {review.state === "moot" && <Alert type="info" showIcon title={t("review.mootHint")} />}
      {review.actor !== null && review.decided_at !== null && (
        <Alert type="info" showIcon title={<SaidOf id={review.actor} says={(by) => t("review.decided", { by, at: instant(review.decided_at), reason: review.reason })} />} />
      )}
      {review.state === "open" && review.postponed_until !== null && (
        <Alert type="info" showIcon title={<SaidOf id={review.postponed_by} says={(by) => t("review.postponed", { by, at: instant(review.postponed_until), reason: review.postponed_reason })} />} />
      )}
    </Flex>
  );
}

function Both({ review }: { review: ReviewShown }) {
  const asked = { params: { query: { one: review.person_id, other: review.other_person_id } } };
  const comparison = api.useQuery("get", "/v1/identity/comparison", asked);
  if (comparison.error !== null) return <Refused error={comparison.error} onRetry={() => void comparison.refetch()} />;
  return comparison.data === undefined ? <Skeleton active /> : <SideBySide comparison={comparison.data} />;
}
