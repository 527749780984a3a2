"""The customers of a day's snapshot: who of them can still be shown, and whether one was in it."""

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.platform.db import ReadTx
from huitong.platform.ids import show
from huitong.segments.model.audiences import CustomerNotKnown
from huitong.segments.queries.ordinals import customers_at, ordinals_of
from huitong.segments.rules.bitmaps import Column, page_of


def living_page(
    tx: ReadTx, members: Column, *, brand_id: int, after: int, limit: int
) -> list[tuple[int, int]]:
    """Return (place, customer) of the first members above a place who live still, in order.

    Who was merged away or erased since is left out; the page is full as long as there are others.
    """
    found: list[tuple[int, int]] = []
    while len(found) < limit:
        ordinals = page_of(members, after=after, limit=limit)
        if not ordinals:
            break
        found += customers_at(tx, ordinals, brand_id=brand_id).items()
        after = ordinals[-1]
    return found[:limit]


def was_in(tx: ReadTx, members: Column, *, customer_id: int, brand_id: int) -> bool:
    """Tell whether a customer who lives still was among the members.

    :raises CustomerNotKnown: when the brand has none, or they were merged away or erased.
    """
    place = ordinals_of(tx, [customer_id]).get(customer_id)
    if place is None or not customers_at(tx, [place], brand_id=brand_id):
        raise CustomerNotKnown(customer=show(CUSTOMER_PREFIX, customer_id))
    return place in members
