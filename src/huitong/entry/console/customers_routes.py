"""HTTP in: one box that finds customers, and the list of them by condition."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from huitong import org, segments
from huitong.entry.console import customers_finding as finding
from huitong.entry.console.customers_answers import CustomerRowOut, allowed_to, row_out
from huitong.entry.console.customers_finding import FOUND_MAX, FoundBy
from huitong.entry.console.customers_listing import Lister, Place, Sort, Wanted, condition_of
from huitong.entry.console.customers_rows import rows_of
from huitong.org.model import BrandNotFound
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.conditions import ConditionInvalid
from huitong.platform.http import (
    Calling,
    Narrowing,
    Paging,
    Router,
    Running,
    Seeing,
    WrongCursor,
    cursor_of,
)
from huitong.platform.lake import LakeEmpty
from huitong.segments.model.bitmaps import NothingPublished
from huitong.segments.model.definitions import SegmentNotFound
from huitong.segments.queries.audiences import Audiences
from huitong.segments.routes.definitions import BrandCode

router = Router(tag="customers")

LISTING = (BrandNotFound, SegmentNotFound, ConditionInvalid, NothingPublished, LakeEmpty)

TEXT_LENGTH_MAX = 200


class TypedIn(BaseModel):
    """What somebody typed; in the body, because addresses of requests are written to logs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "5678"}]})

    text: str = Field(min_length=1, max_length=TEXT_LENGTH_MAX)


class CustomerFoundOut(CustomerRowOut):
    """A customer who was found, and by what."""

    found_by: list[FoundBy]


class LookupOut(BaseModel):
    """Who was found, whole values before parts; `has_more` when there are more than are told."""

    items: list[CustomerFoundOut]
    has_more: bool


@router.route(
    "POST",
    "/v1/brands/{brand}/customers/lookup",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.NARROWED,
    errors=[BrandNotFound],
)
def lookup(
    platform: Running, caller: Calling, seen: Seeing, brand: BrandCode, typed: TypedIn
) -> LookupOut:
    """Find customers by a phone, its last four digits, a card, a whole name, an id, an order.

    At most 20 are told. It changes nothing.
    """
    now = clock.now()
    with platform.database.reading(caller.scope()) as tx:
        where = org.brand(tx, code=brand)
        found = finding.find(
            tx,
            brand=where,
            text=typed.text,
            see=lambda wanted: platform.among("customer", tx, wanted, seen),
        )
        rows = rows_of(
            tx, list(found.customers), brand=where, allowed=allowed_to(caller, seen), now=now
        )
    assert len(rows) <= FOUND_MAX, "What is found is bounded."
    items = [
        CustomerFoundOut(
            **row_out(row).model_dump(), found_by=list(found.customers[row.customer.id])
        )
        for row in rows
    ]
    return LookupOut(items=items, has_more=found.has_more)


class SearchIn(BaseModel):
    """Which customers to list; without a condition and a segment all of them."""

    condition: dict[str, Any] | None = Field(
        None, description="A condition; /v1/brands/{brand}/vocabulary has the words."
    )
    segment: str | None = Field(
        None, max_length=50, description="Those of a kept segment; beside a condition both hold."
    )
    sort: Sort = Sort.NEWEST


class ListOut(BaseModel):
    """One page of customers.

    `count` is how many there are; null for callers who see some stores only, where there are many.
    `sorted_by` tells the order that was taken: more than 5,000 are not sorted.
    """

    items: list[CustomerRowOut]
    count: int | None
    sorted_by: Sort
    next_cursor: str | None


@router.route(
    "POST",
    "/v1/brands/{brand}/customers/search",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.NARROWED,
    errors=[*LISTING, WrongCursor],
)
def search(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    seen: Seeing,
    brand: BrandCode,
    asked: SearchIn,
    paging: Paging,
) -> ListOut:
    """List the customers who meet a condition or are in a segment, or all; it changes nothing."""
    now = clock.now()
    allowed = allowed_to(caller, seen)
    with platform.database.reading(caller.scope()) as tx:
        where = org.brand(tx, code=brand)

        def opened() -> Audiences:
            return segments.open_audiences(
                tx,
                brand=where,
                open_lake=platform.open_lake,
                now=now,
                permissions=caller.permissions,
            )

        lister = Lister(
            tx=tx,
            brand=where,
            open_audiences=opened,
            see=lambda wanted: platform.among("customer", tx, wanted, seen),
            sees_everybody=seen.everything(),
            allowed=allowed,
            now=now,
        )
        wanted = Wanted(
            condition=condition_of(asked.condition, asked.segment),
            sort=asked.sort,
            after=_place(paging.after(str, int, int)),
            limit=paging.limit,
        )
        page = lister.page(wanted)
        rows = rows_of(tx, page.customer_ids, brand=where, allowed=allowed, now=now)
    return ListOut(
        items=[row_out(row) for row in rows],
        count=page.count,
        sorted_by=page.sorted_by,
        next_cursor=None if page.next is None else cursor_of(page.next),
    )


def _place(values: tuple[int | str, ...] | None) -> Place | None:
    return None if values is None else (str(values[0]), int(values[1]), int(values[2]))
