"""Decides what is news among arrivals and folds the news through the appliers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from huitong.channels import tables
from huitong.channels.model import (
    KINDS_OF_PERSONAL_KEYS,
    Arrival,
    Incoming,
    RecordKind,
    RecordState,
)
from huitong.channels.rules import Seen, Verdict, bucket_of_key, inbox_keys, judge, waves
from huitong.org.model import ChannelAccount
from huitong.platform.crypto import keyring
from huitong.platform.db import Tx, array, text_array
from huitong.platform.errors import Refused
from huitong.platform.page import Page
from huitong.platform.pipeline import Applier, apply_page

STRIPES = 16
# Any number will do; it keeps these locks apart from other users of advisory locks.
STRIPE_SPACE = 0x4855_4900


class Fate(NamedTuple):
    """What became of one arrival; `is_new` when the inbox has no row of that version yet."""

    record_id: int
    bucket: int
    state: RecordState
    is_new: bool
    refused: Refused | None = None
    replaced_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """One kind of record from one account on its way to the domains above."""

    account: ChannelAccount
    kind: RecordKind
    appliers: Sequence[Applier]


def keyed(arrivals: Sequence[Arrival], feed: Feed) -> list[Arrival]:
    """Return the arrivals under the keys that the inbox keeps."""
    if feed.kind not in KINDS_OF_PERSONAL_KEYS:
        return list(arrivals)
    keys = inbox_keys(keyring(), feed.account, feed.kind, [one.external_id for one in arrivals])
    return [replace(one, external_id=key) for one, key in zip(arrivals, keys, strict=True)]


def fold(tx: Tx, arrivals: Sequence[Arrival], *, feed: Feed, now: datetime) -> list[Fate]:
    """Apply what is news among the arrivals and return what became of each, in order.

    Takes the turn of their records first, so that no older version passes a newer one.
    """
    buckets = [bucket_of_key(one.external_id) for one in arrivals]
    _take_turn(tx, feed, buckets)
    seen = _seen(tx, feed, arrivals, buckets)
    fates: dict[int, Fate] = {}
    for wave in waves(arrivals):
        of_wave = [(arrivals[place], buckets[place]) for place in wave]
        fates |= zip(wave, _fold_wave(tx, of_wave, seen, feed, now), strict=True)
    return [fates[place] for place in range(len(arrivals))]


def _take_turn(tx: Tx, feed: Feed, buckets: Sequence[int]) -> None:
    # Stripes are a function of account, kind and bucket; sorted, so that two pages cannot wait
    # for each other in a circle.
    of_feed = f"{feed.account.group_id}/{feed.account.id}/{feed.kind}".encode()
    space = int.from_bytes(blake2b(of_feed, digest_size=3).digest(), "big")
    stripes = sorted({bucket % STRIPES for bucket in buckets})
    locks = [STRIPE_SPACE << 32 | space << 8 | stripe for stripe in stripes]
    tx.rows(tables.LOCK_STRIPES, {"stripes": array(locks)})


def _seen(
    tx: Tx, feed: Feed, arrivals: Sequence[Arrival], buckets: Sequence[int]
) -> defaultdict[str, list[Seen]]:
    found = tx.rows(
        tables.FIND_VERSIONS,
        {
            "group_id": tx.scope.group_id,
            "account_id": feed.account.id,
            "kind": feed.kind,
            "buckets": array(buckets),
            "external_ids": text_array([one.external_id for one in arrivals]),
        },
    )
    seen: defaultdict[str, list[Seen]] = defaultdict(list)
    for external_id, record_id, version, version_at, state in found:
        one = Seen(record_id, version, version_at, RecordState(state))
        if one not in seen[external_id]:  # A record that stands twice on the page is found twice.
            seen[external_id].append(one)
    return seen


def _fold_wave(
    tx: Tx,
    wave: Sequence[tuple[Arrival, int]],
    seen: defaultdict[str, list[Seen]],
    feed: Feed,
    now: datetime,
) -> list[Fate]:
    fates = _judged(tx, wave, seen)
    to_apply = [
        place
        for place, ((arrival, _), fate) in enumerate(zip(wave, fates, strict=True))
        if arrival.record is not None and fate.state is RecordState.APPLIED
    ]
    incoming = [
        Incoming(feed.account, record, fates[place].record_id)
        for place in to_apply
        if (record := wave[place][0].record) is not None
    ]
    outcomes = apply_page(tx, Page(incoming), feed.appliers, now=now)
    for place, outcome in zip(to_apply, outcomes, strict=True):
        if isinstance(outcome, Refused):
            fates[place] = fates[place]._replace(state=RecordState.REFUSED, refused=outcome)
    return [
        _remembered(arrival, fate, seen[arrival.external_id])
        for (arrival, _), fate in zip(wave, fates, strict=True)
    ]


def _judged(
    tx: Tx, wave: Sequence[tuple[Arrival, int]], seen: defaultdict[str, list[Seen]]
) -> list[Fate]:
    """Return the fates as they will be if no applier refuses."""
    same = [
        next((one for one in seen[arrival.external_id] if one.version == arrival.version), None)
        for arrival, _ in wave
    ]
    fresh = iter(tx.new_ids([b for (_, b), one in zip(wave, same, strict=True) if one is None]))
    return [
        Fate(
            record_id=one.record_id if one else next(fresh),
            bucket=bucket,
            state=_state_for(judge(arrival, seen[arrival.external_id]), arrival),
            is_new=one is None,
            refused=arrival.refused,
        )
        for (arrival, bucket), one in zip(wave, same, strict=True)
    ]


def _state_for(verdict: Verdict, arrival: Arrival) -> RecordState:
    if verdict is Verdict.KNOWN:
        return RecordState.KNOWN
    if verdict is Verdict.SUPERSEDED:
        return RecordState.SUPERSEDED
    return RecordState.REFUSED if arrival.refused else RecordState.APPLIED


def _remembered(arrival: Arrival, fate: Fate, seen: list[Seen]) -> Fate:
    """Add the fate to what was seen; an applied version replaces refused ones before it."""
    if fate.state is RecordState.KNOWN:
        return fate
    others = [one for one in seen if one.version != arrival.version]
    replaced = [
        one.record_id
        for one in others
        if fate.state is RecordState.APPLIED
        and one.state is RecordState.REFUSED
        and not (one.version_at and arrival.version_at and one.version_at > arrival.version_at)
    ]
    kept = [one for one in others if one.record_id not in replaced]
    seen[:] = [*kept, Seen(fate.record_id, arrival.version, arrival.version_at, fate.state)]
    return fate._replace(replaced_ids=tuple(replaced)) if replaced else fate
