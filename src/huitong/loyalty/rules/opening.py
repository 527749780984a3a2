"""What an opening brings, and what its newest version changes in what it brought before."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from huitong.channels.model import Opening, OpeningKind, OpeningLot
from huitong.ledger.model import ClawBack, Grant, Movement
from huitong.loyalty.model import (
    Asset,
    OpeningIncomplete,
    OpeningNotTaken,
    OpeningOutlived,
)
from huitong.platform.errors import DomainError

# Why the platform does not take these over, and what to do with them meanwhile.
NOT_TAKEN: Mapping[OpeningKind, str] = {
    OpeningKind.COUPON: "coupons come with a later one; keep the file and import it then",
}
STORED = frozenset({OpeningKind.STORED_PRINCIPAL, OpeningKind.STORED_BONUS})
OF_VALUE = STORED | {OpeningKind.POINTS, OpeningKind.GROWTH}
# What is kept of an opening: value in the ledger, a tier beside the growth value.
TAKEN = OF_VALUE | {OpeningKind.TIER}
# What `customers` takes over.
OF_PEOPLE = frozenset({OpeningKind.RELATION, OpeningKind.CONSENT})
LABEL = "opening"


class Life(NamedTuple):
    """From when to when value can be used; None is the opening's own day, or never."""

    active_from: datetime | None
    expires_at: datetime | None


class Held(NamedTuple):
    """What an opening has brought of one life so far, and what of it was taken back."""

    lot_id: int
    granted: int
    clawed: int
    revision: int


class Change(NamedTuple):
    """What is to be given (or, below zero, taken back) of one life."""

    life: Life
    held: Held | None
    amount: int


def refusal_of(record: Opening) -> DomainError | None:
    """Return why an opening cannot be taken over whatever is known, or None when it can be."""
    if record.kind in NOT_TAKEN:
        return OpeningNotTaken(opening_kind=record.kind, remedy=NOT_TAKEN[record.kind])
    missing = _missing(record)
    if missing is not None:
        return OpeningIncomplete(opening_kind=record.kind, field=missing)
    outlived = next((lot for lot in record.lines if _is_outlived(record, lot)), None)
    if outlived is not None:
        return OpeningOutlived(expires_at=str(outlived.expires_at), as_of=str(record.as_of))
    return None


def asset_of(kind: OpeningKind, *, brand_id: int, issuer_id: int | None) -> str | None:
    """Return the ledger's name of what an opening brings; a tier is no asset."""
    if kind is OpeningKind.POINTS:
        return Asset.POINTS.of_brand(brand_id)
    if kind is OpeningKind.GROWTH:
        return Asset.GROWTH.of_brand(brand_id)
    return f"{kind}:{issuer_id}" if kind in STORED else None


def changes(record: Opening, held: Mapping[Life, Held]) -> list[Change]:
    """Return what the newest version of an opening gives and takes, life by life.

    What is given comes first: what was spent meanwhile is then taken from it and not owed.
    """
    wanted: dict[Life, int] = {}
    for lot in record.lines:
        life = Life(lot.active_from, lot.expires_at)
        wanted[life] = wanted.get(life, 0) + lot.amount
    found = [
        Change(life, held.get(life), wanted.get(life, 0) - _left(held.get(life)))
        for life in {**dict.fromkeys(wanted), **dict.fromkeys(held)}
    ]
    return sorted([one for one in found if one.amount], key=lambda one: one.amount < 0)


def movement(
    change: Change, record: Opening, *, asset: str, lot_id: int, issuer_id: int | None
) -> Movement:
    """Return the movement that a change is."""
    if change.amount < 0:
        return ClawBack(asset, -change.amount, lot_id)
    return Grant(
        asset,
        change.amount,
        change.life.active_from or record.as_of,
        change.life.expires_at,
        bearer_entity_id=issuer_id,
        label=LABEL,
    )


def after(change: Change, lot_id: int) -> Held:
    """Return what an opening has brought of a life once a change is made."""
    before = change.held or Held(lot_id, 0, 0, 0)
    return Held(
        lot_id,
        before.granted + max(0, change.amount),
        before.clawed + max(0, -change.amount),
        before.revision + 1,
    )


def _left(held: Held | None) -> int:
    return held.granted - held.clawed if held else 0


def _missing(record: Opening) -> str | None:
    if record.kind in STORED and record.issuer is None:
        return "issuer"
    if record.kind is OpeningKind.TIER and record.tier is None:
        return "tier"
    return "lines.amount" if record.kind in OF_VALUE and not record.lines else None


def _is_outlived(record: Opening, lot: OpeningLot) -> bool:
    begins = lot.active_from or record.as_of
    return lot.expires_at is not None and lot.expires_at <= begins
