"""Gives what members were promised once: for enrolling, and for documents that were found good.

Gifts are settled like orders: what is due by now against what was given. An enrolment, a merge, a
split and a repeat ask the same question, so none can give twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from huitong import customers, identity, ledger, org
from huitong.customers.events import (
    CustomerEnrolled,
    CustomersMerged,
    CustomersSplit,
    DocumentApproved,
)
from huitong.customers.model import Customer, CustomerStatus, ExitState
from huitong.ledger.model import ClawBack, Grant, Operation
from huitong.loyalty import queries
from huitong.loyalty.model import (
    DOCUMENT_PREFIX,
    WELCOME,
    Asset,
    DocumentGift,
    Gift,
    Version,
    WelcomeGift,
    Withheld,
)
from huitong.loyalty.queries.gifts import gifts_of
from huitong.loyalty.rules import gifts as rules
from huitong.loyalty.rules import living
from huitong.loyalty.rules.gifts import Due, Taker
from huitong.loyalty.tables import gifts as tables
from huitong.platform.db import Row, Tx
from huitong.platform.errors import Refused
from huitong.platform.ids import bucket_of

GIFT = "gift"

Versions = Mapping[int, Sequence[Version]]


def welcome(tx: Tx, enrolled: Sequence[object], now: datetime) -> None:
    """Give new members their welcome gift; an event handler."""
    told = cast("Sequence[CustomerEnrolled]", enrolled)
    returning = {one.customer_id for one in told if one.returning}
    settle_gifts(tx, [one.customer_id for one in told], returning=returning, now=now)


def give_for_documents(tx: Tx, approved: Sequence[object], now: datetime) -> None:
    """Give members what their approved documents are worth; an event handler."""
    told = cast("Sequence[DocumentApproved]", approved)
    customers.lock_customers(tx, [one.customer_id for one in told])
    versions = _versions(tx, [one.brand_id for one in told])
    rows: list[Row] = []
    for one in told:
        version = _version_at(versions[one.brand_id], one.submitted_at)
        offered = version.programme.document_gifts if version else ()
        gift = next((each for each in offered if each.kind == one.kind), None)
        if version is not None and gift is not None:
            rows.append(
                _row(
                    tx,
                    one.customer_id,
                    one.brand_id,
                    gift,
                    cause_id=one.submission_id,
                    version=version,
                    happened_at=one.submitted_at,
                )
            )
    tx.write(tables.INSERT_GIFTS, tables.GIFT, rows, {"now": now})
    settle_gifts(tx, [one.customer_id for one in told], now=now)


def join_gifts(tx: Tx, merged: Sequence[object], now: datetime) -> None:
    """Let gifts follow merged customers and take surplus ones back; an event handler."""
    told = cast("Sequence[CustomersMerged]", merged)
    _follow(tx, {one for event in told for one in (event.source_id, event.target_id)}, now)


def part_gifts(tx: Tx, split: Sequence[object], now: datetime) -> None:
    """Let gifts follow customers who are two again, each with their own; an event handler."""
    told = cast("Sequence[CustomersSplit]", split)
    _follow(tx, {one for event in told for one in (event.source_id, event.target_id)}, now)


def settle_gifts(
    tx: Tx, customer_ids: Iterable[int], *, returning: Iterable[int] = (), now: datetime
) -> None:
    """Bring the gifts of locked, living customers to what is due of them.

    `returning` are those of whom is known that they were here before and were forgotten.
    """
    found = customers.find_customers(tx, customer_ids=customer_ids)
    versions = _versions(tx, [one.brand_id for one in found.values()])
    _promise_welcome(tx, found, versions, set(returning), now)
    of_customer: defaultdict[int, list[Gift]] = defaultdict(list)
    for gift in gifts_of(tx, customer_ids=found):
        of_customer[gift.customer_id].append(gift)
    zones = {one.id: ZoneInfo(one.time_zone) for one in org.brands(tx)} if of_customer else {}
    dues = [
        each
        for customer_id, gifts in of_customer.items()
        for each in _due(
            found[customer_id], gifts, versions, zones[found[customer_id].brand_id], now
        )
    ]
    changed = [each for each in dues if each.change or each.withheld != each.gift.withheld]
    _post(tx, [each for each in changed if each.change], versions, zones, now)
    tx.write(tables.KEEP_SETTLED, tables.SETTLED, [_settled_row(each) for each in changed])


def _promise_welcome(
    tx: Tx, found: Mapping[int, Customer], versions: Versions, returning: set[int], now: datetime
) -> None:
    """Note the welcome gift of members who have none yet."""
    known = {one.customer_id for one in gifts_of(tx, customer_ids=found) if one.kind == WELCOME}
    promised: dict[int, tuple[Version, WelcomeGift, datetime]] = {}
    for one in found.values():
        if one.id in known or one.enrolled_at is None or one.status is not CustomerStatus.MEMBER:
            continue
        version = _version_at(versions[one.brand_id], one.enrolled_at)
        if version is not None and version.programme.welcome is not None:
            promised[one.id] = (version, version.programme.welcome, one.enrolled_at)
    if not promised:
        return
    persons = sorted({found[one].person_id for one in promised})
    erased = identity.erased_before(tx, person_ids=persons, now=now)
    returning |= _who_left_once(tx, promised)
    rows = []
    for customer_id, (version, gift, enrolled_at) in promised.items():
        customer = found[customer_id]
        here_before = customer_id in returning or customer.person_id in erased
        rows.append(
            _row(
                tx,
                customer_id,
                customer.brand_id,
                gift,
                cause_id=customer_id,
                version=version,
                happened_at=enrolled_at,
                withheld=Withheld.RETURNING if here_before else None,
            )
        )
    tx.write(tables.INSERT_GIFTS, tables.GIFT, rows, {"now": now})


def _who_left_once(tx: Tx, customer_ids: Iterable[int]) -> set[int]:
    """Return those of living customers who ended a membership before, by any of their names."""
    exits = customers.exits_of(tx, customer_ids=list(customer_ids))
    left = [one.customer_id for one in exits if one.state is ExitState.FINISHED]
    return set(customers.living(tx, customer_ids=left).values())


def _follow(tx: Tx, customer_ids: set[int], now: datetime) -> None:
    gifts = gifts_of(tx, customer_ids=customer_ids)
    origins = {one.origin_customer_id for one in gifts}
    today = customers.living(tx, customer_ids=customer_ids | origins)
    rows = [
        (bucket_of(one.id), one.id, today[one.origin_customer_id])
        for one in gifts
        if one.customer_id != today[one.origin_customer_id]
    ]
    tx.write(tables.FOLLOW_ORIGINS, tables.FOLLOWED, rows)
    settle_gifts(tx, set(today.values()), now=now)


def _due(
    customer: Customer, gifts: Sequence[Gift], versions: Versions, zone: ZoneInfo, now: datetime
) -> list[Due]:
    version = _version_at(versions[customer.brand_id], now)
    assert version is not None, "A gift was promised by a programme."
    ends = {one.id: _ends_at(one, versions, zone) for one in gifts}
    taker = Taker(
        is_member=customer.status is CustomerStatus.MEMBER,
        has_left=customer.status is CustomerStatus.EXITED,
        lapsed={one for one, end in ends.items() if end is not None and end <= now},
    )
    return rules.due(gifts, taker=taker, surplus=version.programme.surplus_gifts)


def _ends_at(gift: Gift, versions: Versions, zone: ZoneInfo) -> datetime | None:
    """Return when a gift's points die, however late they are given; None for never."""
    version = next(one for one in versions[gift.brand_id] if one.version == gift.programme_version)
    return living.expires_at(gift.happened_at, version.programme.expiry, zone)


