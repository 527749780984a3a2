import type { Schemas } from "@shared/api/client";
import { count } from "@shared/format";
import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

type Entry = Schemas["EntryOut"];
type Change = Entry["changes"][number];

const TOLD_MAX = 2;
const HIDDEN = "[hidden]";

/** Says a place of a document and a value of it in words, as far as words are known. */
function useChangeWords() {
  const { t, i18n } = useTranslation("audit");
  const place = (path: string) =>
    path.split(".").map((part) => (i18n.exists(`fields.${part}`, { ns: "audit" }) ? t(`fields.${part}` as "title") : part)).join(" › ");
  const value = (given: unknown): string => {
    if (given === null || given === undefined) return t("nothing");
    if (given === HIDDEN) return t("hidden");
    if (typeof given === "boolean") return t(given ? "yes" : "no");
    if (typeof given === "number") return count(given);
    if (typeof given === "string") return i18n.exists(`values.${given}`, { ns: "audit" }) ? t(`values.${given}` as "title") : given;
    if (Array.isArray(given)) return given.length === 0 ? t("nothing") : given.map(value).join(t("separator"));
    return JSON.stringify(given);
  };
  return { place, value };
}

/** What an entry did, in a line: its reason and its first changes. */
export function Says({ entry }: { entry: Entry }) {
  const { t } = useTranslation("audit");
  const words = useChangeWords();
  const more = entry.changes.length - TOLD_MAX;
  return (
    <Flex vertical>
      {entry.reason !== null && <span>{t("because", { reason: words.value(entry.reason) })}</span>}
      {entry.changes.slice(0, TOLD_MAX).map((change) => <OneLine key={change.path} change={change} />)}
      {more > 0 && <Typography.Text type="secondary">{t("more", { count: more })}</Typography.Text>}
    </Flex>
  );
}

function OneLine({ change }: { change: Change }) {
  const { t } = useTranslation("audit");
  const words = useChangeWords();
  const [name, before, after] = [words.place(change.path), words.value(change.before), words.value(change.after)];
  if (change.before === null) return <span className="audit-line">{t("set", { name, after })}</span>;
  if (change.after === null) return <span className="audit-line">{t("removed", { name, before })}</span>;
  return <span className="audit-line">{t("changed", { name, before, after })}</span>;
}

/** Every change of an entry: the place, what stood there, and what stands there now. */
export function Changes({ entry }: { entry: Entry }) {
  const { t } = useTranslation("audit");
  const words = useChangeWords();
  return (
    <table className="audit-changes">
      <caption className="visually-hidden">{t("changes")}</caption>
      <thead>
        <tr><th scope="col">{t("place")}</th><th scope="col">{t("before")}</th><th scope="col">{t("after")}</th></tr>
      </thead>
      <tbody>
        {entry.changes.map((change) => (
          <tr key={change.path}>
            <th scope="row">{words.place(change.path)}</th>
            <td>{change.before === null ? <Typography.Text type="secondary">{t("nothing")}</Typography.Text> : <del>{words.value(change.before)}</del>}</td>
            <td>{change.after === null ? <Typography.Text type="secondary">{t("nothing")}</Typography.Text> : <ins>{words.value(change.after)}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
