"""Takes over what customers of an older system start with: exactly once, and correctable."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from huitong import ledger, org
from huitong.channels.model import Incoming, Opening, OpeningKind
from huitong.customers.model import CUSTOMER, CustomerStatus
from huitong.customers.model import Known as KnownCustomer
from huitong.identity.model import PERSON
from huitong.identity.model import Known as KnownPerson
from huitong.ledger.model import Operation
from huitong.loyalty import queries
from huitong.loyalty.model import (
    CutOver,
    IssuerNotFound,
    OpeningMoved,
    OpeningOfNoMember,
    OpeningsFrozen,
    TierNotFound,
)
from huitong.loyalty.operations.moving import recompute_tiers
from huitong.loyalty.queries.openings import cut_overs
from huitong.loyalty.rules import opening as rules
from huitong.loyalty.rules.opening import Change, Held, Life
from huitong.loyalty.tables import openings as tables
from huitong.org.model import ChannelAccount
from huitong.platform import crypto
from huitong.platform.db import Row, Tx, array, byte_array, text_array
from huitong.platform.errors import DomainError, Ok, Refused
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome, Page

KEY = "opening_no"
MOVES_TIER = frozenset({OpeningKind.GROWTH, OpeningKind.TIER})


class _Told(NamedTuple):
    """One opening of the page, whose it is, and under which key it is known."""

    incoming: Incoming
    record: Opening
    person: KnownPerson
    customer: KnownCustomer
    digest: bytes


class _Known(NamedTuple):
    """An opening that was taken over before, and what it has brought so far."""

    opening_id: int
    customer_id: int
    asset: str | None
    revision: int


class _Around(NamedTuple):
    """What decides whether openings may be taken over: looked up once for a page."""

    frozen: Mapping[OpeningKind, CutOver]
    issuers: Mapping[str, int]
    tiers: frozenset[str]


class _Plan(NamedTuple):
    """What is to happen for one opening; each life that changes has an operation of its own."""

    told: _Told
    known: _Known
    is_new: bool
    changes: Sequence[tuple[Change, Held]]
    operations: Sequence[Operation]


def apply_openings(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Take over a page of openings of one channel account.

    A newer version of an opening posts the difference to what the older one brought. Openings of a
    kind that the brand has frozen are refused; relations and consents are those of `customers`.
    """
    told = _told(tx, page)
    account = told[0].incoming.account
    tx.rows(tables.LET_OPENINGS_BY, {"brand_id": account.brand_id})
    around = _look_around(tx, told, account)
    known, held = _known(tx, told, account)
    refusals: dict[int, DomainError] = {}
    fitting: list[tuple[int, _Told]] = []
    outcomes: dict[int, Outcome] = {}
    for place, one in enumerate(told):
        if one.record.kind in rules.OF_PEOPLE:
            outcomes[place] = Ok(None)
            continue
        refusal = _refusal(one, around, known.get((one.record.kind, one.digest)))
        if refusal is None:
            fitting.append((place, one))
        else:
            refusals[place] = refusal
    plans = _plans(tx, [one for _, one in fitting], around, known, held)
    refused = _post(tx, plans, now)
    _keep(tx, plans, now)
    _move_tiers(tx, plans, account.brand_id, now)
    outcomes |= {place: one.as_refused() for place, one in refusals.items()}
    for (place, _), plan in zip(fitting, plans, strict=True):
        outcomes[place] = refused.get(plan.known.opening_id) or Ok(plan.known.opening_id)
    return [outcomes[place] for place in range(len(told))]


def _told(tx: Tx, page: Page) -> list[_Told]:
    told = []
    for incoming, person, customer in zip(
        page.records, page.get(PERSON), page.get(CUSTOMER), strict=True
    ):
        assert isinstance(incoming, Incoming), "Pages from the inbox hold what came in."
        assert isinstance(incoming.record, Opening), "A page of openings holds openings only."
        assert person is not None, "Who cannot be known was refused before."
        assert customer is not None, "Whoever is known is a customer."
        digest = _digest(tx, incoming.account, incoming.record)
        told.append(_Told(incoming, incoming.record, person, customer, digest))
    return told


def _digest(tx: Tx, account: ChannelAccount, record: Opening) -> bytes:
    ring = crypto.keyring()
    return ring.blind_index(tx.scope.group_id, KEY, str(account.id), record.external_id())


def _look_around(tx: Tx, told: Sequence[_Told], account: ChannelAccount) -> _Around:
    issuers = sorted({one.record.issuer for one in told if one.record.issuer is not None})
    has_tiers = any(one.record.tier is not None for one in told)
    versions = queries.versions_of(tx, brand_id=account.brand_id) if has_tiers else []
    return _Around(
        frozen={one.kind: one for one in cut_overs(tx, brand_id=account.brand_id) if one.is_frozen},
        issuers=org.find_legal_entities(tx, codes=issuers) if issuers else {},
        tiers=frozenset(tier.code for one in versions for tier in one.programme.tiers),
    )


def _known(
    tx: Tx, told: Sequence[_Told], account: ChannelAccount
) -> tuple[dict[tuple[OpeningKind, bytes], _Known], dict[int, dict[Life, Held]]]:
    """Return what was taken over before under the keys of a page, and its lives by opening."""
    params = {
        "group_id": tx.scope.group_id,
        "account": account.id,
        "kinds": text_array([one.record.kind for one in told]),
        "digests": byte_array([one.digest for one in told]),
    }
    known = {
        (OpeningKind(kind), bytes(digest)): _Known(*rest)
        for kind, digest, *rest in tx.rows(tables.FIND_OPENINGS, params)
    }
    held: dict[int, dict[Life, Held]] = defaultdict(dict)
    if known:
        ids = array([one.opening_id for one in known.values()])
        params = {"group_id": tx.scope.group_id, "opening_ids": ids}
        for opening_id, active_from, expires_at, *rest in tx.rows(tables.FIND_LOTS, params):
            held[opening_id][Life(active_from, expires_at)] = Held(*rest)
    return known, held


