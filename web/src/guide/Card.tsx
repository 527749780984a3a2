import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, day, money } from "@shared/format";
import { useRefusalText } from "@shared/refusalText";
import { Refusal } from "@shared/api/refusal";
import { Answered, Panel } from "@shared/phone/parts";
import { useNamed } from "@shared/phone/useNamed";
import { Button, Dialog, Toast } from "antd-mobile";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";

type CardData = Schemas["GuideCardOut"];

/** One customer as the guide who serves them reads the card. */
export default function Card() {
  const { t } = useTranslation("guide");
  const { customerId = "" } = useParams();
  const navigate = useNavigate();
  const card = api.useQuery("get", "/v1/guide/customers/{customer_id}", {
    params: { path: { customer_id: customerId } },
  });
  return (
    <>
      <p><Button size="small" fill="none" onClick={() => void navigate("/")}>{`\u2039 ${t("back")}`}</Button></p>
      <Answered query={card}>{(data) => <Shown card={data} />}</Answered>
    </>
  );
}

function Shown({ card }: { card: CardData }) {
  const { t } = useTranslation("guide");
  return (
    <>
      <Head card={card} />
      <Likes card={card} />
      {card.notes.length > 0 && <Notes card={card} />}
      <Bought card={card} />
      <p className="weak">{t("maskedHint")}</p>
    </>
  );
}

function Head({ card }: { card: CardData }) {
  const { t } = useTranslation("guide");
  const named = useNamed();
  return (
    <Panel className="member-card">
      <div className="row">
        <h1>{card.name ?? t("nameless")}</h1>
        {card.tier !== null && <span>{named(card.tier)}</span>}
      </div>
      <p className="weak">
        {[card.phone, card.city, card.enrolled_at && t("since", { day: day(card.enrolled_at) })].filter(Boolean).join(" · ")}
      </p>
      <div className="row">
        <span>{t("points", { points: count(card.points) })}</span>
        {card.tier?.next_name && (
          <span className="weak">
            {t("toNext", { growth: count(card.tier.growth_missing), tier: named(card.tier.next_name) })}
          </span>
        )}
      </div>
      <Dial card={card} />
    </Panel>
  );
}

/** Calls the customer by the telephony bridge; the number never reaches the phone. */
function Dial({ card }: { card: CardData }) {
  const { t } = useTranslation("guide");
  const say = useRefusalText();
  const dial = api.useMutation("post", "/v1/guide/customers/{customer_id}/dials", {
    onSuccess: (done) => { Toast.show({ icon: "success", content: t(`dialled.${done.state}`, { phone: done.masked }) }); },
    onError: (error: unknown) => {
      Toast.show({ icon: "fail", content: error instanceof Refusal ? say(error) : t("nameless") });
    },
  });
  const ask = async () => {
    const agreed = await Dialog.confirm({
      content: t(card.may_be_contacted ? "dialAsk" : "dialAskService", { phone: card.phone }),
    });
    if (agreed) dial.mutate({ params: { path: { customer_id: card.id } }, body: { reason: "contact" } });
  };
  if (card.phone === null) return <p className="weak">{t("noPhone")}</p>;
  return (
    <Button block loading={dial.isPending} onClick={() => void ask()}>{t("dial", { phone: card.phone })}</Button>
  );
}

function Likes({ card }: { card: CardData }) {
  const { t } = useTranslation("guide");
  const named = useNamed();
  return (
    <Panel title={t("likes")}>
      {card.likes.length === 0 && <p className="weak">{t("noLikes")}</p>}
      {card.likes.map((one) => (
        <div key={one.tag.code} className="row">
          <span className="weak">{named(one.tag)}</span>
          <span className="wrap">
            {one.values.map((value) => <span key={value.code} className="pill">{named(value)}</span>)}
          </span>
        </div>
      ))}
    </Panel>
  );
}

function Notes({ card }: { card: CardData }) {
  const { t } = useTranslation("guide");
  const named = useNamed();
  return (
    <Panel title={t("notes")}>
      <div className="wrap">
        {card.notes.map((note) => (
          <span key={`${note.tag.code} ${note.value.code}`} className="pill">{named(note.value)}</span>
        ))}
      </div>
    </Panel>
  );
}

function Bought({ card }: { card: CardData }) {
  const { t } = useTranslation("guide");
  return (
    <Panel title={t("bought")}>
      {card.bought.length === 0 && <p className="weak">{t("boughtNothing")}</p>}
      {card.bought.map((one, place) => (
        <div key={`${one.bought_at} ${one.sku} ${String(place)}`} className="row">
          <span>
            {one.name ?? one.sku}
            <span className="weak"> {[one.colour, one.size, day(one.bought_at)].filter(Boolean).join(" · ")}</span>
          </span>
          <span>{one.came_back > 0 && one.came_back >= one.quantity ? t("cameBack") : money(one.paid_minor)}</span>
        </div>
      ))}
    </Panel>
  );
}
