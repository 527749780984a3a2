"""Says of customers which stages their children are in, so that tags know and no birthday leaves.

Birthdays stay sealed with the customer. What is said is a stage by the month of birth, from the
first of a month on; a tag carries it to conditions, portraits and scores.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from huitong import customers, org
from huitong.customers.model import Belonging, BelongingKind
from huitong.org.model import Brand
from huitong.platform import clock
from huitong.platform.db import Database, ReadTx, Scope, Tx
from huitong.platform.jobs import Json, Run
from huitong.segments.operations.tags import Giving, give, withdraw
from huitong.segments.queries import tags as queries
from huitong.segments.rules.lifecycle_age import shipped_ladder, stages_of_months

STAGE_CHILDREN = "segments.stage_children"
ACTOR = "child_stages"
CUSTOMERS_AT_ONCE = 500
LADDER = shipped_ladder()
NO_STAGES: frozenset[str] = frozenset()

Stages = Mapping[int, frozenset[str]]


def stage_children(run: Run) -> Json:
    """Say the stages of children anew, brand by brand, where the brand has the tag."""
    now = clock.now()
    with run.database.reading(run.scope) as tx:
        wanted = [brand for brand in org.brands(tx) if _has_tag(tx, brand)]
    changed = 0
    for done, brand in enumerate(wanted):
        if done >= run.job.done_steps:
            changed += stage_children_of(run.database, brand, now=now)
            with run.transaction(now=now) as tx:
                run.step(tx, done_steps=done + 1, all_steps=len(wanted), now=clock.now())
    return {"changed_count": changed}


def stage_children_of(database: Database, brand: Brand, *, now: datetime) -> int:
    """Say the stages of a brand's children as of today, and return how many customers changed.

    Only what this said before is taken back; what people or files said stays.
    """
    scope, day = Scope(brand.group_id, (brand.id,)), _Day(brand, now)
    with database.reading(scope) as tx:
        stands = day.said(tx)
    after = changed = 0
    left = dict(stands)
    is_last = False
    while not is_last:
        with database.transaction(scope, now=now) as tx:
            page = customers.parents_after(
                tx, brand_id=brand.id, after=after, limit=CUSTOMERS_AT_ONCE
            )
            before = {one: left.pop(one, NO_STAGES) for one in page}
            changed += day.say(tx, before, day.stages(tx, page))
        is_last = len(page) < CUSTOMERS_AT_ONCE
        after = 0 if is_last else page[-1]
    gone = sorted(left)
    for first in range(0, len(gone), CUSTOMERS_AT_ONCE):
        batch = gone[first : first + CUSTOMERS_AT_ONCE]
        with database.transaction(scope, now=now) as tx:
            changed += day.say(tx, {one: left[one] for one in batch}, {})
    return changed


@dataclass(frozen=True, slots=True)
class _Day:
    """A brand at an instant."""

    brand: Brand
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.brand.time_zone)).date()

    def said(self, tx: ReadTx) -> Stages:
        """Return what was said of whose children before."""
        found = defaultdict[int, set[str]](set)
        for one in queries.given(tx, brand_id=self.brand.id, today=self.today):
            if one.tag == LADDER.code and one.given_by == ACTOR:
                found[one.customer_id].add(one.value)
        return {customer: frozenset(values) for customer, values in found.items()}

    def stages(self, tx: ReadTx, customer_ids: Sequence[int]) -> Stages:
        """Return the stages that the children of customers are in."""
        found = customers.belongings_of(tx, customer_ids=customer_ids)
        return {
            customer: stages_of_months(LADDER, _days_of_children(belongings), today=self.today)
            for customer, belongings in found.items()
        }

    def say(self, tx: Tx, before: Stages, after: Stages) -> int:
        """Say what is new and take back what is over; return how many customers that concerns."""
        givings: list[Giving] = []
        over = defaultdict[str, list[int]](list)
        for customer, stood in before.items():
            stands = after.get(customer, NO_STAGES)
            givings += [Giving(customer, stage) for stage in sorted(stands - stood)]
            for stage in sorted(stood - stands):
                over[stage].append(customer)
        brand_id, tag, now = self.brand.id, LADDER.code, self.now
        for stage, gone in over.items():
            withdraw(tx, gone, brand_id=brand_id, tag=tag, actor=ACTOR, now=now, value=stage)
        if givings:
            give(tx, givings, brand_id=brand_id, tag=tag, actor=ACTOR, now=now, today=self.today)
        concerned = {one.customer_id for one in givings}
        return len(concerned.union(*over.values()))


def _has_tag(tx: ReadTx, brand: Brand) -> bool:
    return LADDER.code in queries.definitions(tx, brand_id=brand.id).tags


def _days_of_children(
    belongings: Sequence[Belonging],
) -> list[tuple[date | None, date | None]]:
    return [
        (one.particulars.birthday_on, one.particulars.due_on)
        for one in belongings
        if one.kind is BelongingKind.CHILD
    ]
