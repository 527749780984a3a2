"""Keeps the evidence: which records named which identifiers together, from when until when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from huitong.channels.model import Incoming
from huitong.identity.operations.found import Found, centre
from huitong.identity.operations.mentions import PageSays, told_at
from huitong.identity.tables import evidence as tables
from huitong.platform.db import Row, Tx, array
from huitong.platform.ids import bucket_of

Manner: TypeAlias = tuple[int, int, bool, bool]
"""Two identifiers, the smaller id first, and which of them was verified."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a page tells of two identifiers."""

    record_id: int
    first_at: datetime
    last_at: datetime


def link_identifiers(
    tx: Tx, says: PageSays, found: Found, incoming: Sequence[Incoming], now: datetime
) -> set[int]:
    """Link what each record named together; return the places whose evidence may say more now.

    New evidence says more, a longer span of known evidence only of what is watched, an earlier one
    where something waits, as the oldest is believed first; nothing that is suspended says anything.
    """
    told, place_of = _told(says, found, incoming, now)
    if not told:
        return set()
    rows = _rows(tx, told, account_id=says.account.id)
    changed: set[int] = set()
    earlier: set[int] = set()
    instants = {span.first_at for span in told.values()}
    for one, other, is_new, first_at in tx.write(tables.TELL, tables.TOLD, rows, {"now": now}):
        ends = {place_of[one], place_of[other]}
        changed |= ends if is_new else ends & found.watched
        # Where what is known began when this page says, it began later before.
        earlier |= {one, other} if not is_new and first_at in instants else set()
    waiting = _waiting(tx, earlier)
    return (changed | {place_of[one] for one in waiting}) - found.suspended


def _told(
    says: PageSays, found: Found, incoming: Sequence[Incoming], now: datetime
) -> tuple[dict[Manner, _Told], dict[int, int]]:
    """Return what a page tells of each two identifiers, and the place of each by its id."""
    told: dict[Manner, _Told] = {}
    place_of: dict[int, int] = {}
    for record, (each, places) in enumerate(zip(incoming, says.buyers, strict=True)):
        if len(places) > 1:
            first, sure = centre(says, record), says.sure[record]
            instant = told_at(each.record, now)
            for place in places:
                place_of[found.id_of(place)] = place
                if place != first:
                    manner = _manner(found, first, place, sure)
                    known = told.get(manner)
                    told[manner] = _longer(known, each.record_id, instant)
    return told, place_of


def _rows(tx: Tx, told: Mapping[Manner, _Told], *, account_id: int) -> list[Row]:
    new_ids = tx.new_ids([bucket_of(manner[0]) for manner in told])
    return [
        (
            bucket_of(one),
            new_id,
            one,
            other,
            account_id,
            span.record_id,
            verified,
            other_verified,
            span.first_at,
            span.last_at,
        )
        for new_id, ((one, other, verified, other_verified), span) in zip(
            new_ids, told.items(), strict=True
        )
    ]


def _waiting(tx: Tx, identifier_ids: Collection[int]) -> list[int]:
    """Return which identifiers are those of persons of whom evidence waits for an operator."""
    if not identifier_ids:
        return []
    params = {"group_id": tx.scope.group_id, "identifier_ids": array(sorted(identifier_ids))}
    return [row[0] for row in tx.rows(tables.WAITING, params)]


def _manner(found: Found, first: int, place: int, sure: frozenset[int]) -> Manner:
    one, other = found.id_of(first), found.id_of(place)
    if one < other:
        return one, other, first in sure, place in sure
    return other, one, place in sure, first in sure


def _longer(known: _Told | None, record_id: int, instant: datetime) -> _Told:
    if known is None:
        return _Told(record_id, instant, instant)
    return replace(
        known, first_at=min(known.first_at, instant), last_at=max(known.last_at, instant)
    )