def _refusal(one: _Told, around: _Around, known: _Known | None) -> DomainError | None:
    """Return why an opening cannot be taken over, or None when it can be."""
    record = one.record
    frozen = around.frozen.get(record.kind)
    if frozen is not None:
        since = f"{frozen.changed_at:%Y-%m-%d %H:%M %Z}"
        return OpeningsFrozen(opening_kind=record.kind, since=since, actor=frozen.actor)
    return rules.refusal_of(record) or _unfit(one, around) or _moved(one, around, known)


def _unfit(one: _Told, around: _Around) -> DomainError | None:
    """Return what of an opening does not fit the brand and its customer."""
    record = one.record
    if one.customer.status is not CustomerStatus.MEMBER:
        return OpeningOfNoMember()
    if record.kind in rules.STORED and record.issuer not in around.issuers:
        return IssuerNotFound(issuer=record.issuer or "")
    if record.kind is OpeningKind.TIER and record.tier not in around.tiers:
        return TierNotFound(tier=record.tier or "")
    return None


def _moved(one: _Told, around: _Around, known: _Known | None) -> DomainError | None:
    """Return what a newer version names that the older one did not."""
    if known is None:
        return None
    if known.customer_id != one.customer.customer_id:
        return OpeningMoved(what="customer")
    return OpeningMoved(what="issuer") if known.asset != _asset(one, around) else None


def _asset(one: _Told, around: _Around) -> str | None:
    return rules.asset_of(
        one.record.kind,
        brand_id=one.incoming.account.brand_id,
        issuer_id=_issuer(one, around),
    )


def _issuer(one: _Told, around: _Around) -> int | None:
    is_stored = one.record.kind in rules.STORED
    return around.issuers.get(one.record.issuer or "") if is_stored else None


def _plans(
    tx: Tx,
    told: Sequence[_Told],
    around: _Around,
    known: Mapping[tuple[OpeningKind, bytes], _Known],
    held: Mapping[int, Mapping[Life, Held]],
) -> list[_Plan]:
    fresh = iter(tx.new_ids([bucket_of(one.customer.customer_id) for one in told]))
    plans = []
    for one, new_id in zip(told, fresh, strict=True):
        before = known.get((one.record.kind, one.digest))
        now_known = before or _Known(
            new_id, one.customer.customer_id, _asset(one, around), revision=0
        )
        changes = rules.changes(one.record, held.get(now_known.opening_id, {}))
        lot_ids = tx.new_ids([bucket_of(now_known.opening_id)] * len(changes))
        made = [
            (change, rules.after(change, change.held.lot_id if change.held else lot_id))
            for change, lot_id in zip(changes, lot_ids, strict=True)
        ]
        operations = [
            _operation(one, now_known, change, now_held, _issuer(one, around))
            for change, now_held in made
        ]
        plans.append(_Plan(one, now_known, before is None, made, operations))
    return plans


def _operation(
    one: _Told, known: _Known, change: Change, held: Held, issuer_id: int | None
) -> Operation:
    assert known.asset is not None, "Only what has an asset has lots."
    record = one.record
    moved = rules.movement(
        change, record, asset=known.asset, lot_id=held.lot_id, issuer_id=issuer_id
    )
    return Operation(
        key=f"opening:{held.lot_id}:{held.revision}",
        kind="opening",
        owner=known.customer_id,
        movements=(moved,),
        occurred_at=change.life.active_from or record.as_of,
        reason=record.reason or "",
        source_kind="opening",
        source_id=held.lot_id,
    )


def _post(tx: Tx, plans: Sequence[_Plan], now: datetime) -> dict[int, Refused]:
    """Move the value; answer the first refusal of each opening."""
    operations = [operation for plan in plans for operation in plan.operations]
    results = iter(ledger.post(tx, operations, now=now))
    refused: dict[int, Refused] = {}
    for plan in plans:
        for _ in plan.operations:
            result = next(results)
            if isinstance(result, Refused):
                refused.setdefault(plan.known.opening_id, result)
    return refused


def _keep(tx: Tx, plans: Sequence[_Plan], now: datetime) -> None:
    tx.write(tables.PUT_OPENINGS, tables.OPENING, [_row(plan) for plan in plans], {"now": now})
    lots = [
        (
            bucket_of(held.lot_id),
            held.lot_id,
            plan.told.incoming.account.brand_id,
            plan.known.opening_id,
            *change.life,
            held.granted,
            held.clawed,
            held.revision,
        )
        for plan in plans
        for change, held in plan.changes
    ]
    tx.write(tables.PUT_LOTS, tables.OPENING_LOT, lots)


def _row(plan: _Plan) -> Row:
    told, known = plan.told, plan.known
    record, account = told.record, told.incoming.account
    is_tier = record.kind is OpeningKind.TIER
    return (
        bucket_of(known.opening_id),
        known.opening_id,
        account.brand_id,
        account.id,
        record.kind,
        told.digest,
        known.customer_id,
        told.person.identifier_id,
        told.incoming.record_id,
        known.asset,
        record.tier if is_tier else None,
        record.valid_until if is_tier else None,
        record.as_of,
        record.reason,
        known.revision + 1,
    )


def _move_tiers(tx: Tx, plans: Sequence[_Plan], brand_id: int, now: datetime) -> None:
    moved = {plan.known.customer_id for plan in plans if plan.told.record.kind in MOVES_TIER}
    if moved:
        recompute_tiers(tx, sorted(moved), brand_id=brand_id, now=now)
