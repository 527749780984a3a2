import { hasName } from "./actors/naming";
import { useActors } from "./actors/useActors";
import { Refusal, isForbidden } from "@shared/api/refusal";
import { useRefusalText } from "@shared/refusalText";
import { Alert, Button, Flex } from "antd";
import { useTranslation } from "react-i18next";

/** Says why something was refused, what to do about it, and lets it be tried again. */
export function Refused({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t, i18n } = useTranslation("common");
  const say = useRefusalText();
  const refusal = useNamed(error instanceof Refusal ? error : new Refusal(500, {}));
  const fields = refusal.errors.length > 0 && (
    <ul>
      {refusal.errors.map((one) => (
        <li key={one.at}><code>{one.at}</code> {i18n.language === "zh-CN" ? (one.reason_zh ?? one.reason) : one.reason}{one.fits ? ` (${one.fits})` : ""}</li>
      ))}
    </ul>
  );
  const traced = refusal.status >= 500 && refusal.requestId !== null && (
    <span className="muted">{t("requestId", { id: refusal.requestId })}</span>
  );
  return (
    <Alert
      role="alert"
      showIcon
      type={isForbidden(error) ? "warning" : "error"}
      title={say(refusal)}
      description={fields || traced ? <Flex vertical>{fields}{traced}</Flex> : undefined}
      action={onRetry && <Button size="small" onClick={onRetry}>{t("retry")}</Button>}
    />
  );
}

/** Returns a refusal that names whoever it tells of. */
function useNamed(refusal: Refusal): Refusal {
  const actors = Object.values(refusal.facts).filter((one): one is string => typeof one === "string" && hasName(one));
  const nameOf = useActors(actors);
  if (actors.length === 0) return refusal;
  const facts = Object.entries(refusal.facts).map(([name, value]) => [name, actors.includes(String(value)) ? nameOf(String(value)) : value]);
  return Object.assign(Object.create(refusal) as Refusal, { facts: Object.fromEntries(facts) as Refusal["facts"] });
}
