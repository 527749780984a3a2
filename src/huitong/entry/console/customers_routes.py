"""HTTP in: one box that finds customers, and the list of them by condition."""

from pydantic import BaseModel, ConfigDict, Field

from huitong import org
from huitong.entry.console import customers_finding as finding
from huitong.entry.console.customers_answers import CustomerRowOut, allowed_to, row_out
from huitong.entry.console.customers_finding import FOUND_MAX, FoundBy
from huitong.entry.console.customers_rows import rows_of
from huitong.org.model import BrandNotFound
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, Reach, Router, Running, Seeing
from huitong.segments.routes.definitions import BrandCode

router = Router(tag="customers")

TEXT_LENGTH_MAX = 200


class TypedIn(BaseModel):
    """What somebody typed; in the body, because addresses of requests are written to logs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "5678"}]})

    text: str = Field(min_length=1, max_length=TEXT_LENGTH_MAX)


class FoundOut(CustomerRowOut):
    """A customer who was found, and by what."""

    found_by: list[FoundBy]


class LookupOut(BaseModel):
    """Who was found, whole values before parts; `has_more` when there are more than are told."""

    items: list[FoundOut]
    has_more: bool


@router.route(
    "POST",
    "/v1/brands/{brand}/customers/lookup",
    permission=Permission.CUSTOMERS_READ,
    reach=Reach.NARROWED,
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
        FoundOut(**row_out(row).model_dump(), found_by=list(found.customers[row.customer.id]))
        for row in rows
    ]
    return LookupOut(items=items, has_more=found.has_more)
