"""Tries refused records once more, from the texts that were kept of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from huitong import org
from huitong.channels import tables
from huitong.channels.model import Arrival, NotRefused, RecordKind, Taken, TextForgotten
from huitong.channels.operations.folding import Feed, fold
from huitong.channels.operations.taking import answer, judge_again, replace_refused
from huitong.channels.queries import texts_at
from huitong.channels.rules import arrive
from huitong.platform.db import Tx, array
from huitong.platform.errors import Result
from huitong.platform.ids import bucket_of
from huitong.platform.page import RECORDS_PER_PAGE_MAX
from huitong.platform.pipeline import Applier


@dataclass(frozen=True, slots=True)
class _Refused:
    """A refused version as the inbox holds it."""

    record_id: int
    account_id: int
    kind: RecordKind
    external_id: str
    version: str
    body_id: int
    body_place: int
    delivery_id: int
    source_row: int | None


def retry(
    tx: Tx,
    record_ids: Sequence[int],
    *,
    appliers: Mapping[str, Sequence[Applier]],
    now: datetime,
) -> list[Result[Taken]]:
    """Try refused records once more and answer per record, in order; 500 at most.

    A record that is not refused (any more), or whose text is forgotten, is refused as such. The
    text keeps its day: a retry does not lengthen how long it is kept.
    """
    assert len(record_ids) <= RECORDS_PER_PAGE_MAX, "A retry is cut into pages."
    found = _find(tx, record_ids)
    texts = texts_at(tx, [(one.body_id, one.body_place) for one in found])
    results: dict[int, Result[Taken]] = {}
    groups: dict[tuple[int, RecordKind], list[tuple[_Refused, bytes]]] = defaultdict(list)
    for one in found:
        text = texts.get((one.body_id, one.body_place))
        if text is not None:
            groups[one.account_id, one.kind].append((one, text))
        else:
            results[one.record_id] = TextForgotten().as_refused()
    accounts = {account.id: account for account in org.channel_accounts(tx)}
    for (account_id, kind), group in groups.items():
        feed = Feed(accounts[account_id], kind, appliers[kind])
        results |= _retry_group(tx, group, feed, now)
    return [results.get(one, NotRefused().as_refused()) for one in record_ids]


def _find(tx: Tx, record_ids: Sequence[int]) -> list[_Refused]:
    found = tx.rows(
        tables.FIND_REFUSED,
        {
            "group_id": tx.scope.group_id,
            "buckets": array([bucket_of(one) for one in record_ids]),
            "ids": array(record_ids),
        },
    )
    return [
        _Refused(record_id, account_id, RecordKind(kind), *rest)
        for record_id, account_id, kind, *rest in found
    ]


def _retry_group(
    tx: Tx, group: Sequence[tuple[_Refused, bytes]], feed: Feed, now: datetime
) -> dict[int, Result[Taken]]:
    arrivals = [_arrival(one, text, feed) for one, text in group]
    fates = fold(tx, arrivals, feed=feed, now=now)
    judge_again(
        tx,
        [
            (
                fate,
                arrival.version_at,
                one.body_id,
                one.body_place,
                one.delivery_id,
                one.source_row,
            )
            for (one, _), arrival, fate in zip(group, arrivals, fates, strict=True)
        ],
    )
    replace_refused(tx, fates)
    return {one.record_id: answer(fate) for (one, _), fate in zip(group, fates, strict=True)}


def _arrival(one: _Refused, text: bytes, feed: Feed) -> Arrival:
    arrival = arrive(feed.account, feed.kind, text, row=one.source_row)
    # It stays the version that it came as, also when it can be read only now.
    return replace(arrival, external_id=one.external_id, version=one.version)