def _post(
    tx: Tx, dues: Sequence[Due], versions: Versions, zones: Mapping[int, ZoneInfo], now: datetime
) -> None:
    operations = [_operation(each, versions, zones[each.gift.brand_id], now) for each in dues]
    refused = [one for one in ledger.post(tx, operations, now=now) if isinstance(one, Refused)]
    assert not refused, "What is due of a gift can be given, and what was given taken back."


def _operation(due: Due, versions: Versions, zone: ZoneInfo, now: datetime) -> Operation:
    gift = due.gift
    asset = Asset.POINTS.of_brand(gift.brand_id)
    movement = (
        Grant(asset, due.change, gift.happened_at, _ends_at(gift, versions, zone))
        if due.change > 0
        else ClawBack(asset, -due.change, gift.id)
    )
    return Operation(
        key=f"{GIFT}:{gift.id}:{gift.revision + 1}",
        kind=gift.kind,
        owner=gift.customer_id,
        movements=(movement,),
        occurred_at=gift.happened_at if not gift.revision else now,
        reason=f"{gift.kind}, programme version {gift.programme_version}"
        + (f", {due.withheld}" if due.withheld else ""),
        source_kind=GIFT,
        source_id=gift.id,
    )


def _settled_row(due: Due) -> Row:
    gift = replace(
        due.gift,
        granted=due.gift.granted + max(0, due.change),
        clawed=due.gift.clawed + max(0, -due.change),
        revision=due.gift.revision + bool(due.change),
    )
    withheld = due.withheld.value if due.withheld else None
    return (bucket_of(gift.id), gift.id, gift.granted, gift.clawed, gift.revision, withheld)


def _row(
    tx: Tx,
    customer_id: int,
    brand_id: int,
    gift: WelcomeGift | DocumentGift,
    *,
    cause_id: int,
    version: Version,
    happened_at: datetime,
    withheld: Withheld | None = None,
) -> Row:
    (new_id,) = tx.new_ids([bucket_of(customer_id)])
    kind, most = WELCOME, 1
    if isinstance(gift, DocumentGift):
        kind, most = f"{DOCUMENT_PREFIX}{gift.kind}", gift.most
    return (
        bucket_of(new_id),
        new_id,
        brand_id,
        customer_id,
        cause_id,
        kind,
        gift.points,
        most,
        withheld.value if withheld else None,
        version.version,
        happened_at,
    )


def _versions(tx: Tx, brand_ids: Iterable[int]) -> Versions:
    return {one: queries.versions_of(tx, brand_id=one) for one in sorted(set(brand_ids))}


def _version_at(versions: Sequence[Version], at: datetime) -> Version | None:
    then = [one for one in versions if one.effective_from <= at]
    return then[-1] if then else None
