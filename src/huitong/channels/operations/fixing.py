"""Puts refused records right: a new version with actor and reason, the refused one kept."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from huitong import org
from huitong.channels import tables
from huitong.channels.model import Fix, NotRefused, RecordKind, Taken, Way
from huitong.channels.operations.deliveries import (
    Source,
    finish_delivery,
    open_delivery,
    size_delivery,
)
from huitong.channels.operations.folding import Fate, Feed
from huitong.channels.operations.taking import answer, take
from huitong.channels.queries import refused_sources
from huitong.channels.rules import arrive
from huitong.platform.db import Tx
from huitong.platform.errors import Result
from huitong.platform.ids import bucket_of
from huitong.platform.page import RECORDS_PER_PAGE_MAX
from huitong.platform.pipeline import Applier

SOURCE_OF_FIXES = "fix"


def fix(
    tx: Tx,
    fixes: Sequence[Fix],
    *,
    actor: str,
    reason: str,
    appliers: Mapping[str, Sequence[Applier]],
    now: datetime,
) -> list[Result[Taken]]:
    """Take the texts that refused records should have had; answer per fix, in order, 500 at most.

    Each is another version of its record; the refused one stays as it came, superseded by it. A
    fix that is refused in turn takes its place among what is refused, so one entry stays open.
    """
    assert len(fixes) <= RECORDS_PER_PAGE_MAX, "Fixes are cut into pages."
    sources = refused_sources(tx, [one.record_id for one in fixes])
    groups: dict[tuple[int, RecordKind], list[Fix]] = defaultdict(list)
    for one in fixes:
        if one.record_id in sources:
            source = sources[one.record_id]
            groups[source.account_id, source.kind].append(one)
    accounts = {account.id: account for account in org.channel_accounts(tx)}
    fates: dict[int, Fate] = {}
    for (account_id, kind), group in groups.items():
        feed = Feed(accounts[account_id], kind, appliers[kind])
        rows = [sources[one.record_id].row for one in group]
        of_group = _take(tx, group, rows, feed=feed, now=now)
        fates |= dict(zip([one.record_id for one in group], of_group, strict=True))
        _note(tx, group, of_group, feed=feed, actor=actor, reason=reason, now=now)
    return [
        answer(fates[one.record_id]) if one.record_id in fates else NotRefused().as_refused()
        for one in fixes
    ]


def _take(
    tx: Tx, group: Sequence[Fix], rows: Sequence[int | None], *, feed: Feed, now: datetime
) -> list[Fate]:
    delivery_id = open_delivery(
        tx, feed.account, kind=feed.kind, source=Source(Way.FIX, SOURCE_OF_FIXES), now=now
    )
    size_delivery(tx, delivery_id, record_count=len(group))
    arrivals = [
        arrive(feed.account, feed.kind, one.text, row=row)
        for one, row in zip(group, rows, strict=True)
    ]
    fates = take(tx, arrivals, feed=feed, delivery_id=delivery_id, now=now)
    finish_delivery(tx, delivery_id, now=now)
    return fates


def _note(
    tx: Tx,
    group: Sequence[Fix],
    fates: Sequence[Fate],
    *,
    feed: Feed,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    changed = [
        (one, fate)
        for one, fate in zip(group, fates, strict=True)
        if fate.record_id != one.record_id  # The same text is the same version: only tried again.
    ]
    rows = [
        (bucket_of(one.record_id), one.record_id, fate.record_id, "\n".join(one.fields))
        for one, fate in changed
    ]
    constants = {"brand_id": feed.account.brand_id, "actor": actor, "reason": reason, "now": now}
    tx.write(tables.ADD_FIXES, tables.NEW_FIX, rows, constants)
    replaced = [(bucket_of(one.record_id), one.record_id) for one, _ in changed]
    tx.write(tables.REPLACE_REFUSED, tables.REPLACED_RECORD, replaced)
