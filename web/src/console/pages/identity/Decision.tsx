import { AskReason } from "@console/parts/people/AskReason";
import { api, newKey, queries } from "@shared/api/client";
import { DatePicker, Form, Typography } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Review } from "./deciding";
import { Rehearsal } from "./Rehearsal";

export type Word = "accept" | "reject" | "postpone";

const POSTPONED_DAYS = 3;
const WIDE = 960;

interface Props {
  review: Review;
  word: Word;
  onDone: () => void;
  onClose: () => void;
}

/** The decision on a review: what it would do, and why it is taken. */
export function Decision({ review, word, onDone, onClose }: Props) {
  const { t } = useTranslation("identity");
  const [key] = useState(newKey);
  const [until, setUntil] = useState(() => dayjs().add(POSTPONED_DAYS, "day").startOf("day"));
  const done = () => {
    void queries.invalidateQueries();
    onDone();
  };
  const accept = api.useMutation("post", "/v1/identity/reviews/{review_id}/accept", { onSuccess: done });
  const reject = api.useMutation("post", "/v1/identity/reviews/{review_id}/reject", { onSuccess: done });
  const postpone = api.useMutation("post", "/v1/identity/reviews/{review_id}/postpone", { onSuccess: done });
  const params = { path: { review_id: review.id }, header: { "Idempotency-Key": key } };
  const current = { accept, reject, postpone }[word];
  const decide = (reason: string) => {
    if (word === "accept") accept.mutate({ params, body: { reason } });
    else if (word === "reject") reject.mutate({ params, body: { reason } });
    else postpone.mutate({ params, body: { reason, until: until.toISOString() } });
  };
  return (
    <AskReason
      title={t(`review.${word}Title`)}
      confirm={t(`review.${word}`)}
      danger={word === "accept"}
      width={word === "accept" ? WIDE : undefined}
      busy={current.isPending}
      error={current.error}
      onConfirm={decide}
      onClose={onClose}
    >
      {word === "accept" && <><Typography.Text>{t("review.acceptHint")}</Typography.Text><Rehearsal wished={{ decision: "accept", review_id: review.id }} /></>}
      {word === "reject" && <Typography.Text>{t("review.rejectHint")}</Typography.Text>}
      {word === "postpone" && (
        <Form.Item label={t("review.postponeUntil")}>
          <DatePicker
            aria-label={t("review.postponeUntil")}
            value={until}
            allowClear={false}
            disabledDate={(one) => one.isBefore(dayjs().add(1, "day").startOf("day"))}
            onChange={(one) => { if (one !== null) setUntil(one.startOf("day")); }}
          />
        </Form.Item>
      )}
    </AskReason>
  );
}
