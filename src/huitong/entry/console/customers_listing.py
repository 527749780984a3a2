"""Lists the customers of a brand, all of them or those who meet a condition, page by page.

Few are sorted by what is asked for. Many come in an order that stays: without a condition the
newest first, with one in the order of their places in the bitmaps.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from huitong import customers, ledger, orders
from huitong.entry.console.customers_rows import SPENT_DAYS, Allowed
from huitong.loyalty.model import Asset
from huitong.org.model import Brand
from huitong.platform.conditions import Condition, read_condition
from huitong.platform.db import ReadTx
from huitong.platform.ids import ID_BITS
from huitong.segments.queries.audiences import Audience, Audiences

# So many are read whole, narrowed to whom the caller sees, and sorted.
SORTED_MAX = 5_000
# Of more, so many pages are looked through for those whom a narrowed caller sees.
ROUNDS_MAX = 10
ROUND_CUSTOMERS = 500
NO_ID = 1 << ID_BITS

See = Callable[[Sequence[int]], Iterable[int]]
OpenAudiences = Callable[[], Audiences]


class Sort(StrEnum):
    """What customers are sorted by, the highest first; `arrival` stays where there are many."""

    NEWEST = "newest"
    SPENT = "spent"
    LAST_ORDER = "last_order"
    POINTS = "points"
    ARRIVAL = "arrival"


Place = tuple[str, int, int]


def condition_of(condition: Mapping[str, Any] | None, segment: str | None) -> Condition | None:
    """Return what a filter and a kept segment come to together; None for everybody.

    :raises ConditionInvalid: when the filter cannot be read.
    """
    parts = [*([condition] if condition else []), *([{"segment": segment}] if segment else [])]
    if not parts:
        return None
    return read_condition(parts[0] if len(parts) == 1 else {"all": parts})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is listed, and how: `after` is where the page before ended."""

    condition: Condition | None
    sort: Sort
    after: Place | None
    limit: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One page: who, how many there are of whom the caller sees (None: not known), what next."""

    customer_ids: Sequence[int]
    count: int | None
    sorted_by: Sort
    next: Place | None


@dataclass(frozen=True, slots=True)
class Lister:
    """Lists for one caller, in one transaction; the bitmaps are opened for a condition only."""

    tx: ReadTx
    brand: Brand
    open_audiences: OpenAudiences
    see: See
    sees_everybody: bool
    allowed: Allowed
    now: datetime

    def page(self, wanted: Wanted) -> Listed:
        """Return one page.

        :raises ConditionInvalid: when the condition says what there is no word for.
        :raises NothingPublished: when it needs tags, and none were computed yet.
        """
        if wanted.condition is None:
            count = customers.count_living(self.tx, brand_id=self.brand.id)
            if count <= SORTED_MAX:
                return self._few(wanted, self._newest(NO_ID - 1, SORTED_MAX))
            return self._many(wanted, count, Sort.NEWEST, self._newest_places)
        audiences = self.open_audiences()
        audience = audiences.find(wanted.condition)
        if audience.size <= SORTED_MAX:
            found = audiences.page(audience, after=-1, limit=SORTED_MAX)
            return self._few(wanted, [one for _, one in found])
        return self._many(wanted, audience.size, Sort.ARRIVAL, _places_of(audiences, audience))

    def _few(self, wanted: Wanted, customer_ids: Sequence[int]) -> Listed:
        """Sort everybody whom the caller sees, and cut the page out."""
        visible = list(self.see(customer_ids))
        sort, values = self._values(wanted.sort, visible)
        ranked = sorted(((values.get(one, 0), one) for one in visible), reverse=True)
        if wanted.after is not None and wanted.after[0] == sort:
            ranked = [one for one in ranked if one < wanted.after[1:]]
        page = ranked[: wanted.limit]
        more = len(ranked) > len(page)
        return Listed(
            customer_ids=[one for _, one in page],
            count=len(visible),
            sorted_by=sort,
            next=(sort.value, *page[-1]) if more else None,
        )

    def _many(
        self,
        wanted: Wanted,
        count: int,
        sort: Sort,
        read: Callable[[int | None, int], Sequence[tuple[int, int]]],
    ) -> Listed:
        """Look through pages until one is full of whom the caller sees, or so many were read."""
        goes_on = wanted.after is not None and wanted.after[0] == sort
        place = wanted.after[1] if wanted.after is not None and goes_on else None
        shown: list[tuple[int, int]] = []
        has_more = True
        for _ in range(ROUNDS_MAX):
            found = read(place, ROUND_CUSTOMERS)
            visible = set(self.see([one for _, one in found]))
            shown += [one for one in found if one[1] in visible]
            has_more = len(found) == ROUND_CUSTOMERS
            place = found[-1][0] if found else place
            if len(shown) > wanted.limit or not has_more:
                break
        page = shown[: wanted.limit]
        if len(shown) > wanted.limit:
            place, has_more = page[-1][0], True
        return Listed(
            customer_ids=[one for _, one in page],
            count=count if self.sees_everybody else None,
            sorted_by=sort,
            next=(sort.value, place, 0) if has_more and place is not None else None,
        )

    def _newest(self, below: int, limit: int) -> list[int]:
        return customers.newest(self.tx, brand_id=self.brand.id, below=below, limit=limit)

    def _newest_places(self, after: int | None, limit: int) -> Sequence[tuple[int, int]]:
        below = NO_ID - 1 if after is None else after
        return [(one, one) for one in self._newest(below, limit)]

    def _values(self, sort: Sort, customer_ids: Sequence[int]) -> tuple[Sort, Mapping[int, int]]:
        """Return what customers are sorted by; what the caller may not see sorts nothing."""
        if sort in {Sort.SPENT, Sort.LAST_ORDER} and self.allowed.bought:
            since = self.now - timedelta(days=SPENT_DAYS)
            found = orders.bought_by(self.tx, customer_ids, since=since)
            return sort, {
                one: bought.spent_minor
                if sort is Sort.SPENT
                else int(bought.last_at.timestamp() * 1_000_000)
                for one, bought in found.items()
            }
        if sort is Sort.POINTS and self.allowed.points:
            asset = Asset.POINTS.of_brand(self.brand.id)
            found_points = ledger.balances(self.tx, customer_ids, asset=asset, now=self.now)
            return sort, {one.owner: one.spendable for one in found_points}
        return Sort.NEWEST, {}


def _places_of(
    audiences: Audiences, audience: Audience
) -> Callable[[int | None, int], Sequence[tuple[int, int]]]:
    def read(after: int | None, limit: int) -> Sequence[tuple[int, int]]:
        return audiences.page(audience, after=-1 if after is None else after, limit=limit)

    return read
