"""Customers as lists show them: one row each, put together from every domain, set-based."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from huitong import customers, ledger, loyalty, orders
from huitong.channels.model import IdentifierKind
from huitong.customers.model import CustomerShown, CustomerStatus
from huitong.loyalty.model import Asset, Names, Version
from huitong.orders.model import Bought
from huitong.org.model import Brand
from huitong.platform.conditions import Field
from huitong.platform.db import ReadTx
from huitong.segments.model.tags import Sensitivity
from huitong.segments.queries.audiences import SETS
from huitong.segments.queries.tag_sayings import Saying, sayings_of
from huitong.segments.queries.vocabulary_kept import speech_kept
from huitong.segments.rules.vocabulary import TAG_PREFIX

# How far back lists look for what somebody spent.
SPENT_DAYS = 365


@dataclass(frozen=True, slots=True)
class Named:
    """A code with what people call it, in Chinese and in English."""

    code: str
    chinese: str
    english: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A value of a tag that somebody said of a customer."""

    tag: Named
    value: Named


@dataclass(frozen=True, slots=True)
class Row:
    """A customer as a list shows them: masked; figures that the caller may not see are None.

    `bought` is what they bought ever and spent in `SPENT_DAYS`; None also of who bought nothing.
    """

    customer: CustomerShown
    phone: str | None
    tier: Named | None
    points: int | None
    bought: Bought | None
    noted: Sequence[Noted]


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which figures of customers the caller may see."""

    points: bool
    bought: bool
    notes: bool


def rows_of(
    tx: ReadTx, customer_ids: Sequence[int], *, brand: Brand, allowed: Allowed, now: datetime
) -> list[Row]:
    """Return customers of one brand as rows, in the order asked; a constant number of statements.

    Ids of nobody are left out.
    """
    shown = {one.id: one for one in customers.show(tx, customer_ids=customer_ids)}
    known = [one for one in dict.fromkeys(customer_ids) if one in shown]
    tiers = _tiers(tx, shown, brand, now)
    points = _points(tx, known, brand, now) if allowed.points else {}
    bought = _bought(tx, known, now) if allowed.bought else {}
    noted = notes_of(tx, shown.values(), brand=brand, now=now) if allowed.notes else {}
    return [
        Row(
            customer=shown[one],
            phone=phone_of(shown[one]),
            tier=tiers.get(one),
            points=points.get(one),
            bought=bought.get(one),
            noted=noted.get(one, ()),
        )
        for one in known
    ]


def phone_of(customer: CustomerShown) -> str | None:
    """Return a customer's phone, masked: a verified one before others."""
    phones = [one for one in customer.identifiers if one.kind is IdentifierKind.PHONE]
    phones.sort(key=lambda one: not one.verified)
    return phones[0].masked if phones else None


def notes_of(
    tx: ReadTx, shown: Iterable[CustomerShown], *, brand: Brand, now: datetime
) -> Mapping[int, Sequence[Noted]]:
    """Return what stands of customers by hand, in words, the latest first."""
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    # What was said of whoever was merged into them counts for them.
    heads = {member: one.id for one in shown for member in one.family}
    said = sayings_of(tx, list(heads), brand_id=brand.id)
    words = tag_words(tx, brand_id=brand.id) if said else {}
    told: defaultdict[int, dict[tuple[str, str], Noted]] = defaultdict(dict)
    for member, sayings in said.items():
        for one in sayings:
            if one.stands(today) and one.tag in words:
                told[heads[member]].setdefault((one.tag, one.value), noted(one, words))
    return {head: list(notes.values()) for head, notes in told.items()}


def tag_words(tx: ReadTx, *, brand_id: int) -> Mapping[str, tuple[Named, Mapping[str, Named]]]:
    """Return what people call the tags of a brand and their values.

    Sensitive tags are left out, and so is what is said of them. Values that are taken from stores
    and channels have the names of these.
    """
    speech = speech_kept(tx, brand_id=brand_id, cache=SETS)
    fields = speech.words.vocabulary.field_by_code
    return {
        code: (
            Named(code, tag.names.zh, tag.names.en),
            _values_of(fields.get(f"{TAG_PREFIX}{code}")),
        )
        for code, tag in speech.tags.items()
        if tag.sensitivity is Sensitivity.ORDINARY
    }


def _values_of(field: Field | None) -> Mapping[str, Named]:
    values = () if field is None else field.values
    return {one.code: Named(one.code, one.names.zh, one.names.en) for one in values}


def noted(saying: Saying, words: Mapping[str, tuple[Named, Mapping[str, Named]]]) -> Noted:
    """Return what somebody said in words; a value without a name is its own."""
    tag, values = words[saying.tag]
    value = values.get(saying.value) or Named(saying.value, saying.value, saying.value)
    return Noted(tag, value)


def tier_names(tx: ReadTx, *, brand_id: int, now: datetime) -> Mapping[str, Names]:
    """Return what people call the tiers of a brand, those of former programmes too."""
    return _names(_begun(tx, brand_id, now))


def _begun(tx: ReadTx, brand_id: int, now: datetime) -> list[Version]:
    """Return the programmes of a brand so far, the one in effect last."""
    return [one for one in loyalty.versions_of(tx, brand_id=brand_id) if one.effective_from <= now]


def _names(programmes: Sequence[Version]) -> Mapping[str, Names]:
    return {tier.code: tier.names for one in programmes for tier in one.programme.tiers}


def _tiers(
    tx: ReadTx, shown: Mapping[int, CustomerShown], brand: Brand, now: datetime
) -> Mapping[int, Named]:
    """Return the tiers of members; who never had growth has the first one of the programme."""
    programmes = _begun(tx, brand.id, now)
    if not programmes:
        return {}
    names = _names(programmes)
    standings = loyalty.standings_of(tx, list(shown))
    first = programmes[-1].programme.tiers[0].code
    codes = {
        one: standings[one].tier if one in standings else first
        for one, customer in shown.items()
        if customer.status is CustomerStatus.MEMBER
    }
    return {
        one: Named(code, names[code].zh, names[code].en)
        for one, code in codes.items()
        if code in names
    }


def _points(tx: ReadTx, known: Sequence[int], brand: Brand, now: datetime) -> Mapping[int, int]:
    asset = Asset.POINTS.of_brand(brand.id)
    return {one.owner: one.spendable for one in ledger.balances(tx, known, asset=asset, now=now)}


def _bought(tx: ReadTx, known: Sequence[int], now: datetime) -> Mapping[int, Bought]:
    return orders.bought_by(tx, known, since=now - timedelta(days=SPENT_DAYS))
