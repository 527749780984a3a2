import { BY_CURSOR } from "@shared/api/byCursor";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { Answered, Nothing, Panel } from "@shared/phone/parts";
import { useNamed } from "@shared/phone/useNamed";
import { InfiniteScroll, List, SearchBar } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";

type Customer = Schemas["CustomerRowOut"];

/** The customers whom the guide serves, and a box that finds one of them. */
export default function Mine() {
  const { t } = useTranslation("guide");
  const navigate = useNavigate();
  const wanted = typedIn(useLocation().state);
  // Beside the address and not in it: what is typed may be a phone number, and a shop shares its phone.
  const find = (text: string) => void navigate("/", { state: text === "" ? null : { find: text } });
  return (
    <>
      <Panel>
        <h1>{t("mine")}</h1>
        <Box key={wanted} wanted={wanted} onFind={find} />
      </Panel>
      {wanted === "" ? <Everybody /> : <Found text={wanted} />}
    </>
  );
}

function Box({ wanted, onFind }: { wanted: string; onFind: (text: string) => void }) {
  const { t } = useTranslation("guide");
  const [typed, setTyped] = useState(wanted);
  return (
    <SearchBar
      value={typed}
      placeholder={t("findHint")}
      onChange={setTyped}
      onSearch={(text) => { onFind(text.trim()); }}
      onClear={() => { onFind(""); }}
    />
  );
}

/** Reads what was typed into the box, which the browser keeps beside the address. */
function typedIn(state: unknown): string {
  if (typeof state !== "object" || state === null || !("find" in state)) return "";
  return typeof state.find === "string" ? state.find : "";
}

function Everybody() {
  const { t } = useTranslation("guide");
  const mine = api.useInfiniteQuery("get", "/v1/guide/customers", { params: { query: { limit: 50 } } }, BY_CURSOR);
  return (
    <Answered query={mine}>
      {(data) => {
        const rows = data.pages.flatMap((page) => page.items);
        if (rows.length === 0) return <Nothing title={t("nobody")} hint={t("nobodyHint")} />;
        return (
          <>
            <Rows rows={rows} label={t("mine")} />
            <InfiniteScroll hasMore={mine.hasNextPage} loadMore={async () => { await mine.fetchNextPage(); }} />
          </>
        );
      }}
    </Answered>
  );
}

function Found({ text }: { text: string }) {
  const { t } = useTranslation("guide");
  const found = api.useQuery("post", "/v1/guide/customers/lookup", { body: { text } });
  return (
    <Answered query={found}>
      {({ items, has_more: more }) =>
        items.length === 0 ? (
          <Nothing title={t("notFound")} hint={t("notFoundHint")} />
        ) : (
          <>
            <Rows rows={items} label={t("found")} />
            {more && <p className="weak">{t("moreFound")}</p>}
          </>
        )
      }
    </Answered>
  );
}

function Rows({ rows, label }: { rows: readonly Customer[]; label: string }) {
  const { t } = useTranslation("guide");
  const named = useNamed();
  const navigate = useNavigate();
  return (
    <section aria-label={label}>
      <List>
        {rows.map((row) => (
          <List.Item
            key={row.id}
            description={[row.phone, row.city].filter(Boolean).join(" · ")}
            extra={row.tier === null ? undefined : named(row.tier)}
            onClick={() => void navigate(`/customers/${row.id}`)}
          >
            {row.name ?? t("nameless")}
          </List.Item>
        ))}
      </List>
    </section>
  );
}
