"""What is done to everybody whom a filter holds: a tag by hand given or taken back, and undone.

It is a job, so that it can be watched and cancelled. What it says is said in the job's own name,
and so one job can be undone whole without touching what others said.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from huitong import org, segments
from huitong.org.model import Brand
from huitong.platform import clock
from huitong.platform.conditions import Condition, read_condition
from huitong.platform.conditions.tree import AllOf
from huitong.platform.db import ReadTx
from huitong.platform.errors import DomainError, Kind, Ok
from huitong.platform.ids import show
from huitong.platform.jobs import JOB_PREFIX, JobHandler, Json, Run
from huitong.segments.operations import tags as tag_operations
from huitong.segments.operations.tag_undoing import undo_sayings
from huitong.segments.operations.tags import Giving
from huitong.segments.queries.audiences_lake import OpenLake
from huitong.segments.queries.ordinals import customers_at
from huitong.segments.rules.bitmaps import Column, page_of

GIVE_TAG = "console.give_tag"
WITHDRAW_TAG = "console.withdraw_tag"
UNDO_TAG = "console.undo_tag"
CUSTOMERS_A_PAGE = 500
UNDONE_A_PAGE = 5_000


@dataclass(eq=False)
class FilterChanged(DomainError):
    """The filter holds another number of customers than somebody confirmed."""

    code: ClassVar[str] = "platform.filter_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "This filter holds {customers} customers now, and {expected} were confirmed: look at the"
        " list again and confirm the new number."
    )
    customers: int
    expected: int


@dataclass(eq=False)
class FilterMissing(DomainError):
    """Work on everybody was asked for without saying that everybody is meant."""

    code: ClassVar[str] = "platform.filter_missing"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "Without a filter this is done to every customer of the brand: filter them, or say"
        " “everybody”: true."
    )


def leaves_nobody_out(condition: Condition) -> bool:
    """Tell whether a condition asks for nothing, however deep its empty parts are."""
    return isinstance(condition, AllOf) and all(leaves_nobody_out(one) for one in condition.all)


def handlers(open_lake: OpenLake) -> Mapping[str, JobHandler]:
    """Return what a worker runs for filters."""
    work = _Work(open_lake)
    return {GIVE_TAG: work.give, WITHDRAW_TAG: work.withdraw, UNDO_TAG: undo}


def undo(run: Run) -> Json:
    """Undo what a job gave and took back, where nobody said anything else since."""
    asked = run.job.arguments
    with run.database.reading(run.scope) as tx:
        brand = org.brand(tx, code=str(asked["brand"]))
    steps = undone = 0
    while True:
        now = clock.now()
        steps += 1
        with run.transaction(now=now) as tx:
            count = undo_sayings(
                tx,
                brand_id=brand.id,
                tag=str(asked["tag"]),
                hand=str(asked["job"]),
                actor=str(asked["actor"]),
                now=now,
                limit=UNDONE_A_PAGE,
            )
            run.step(tx, done_steps=steps, now=clock.now())
        undone += count
        if not count:
            return {"undone_count": undone}


@dataclass(frozen=True, slots=True)
class _Work:
    """The jobs over everybody whom a filter holds."""

    open_lake: OpenLake

    def give(self, run: Run) -> Json:
        """Say a value of a tag of everybody, page by page; who cannot be told of is counted."""
        asked = run.job.arguments
        until = None if asked.get("until") is None else date.fromisoformat(str(asked["until"]))
        given: Counter[str] = Counter()
        brand, members = self._members(run)
        for step, customer_ids in enumerate(_pages(run, brand, members), 1):
            now = clock.now()
            with run.transaction(now=now) as tx:
                results = tag_operations.give(
                    tx,
                    [Giving(one, str(asked["value"]), until) for one in customer_ids],
                    brand_id=brand.id,
                    tag=str(asked["tag"]),
                    actor=show(JOB_PREFIX, run.job.id),
                    now=now,
                    today=now.astimezone(ZoneInfo(brand.time_zone)).date(),
                )
                run.step(tx, done_steps=step, all_steps=_steps(members), now=clock.now())
            given.update("done" if isinstance(one, Ok) else "refused" for one in results)
        return _told(asked, members, given["done"], given["refused"])

    def withdraw(self, run: Run) -> Json:
        """Take a tag, or one value of it, back from everybody, page by page."""
        asked = run.job.arguments
        taken_back = 0
        brand, members = self._members(run)
        for step, customer_ids in enumerate(_pages(run, brand, members), 1):
            now = clock.now()
            with run.transaction(now=now) as tx:
                taken_back += tag_operations.withdraw(
                    tx,
                    customer_ids,
                    brand_id=brand.id,
                    tag=str(asked["tag"]),
                    value=None if asked.get("value") is None else str(asked["value"]),
                    actor=show(JOB_PREFIX, run.job.id),
                    now=now,
                )
                run.step(tx, done_steps=step, all_steps=_steps(members), now=clock.now())
        return _told(asked, members, taken_back, 0)

    def _members(self, run: Run) -> tuple[Brand, Column]:
        """Return whom the filter holds as the job begins; that set stays until it ends."""
        with run.database.reading(run.scope) as tx:
            brand = org.brand(tx, code=str(run.job.arguments["brand"]))
            condition: Any = run.job.arguments["condition"]
            audiences = segments.open_audiences(
                tx, brand=brand, open_lake=self.open_lake, now=clock.now()
            )
            return brand, audiences.find(read_condition(condition)).members


def _pages(run: Run, brand: Brand, members: Column) -> Iterator[Sequence[int]]:
    """Yield the living customers of a set, page by page."""
    after = -1
    while places := page_of(members, after=after, limit=CUSTOMERS_A_PAGE):
        with run.database.reading(run.scope) as tx:
            customer_ids = _at(tx, places, brand)
        after = places[-1]
        yield customer_ids


def _at(tx: ReadTx, places: Sequence[int], brand: Brand) -> list[int]:
    return list(customers_at(tx, places, brand_id=brand.id).values())


def _steps(members: Column) -> int:
    return -(-members.size // CUSTOMERS_A_PAGE)


def _told(asked: Json, members: Column, done: int, refused: int) -> Json:
    return {
        "confirmed_count": asked["confirmed"],
        "matched_count": members.size,
        "changed_count": done,
        "refused_count": refused,
    }
