"""Queue in: everything refused that a filter means is tried once more."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

from huitong import channels
from huitong.channels.model import InboxRecord, RecordKind, Taken
from huitong.channels.queries import refused_counts
from huitong.platform import clock
from huitong.platform.db import Scope
from huitong.platform.errors import Ok, Result
from huitong.platform.ids import show
from huitong.platform.jobs import JobHandler, Json, Run
from huitong.platform.page import RECORDS_PER_PAGE_MAX
from huitong.platform.pipeline import Applier

RECORD_PREFIX = "rec"
# So many records are named one by one; the others are counted, and stand in the inbox.
NAMED_MAX = 500


def retrying(appliers: Mapping[str, Sequence[Applier]]) -> JobHandler:
    """Return the job that tries all refused records of a filter once more.

    Cancelled or broken off it goes on with those that are still refused.
    """

    def retry_refused(run: Run) -> Json:
        counts: Counter[str] = Counter()
        named: list[dict[str, str | None]] = []
        before_id, done, every = None, 0, _begin(run)
        while page := _page(run, before_id):
            now = clock.now()
            ids = [one.id for one in page]
            work = partial(channels.retry, record_ids=ids, appliers=appliers, now=now)
            results = run.database.do(run.scope, work, now=now)
            for record_id, result in zip(ids, results, strict=True):
                told = _told(record_id, result)
                counts[str(told["code"] or told["state"])] += 1
                if len(named) < NAMED_MAX:
                    named.append(told)
            before_id, done = ids[-1], done + len(ids)
            with run.transaction(now=now) as tx:
                run.step(tx, done_steps=done, all_steps=max(every, done), now=clock.now())
        return {"record_count": done, "counts": dict(counts.most_common()), "records": named}

    return retry_refused


def _begin(run: Run) -> int:
    """Return how many records the caller saw and meant, and note it as what there is to do."""
    account_id, kind, code = _filter(run)
    with run.database.reading(_scope(run)) as tx:
        every = sum(
            one.count
            for one in refused_counts(tx)
            if account_id in {None, one.account_id}
            and kind in {None, one.kind}
            and code in {None, one.code}
        )
    now = clock.now()
    with run.transaction(now=now) as tx:
        run.step(tx, done_steps=0, all_steps=every, now=now)
    return every


def _page(run: Run, before_id: int | None) -> list[InboxRecord]:
    """Return the next of the records that the caller saw and meant, newest first."""
    account_id, kind, code = _filter(run)
    with run.database.reading(_scope(run)) as tx:
        return channels.refused_records(
            tx,
            account_id=account_id,
            kind=kind,
            code=code,
            before_id=before_id,
            limit=RECORDS_PER_PAGE_MAX,
        )


def _filter(run: Run) -> tuple[int | None, RecordKind | None, str | None]:
    """Return the account, the kind and the reason that are meant; None means any."""
    asked = run.job.arguments
    return (
        cast("int | None", asked["account_id"]),
        RecordKind(str(asked["kind"])) if asked["kind"] else None,
        str(asked["code"]) if asked["code"] else None,
    )


def _scope(run: Run) -> Scope:
    """Return what the caller saw: the group, or some of its brands."""
    brand_ids = cast("list[int] | None", run.job.arguments["brand_ids"])
    return Scope(run.scope.group_id, None if brand_ids is None else tuple(brand_ids))


def _told(record_id: int, result: Result[Taken]) -> dict[str, str | None]:
    shown = show(RECORD_PREFIX, record_id)
    if isinstance(result, Ok):
        return {"record_id": shown, "state": str(result.value.state), "code": None, "reason": None}
    return {
        "record_id": shown,
        "state": "refused",
        "code": result.code,
        "reason": result.reason,
    }
