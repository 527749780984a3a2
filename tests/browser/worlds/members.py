"""About thirty invented customers of one brand, with everything that a page can show of them.

Deterministic, and through the real door: members, products, orders and refunds are pushed, the rest
is done by the front doors that people's work goes through. Every date counts back from `now`. The
phones are 199 0000 xxxx and every name is invented; one of them is an attack and one is very long,
so that a page which shows names carelessly is caught.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from huitong import customers, identity, loyalty, org
from huitong.channels.connectors.push import Summary, push
from huitong.channels.model import IdentifierKind, RecordKind, RecordState
from huitong.channels.operations import Feed
from huitong.customers.model import (
    BelongingKind,
    ConsentAction,
    ConsentStatement,
    Correction,
    NewBelonging,
    NewRelation,
    NewSubmission,
    Particulars,
    Purpose,
    RelationKind,
)
from huitong.entry import refreshing
from huitong.entry.refreshing import PartDone
from huitong.loyalty.model import Programme
from huitong.loyalty.operations.spending import Spending
from huitong.org.model import Brand, ChannelAccount, NewStaff, NewStore, Placement
from huitong.platform.assembly import Platform
from huitong.platform.db import ReadTx, Scope, Tx
from huitong.segments.model.tags import Tag
from huitong.segments.operations import tag_documents
from huitong.segments.operations import tags as tag_operations
from huitong.segments.operations.tags import Giving
from tests.browser.worlds import staff_names

BRAND = "yunzhi"
ACTOR = "world"
# Shown as text, or the page is open to whoever may choose a name.
ATTACK = "<img src=x onerror=alert(1)>"
LONG_NAME = "阿依古丽·买买提明·吐尔逊江·艾合买提江"
NAMES: Sequence[str] = (
    "林知夏", "周慕云", "沈青禾", "陆星河", "顾晚晴", "江书瑶", "许清欢", "程砚秋", "叶蓁蓁",
    "苏念安", "韩予安", "唐时雨", "宋微澜", "白芷若", "温如言", "简宁", "方小满", "秦朗",
    "何田田", "乔木", "夏至", "欧阳静远", "司徒明月", "欧阳静远", "陈一诺", "李沐阳",
    "王语桐", "苏念安", ATTACK, LONG_NAME,
)  # fmt: skip
CITIES = ("上海市", "杭州市", "苏州市", "成都市")
STORES = (("nj-road", "南京路店"), ("west-lake", "西湖店"))
ORDERS_MAX = 6
STAFF = (("g-01", 0), ("g-02", 0), ("g-03", 1))
GOODS = (
    ("coat-01", "羊毛大衣", 189_900),
    ("knit-01", "羊绒开衫", 89_900),
    ("scarf-1", "桑蚕丝围巾", 39_900),
    ("tee-001", "纯棉T恤", 12_900),
)
TIERS = (
    {"code": "member", "names": {"zh": "普通会员", "en": "Member"}, "growth": 0},
    {"code": "silver", "names": {"zh": "银卡会员", "en": "Silver"}, "growth": 1_000},
    {"code": "gold", "names": {"zh": "金卡会员", "en": "Gold"}, "growth": 4_000},
)
PROGRAMME = {
    "names": {"zh": "云织会员", "en": "Cloudweave Club"},
    "rules": [
        {
            "code": "base",
            "names": {"zh": "消费得积分", "en": "Points for spending"},
            "points": 1,
            "per_minor": 100,
        },
        {
            "code": "growth",
            "names": {"zh": "消费得成长值", "en": "Growth for spending"},
            "asset": "growth",
            "points": 1,
            "per_minor": 100,
        },
    ],
    "return_windows": [{"days": 7}],
    "expiry": {"months": 12, "rounding": "month_end"},
    "tiers": TIERS,
    "welcome": {"points": 88},
    "document_gifts": [{"kind": "student_card", "points": 200}],
}
CARE_TAG = {
    "code": "care",
    "names": {"zh": "服务备注", "en": "Service note"},
    "meaning": {"zh": "客服手工写下的照顾事项", "en": "What service staff noted by hand"},
    "kind": "manual",
    "values": [
        {"code": "vip_care", "names": {"zh": "重点关照", "en": "Special care"}},
        {"code": "call_evening", "names": {"zh": "晚上联系", "en": "Call in the evening"}},
    ],
    "multi": True,
    "expression": {"primitive": "given"},
}


@dataclass(frozen=True, slots=True)
class Members:
    """What was made: the brand, its till, and the customers in the order of `NAMES`.

    The first is whom most tests open. The second was merged from two, the third sent goods back,
    the fourth took a consent back, and two who are called the same are two. `attacker` and `long`
    have the names that break careless pages.
    """

    brand: Brand
    account: ChannelAccount
    store_ids: Mapping[str, int]
    staff_ids: Mapping[str, int]
    customer_ids: Sequence[int]

    @property
    def first(self) -> int:
        """Return the customer who has something of everything."""
        return self.customer_ids[0]

    @property
    def attacker(self) -> int:
        """Return the customer whose name is an attack."""
        return self.customer_ids[NAMES.index(ATTACK)]

    @property
    def long(self) -> int:
        """Return the customer with the name of twenty characters."""
        return self.customer_ids[NAMES.index(LONG_NAME)]


def phone_of(place: int) -> str:
    """Return the phone of the customer at a place of `NAMES`."""
    return f"1990000{place + 1:04}"


def card_of(place: int) -> str:
    """Return the card of the customer at a place of `NAMES`."""
    return f"VIP{place + 1:06}"


def order_no_of(place: int, number: int) -> str:
    """Return the number of an order of the customer at a place of `NAMES`."""
    return f"YZ{place + 1:03}{number:03}"


def order_count_of(place: int) -> int:
    """Return how many orders the customer at a place of `NAMES` has."""
    return ORDERS_MAX if place == 0 else place % 5


def fill(platform: Platform, scope: Scope, *, now: datetime, brand: str = BRAND) -> Members:
    """Bring the customers into a group that has none yet, and return who they are."""
    world = _World(platform, scope, now, brand)
    world.found()
    world.tell(RecordKind.PRODUCT, [_product(*one) for one in GOODS])
    world.tell(RecordKind.MEMBER, [world.member(place) for place in range(len(NAMES))])
    # The oldest orders first, as they happened: so that members rise from tier to tier.
    for number in reversed(range(ORDERS_MAX)):
        world.tell(RecordKind.ORDER, world.orders(number))
    world.tell(RecordKind.REFUND, world.refunds())
    return world.finish()


class _World:
    """What is being filled."""

    def __init__(self, platform: Platform, scope: Scope, now: datetime, brand: str) -> None:
        self.platform, self.scope, self.now, self.code = platform, scope, now, brand
        self.brand: Brand
        self.account: ChannelAccount
        self.store_ids: Mapping[str, int] = {}
        self.staff_ids: Mapping[str, int] = {}

    def found(self) -> None:
        """Make the brand, two stores, three guides, the programme, the policies, a tag by hand."""
        long_ago = self.now - timedelta(days=800)
        with self.platform.database.transaction(self.scope, now=self.now) as tx:
            made = org.set_up(
                tx, name="云织集团", brand=self.code, accounts=[("pos", "tills")], now=self.now
            )
            self.brand, self.account = made.brand, made.accounts[0]
            self._place_people(tx, long_ago.date())
            loyalty.apply_programme(
                tx,
                brand_id=self.brand.id,
                programme=Programme.model_validate(PROGRAMME),
                effective_from=long_ago,
                actor=ACTOR,
                expected_version=None,
                now=self.now,
            )
            for purpose in (Purpose.MARKETING, Purpose.PROFILING):
                customers.put_consent_policy(
                    tx,
                    brand_id=self.brand.id,
                    purpose=purpose,
                    version="2025-1",
                    content=f"{purpose}：我们怎样使用您的信息。",
                    effective_from=long_ago,
                    actor=ACTOR,
                    now=self.now,
                )
            tag_documents.put_tag(
                tx,
                Tag.model_validate(CARE_TAG),
                brand_id=self.brand.id,
                expected_version=None,
                actor=ACTOR,
                now=self.now,
            )

    def _place_people(self, tx: Tx, since: date) -> None:
        stores = [NewStore(code, name, brand_ids=(self.brand.id,)) for code, name in STORES]
        ids = org.put_stores(tx, stores, now=self.now)
        self.store_ids = dict(zip((code for code, _ in STORES), ids, strict=True))
        staff = org.put_staff(tx, [NewStaff(code) for code, _ in STAFF], now=self.now)
        self.staff_ids = dict(zip((code for code, _ in STAFF), staff, strict=True))
        staff_names.enter(tx, now=self.now)
        places = [
            Placement(one, ids[store], since)
            for one, (_, store) in zip(staff, STAFF, strict=True)
        ]  # fmt: skip
        org.assign_staff(tx, places, now=self.now)

    def tell(self, kind: RecordKind, records: Iterable[Mapping[str, object]]) -> None:
        """Push records; all of them have to be taken."""
        feed = Feed(account=self.account, kind=kind, appliers=self.platform.appliers[kind])
        lines = [json.dumps(one, default=str).encode() for one in records]
        answers = list(
            push(
                self.platform.database,
                self.scope,
                lines,
                feed=feed,
                sender=ACTOR,
                clock=lambda: self.now,
            )
        )
        summary = answers[-1]
        assert isinstance(summary, Summary)
        assert summary.states == {RecordState.APPLIED: len(lines)}, answers

    def member(self, place: int) -> dict[str, object]:
        """Return what the till says of the customer at a place."""
        enrolled = self._at(days=700 - 20 * place)
        return {
            "member_no": f"M{place + 1:04}",
            "name": NAMES[place],
            "gender": ("female", "male")[place % 2],
            "birthday_on": f"{1975 + place:04}-{place % 12 + 1:02}-{place % 28 + 1:02}",
            "city": CITIES[place % len(CITIES)],
            "card_no": card_of(place),
            "enrolled_at": enrolled,
            "store": STORES[place % len(STORES)][0],
            "identifiers": [{"kind": "phone", "value": phone_of(place), "verified": True}],
            "consents": [
                {"purpose": "marketing", "policy_version": "2025-1", "given_at": enrolled}
            ],
        }

    def orders(self, number: int) -> list[dict[str, object]]:
        """Return everybody's orders of a number: 0 is the latest one, each other 65 days before."""
        return [
            self._order(place, number, days=10 + number * 65 + place)
            for place in range(len(NAMES))
            if number < order_count_of(place)
        ]

    def _order(self, place: int, number: int, *, days: int) -> dict[str, object]:
        sku, name, price = GOODS[(place + number) % len(GOODS)]
        off = price // 10
        paid = price - off
        at = self._at(days=days)
        return {
            "order_no": order_no_of(place, number),
            "store": STORES[place % len(STORES)][0],
            "ordered_at": at,
            "paid_at": at,
            "completed_at": at,
            "status": "completed",
            "serving_guide": STAFF[place % len(STAFF)][0],
            "parties": [
                {
                    "role": "buyer",
                    "identifiers": [{"kind": "phone", "value": phone_of(place), "verified": True}],
                }
            ],
            "list_minor": price,
            "discount_minor": off,
            "paid_minor": paid,
            "payments": [{"kind": "wechat", "amount_minor": paid, "paid_at": at}],
            "lines": [
                {
                    "line_id": "1",
                    "sku": sku,
                    "name": name,
                    "quantity": 1,
                    "list_minor": price,
                    "paid_minor": paid,
                    "allocations": [
                        {"kind": "member_discount", "bearer": "brand", "amount_minor": off}
                    ],
                }
            ],
        }

    def refunds(self) -> list[dict[str, object]]:
        """Return two refunds: goods that came back, and money for a price that fell."""
        came_back = self._order(2, 0, days=12)
        return [
            {
                "refund_no": "RF0001",
                "order_no": order_no_of(2, 0),
                "kind": "return",
                "refunded_at": self._at(days=8),
                "amount_minor": came_back["paid_minor"],
                "reason": "尺码不合",
                "lines": [{"line_id": "1", "quantity": 1, "amount_minor": came_back["paid_minor"]}],
            },
            {
                "refund_no": "RF0002",
                "order_no": order_no_of(0, 0),
                "kind": "price_protect",
                "refunded_at": self._at(days=5),
                "amount_minor": 5_000,
                "lines": [{"line_id": "1", "quantity": 0, "amount_minor": 5_000}],
            },
        ]

    def finish(self) -> Members:
        """Do what people do by hand: relate, note, correct, spend, merge, hand documents in."""
        with self.platform.database.transaction(self.scope, now=self.now) as tx:
            ids = [self._customer(tx, place) for place in range(len(NAMES))]
            self._relate(tx, ids)
            self._consent(tx, ids)
            self._note(tx, ids)
            self._own(tx, ids[0])
            self._spend(tx, ids[0])
        with self.platform.database.transaction(self.scope, now=self.now) as tx:
            self._merge(tx, ids)
        with self.platform.database.reading(self.scope) as tx:
            today = customers.living(tx, customer_ids=ids)
        return Members(
            brand=self.brand,
            account=self.account,
            store_ids=self.store_ids,
            staff_ids=self.staff_ids,
            customer_ids=[today[one] for one in ids],
        )

    def _relate(self, tx: Tx, ids: Sequence[int]) -> None:
        staff = list(self.staff_ids.values())
        wanted = [
            NewRelation(
                customer_id=one,
                kind=RelationKind.BOUND if place % 3 else RelationKind.FRIEND,
                valid_from=self.now - timedelta(days=90),
                source="manual",
                actor=ACTOR,
                staff_id=staff[place % len(staff)],
                key=f"world:relation:{place}",
            )
            for place, one in enumerate(ids)
            if place % 4 != 3
        ]
        bound = NewRelation(
            customer_id=ids[0],
            kind=RelationKind.BOUND,
            valid_from=self.now - timedelta(days=60),
            source="manual",
            actor=ACTOR,
            staff_id=staff[0],
            key="world:relation:first",
        )
        _all_ok(customers.relate(tx, [*wanted, bound], now=self.now))

    def _consent(self, tx: Tx, ids: Sequence[int]) -> None:
        statements = [
            ConsentStatement(
                customer_id=one,
                purpose=Purpose.PROFILING,
                action=ConsentAction.GIVEN,
                occurred_at=self.now - timedelta(days=30),
                key=f"world:profiling:{place}",
                policy_version="2025-1",
                actor=ACTOR,
            )
            for place, one in enumerate(ids[:20])
        ]
        taken_back = ConsentStatement(
            customer_id=ids[3],
            purpose=Purpose.MARKETING,
            action=ConsentAction.WITHDRAWN,
            occurred_at=self.now - timedelta(days=2),
            key="world:no-marketing",
            actor=ACTOR,
        )
        _all_ok(customers.state_consents(tx, [*statements, taken_back], now=self.now))

    def _note(self, tx: Tx, ids: Sequence[int]) -> None:
        givings = [Giving(one, "vip_care") for one in ids[:3]] + [Giving(ids[0], "call_evening")]
        _all_ok(
            tag_operations.give(
                tx,
                givings,
                brand_id=self.brand.id,
                tag="care",
                actor=ACTOR,
                now=self.now,
                today=self.now.astimezone(ZoneInfo(self.brand.time_zone)).date(),
            )
        )
        correction = Correction(
            customer_id=ids[0], actor=ACTOR, reason="本人来电", city="苏州市", key="world:city"
        )
        _all_ok(customers.correct(tx, [correction], now=self.now))

    def _own(self, tx: Tx, customer_id: int) -> None:
        born = (self.now - timedelta(days=900)).date()
        child = NewBelonging(
            customer_id=customer_id,
            kind=BelongingKind.CHILD,
            particulars=Particulars(name="小满", birthday_on=born),
            source="manual",
            actor=ACTOR,
            guardian_policy_version="2025-1",
            guardian_consent_at=self.now - timedelta(days=50),
            key="world:child",
        )
        _all_ok(customers.add_belongings(tx, [child], now=self.now))
        document = NewSubmission(
            customer_id=customer_id,
            kind="student_card",
            reference="files/student-card.jpg",
            fingerprint="student-card-1",
            source="console",
            submitted_at=self.now - timedelta(days=1),
        )
        _all_ok(customers.submit_documents(tx, [document], now=self.now))

    def _spend(self, tx: Tx, customer_id: int) -> None:
        spending = Spending(
            key="world:spend",
            customer_id=customer_id,
            brand_id=self.brand.id,
            points=60,
            occurred_at=self.now - timedelta(days=3),
            actor=ACTOR,
            reason="兑换帆布袋",
        )
        _all_ok(loyalty.spend_points(tx, [spending], now=self.now))

    def _merge(self, tx: Tx, ids: Sequence[int]) -> None:
        """Make one of the two who have the same name."""
        found = customers.find_customers(tx, customer_ids=ids)
        first = NAMES.index("欧阳静远")
        second = NAMES.index("欧阳静远", first + 1)
        identity.merge(
            tx,
            source=found[ids[second]].person_id,
            target=found[ids[first]].person_id,
            reason="同一人换了手机号",
            key="world:merge",
            now=self.now,
        )

    def _customer(self, tx: ReadTx, place: int) -> int:
        found = customers.find_by_identifier(
            tx, brand=self.brand, kind=IdentifierKind.PHONE, value=phone_of(place)
        )
        assert found is not None, "Whom the till told of is a customer."
        return found

    def _at(self, *, days: int) -> str:
        return (self.now - timedelta(days=days)).isoformat()


def _product(sku: str, name: str, price: int) -> dict[str, object]:
    return {"sku": sku, "spu": sku, "name": name, "list_price_minor": price}


def _all_ok(results: Iterable[object]) -> None:
    refused = [one for one in results if not hasattr(one, "value")]
    assert not refused, refused


def understand(platform: Platform, world: Members, *, now: datetime) -> None:
    """Compute what is known of the customers: the lake, tags, models and today's audiences."""
    told: list[PartDone] = []
    wanted = refreshing.Refresh(platform.database, platform.settings, world.brand, now, actor=ACTOR)
    refreshing.refresh(wanted, done=told.append)
    assert all(part.refused is None for part in told), told
