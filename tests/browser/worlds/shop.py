"""The brand of the world: its stores and staff, what it sells, its programme and policies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from huitong import customers, loyalty, org
from huitong.customers.model import Purpose
from huitong.loyalty.model import Programme
from huitong.org.model import Brand, ChannelAccount, NewStaff, NewStore, Placement
from huitong.platform.db import Tx
from huitong.segments.model.tags import Tag
from huitong.segments.operations import tag_documents
from tests.browser.worlds import staff_names

BRAND = "yunzhi"
ACTOR = "world"
STORES = (("nj-road", "南京路店"), ("west-lake", "西湖店"))
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
class Shop:
    """What was founded: the brand, its till, and the ids of its stores and staff by code."""

    brand: Brand
    account: ChannelAccount
    store_ids: Mapping[str, int]
    staff_ids: Mapping[str, int]


def found(tx: Tx, code: str, *, now: datetime) -> Shop:
    """Make the brand, two stores, three guides, the programme, the policies, a tag by hand."""
    long_ago = now - timedelta(days=800)
    made = org.set_up(tx, name="云织集团", brand=code, accounts=[("pos", "tills")], now=now)
    store_ids = _open_stores(tx, made.brand, now)
    staff_ids = _place_staff(tx, store_ids, since=long_ago.date(), now=now)
    _reward(tx, made.brand, long_ago, now)
    _ask_for_consent(tx, made.brand, long_ago, now)
    tag_documents.put_tag(
        tx,
        Tag.model_validate(CARE_TAG),
        brand_id=made.brand.id,
        expected_version=None,
        actor=ACTOR,
        now=now,
    )
    return Shop(made.brand, made.accounts[0], store_ids, staff_ids)


def _open_stores(tx: Tx, brand: Brand, now: datetime) -> Mapping[str, int]:
    stores = [NewStore(code, name, brand_ids=(brand.id,)) for code, name in STORES]
    ids = org.put_stores(tx, stores, now=now)
    return dict(zip((code for code, _ in STORES), ids, strict=True))


def _place_staff(
    tx: Tx, store_ids: Mapping[str, int], *, since: date, now: datetime
) -> Mapping[str, int]:
    ids = org.put_staff(tx, [NewStaff(code) for code, _ in STAFF], now=now)
    staff_names.enter(tx, now=now)
    stores = list(store_ids.values())
    places = [
        Placement(one, stores[store], since) for one, (_, store) in zip(ids, STAFF, strict=True)
    ]
    org.assign_staff(tx, places, now=now)
    return dict(zip((code for code, _ in STAFF), ids, strict=True))


def _reward(tx: Tx, brand: Brand, since: datetime, now: datetime) -> None:
    loyalty.apply_programme(
        tx,
        brand_id=brand.id,
        programme=Programme.model_validate(PROGRAMME),
        effective_from=since,
        actor=ACTOR,
        expected_version=None,
        now=now,
    )


def _ask_for_consent(tx: Tx, brand: Brand, since: datetime, now: datetime) -> None:
    for purpose in (Purpose.MARKETING, Purpose.PROFILING):
        customers.put_consent_policy(
            tx,
            brand_id=brand.id,
            purpose=purpose,
            version="2025-1",
            content=f"{purpose}：我们怎样使用您的信息。",
            effective_from=since,
            actor=ACTOR,
            now=now,
        )
