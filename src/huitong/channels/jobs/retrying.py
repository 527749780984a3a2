"""Queue in: everything that was refused for one reason is tried once more."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

from huitong import channels
from huitong.channels.model import InboxRecord, RecordKind, Taken
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
    """Return the job that tries all records once more that are refused for one reason."""

    def retry_refused(run: Run) -> Json:
        counts: Counter[str] = Counter()
        named: list[dict[str, str | None]] = []
        before_id, done = None, 0
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
                run.step(tx, done_steps=done, now=clock.now())
        return {"record_count": done, "counts": dict(counts.most_common()), "records": named}

    return retry_refused


def _page(run: Run, before_id: int | None) -> list[InboxRecord]:
    """Return the next of the records that the caller saw and meant, newest first."""
    asked = run.job.arguments
    brand_ids = cast("list[int] | None", asked["brand_ids"])
    scope = Scope(run.scope.group_id, None if brand_ids is None else tuple(brand_ids))
    with run.database.reading(scope) as tx:
        return channels.refused_records(
            tx,
            account_id=cast("int | None", asked["account_id"]),
            kind=RecordKind(str(asked["kind"])) if asked["kind"] else None,
            code=str(asked["code"]),
            before_id=before_id,
            limit=RECORDS_PER_PAGE_MAX,
        )


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
