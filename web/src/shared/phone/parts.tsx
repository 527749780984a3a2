import { Button, ErrorBlock, SpinLoading } from "antd-mobile";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Refusal } from "../api/refusal";
import { useRefusalText } from "../refusalText";

/** A part of a page on its own ground. */
export function Panel({ title, className, children }: { title?: string; className?: string; children: ReactNode }) {
  return (
    <section className={["panel", className].filter(Boolean).join(" ")}>
      {title !== undefined && <h2>{title}</h2>}
      {children}
    </section>
  );
}

/** Something is on its way. */
export function Waiting() {
  const { t } = useTranslation("phone");
  return (
    <div role="status" aria-busy="true" aria-label={t("waiting")} className="row">
      <SpinLoading color="primary" />
    </div>
  );
}

/** Says why something was refused, and lets it be tried again. */
export function RefusedBlock({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation("phone");
  const say = useRefusalText();
  const refusal = error instanceof Refusal ? error : new Refusal(500, {});
  return (
    <div role="alert">
      <ErrorBlock status={refusal.status === 0 ? "disconnected" : "default"} title={t("refused")} description={say(refusal)}>
        {onRetry !== undefined && <Button color="primary" onClick={onRetry}>{t("retry")}</Button>}
      </ErrorBlock>
    </div>
  );
}

/** What a query answers: waiting, refused, or there. */
export function Answered<Data>({
  query,
  children,
}: {
  query: { data: Data | undefined; error: unknown; refetch: () => unknown };
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null) return <RefusedBlock error={query.error} onRetry={() => void query.refetch()} />;
  return <Waiting />;
}

/** An empty list: what it is for. */
export function Nothing({ title, hint }: { title: string; hint: string }) {
  return <ErrorBlock status="empty" title={title} description={hint} />;
}
