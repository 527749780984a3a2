"""HTTP in: what came and waits for something that has not come: refunds and packages for orders."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel

from huitong import orders
from huitong.channels.routes.told import BrandFilter, account_names, scope_of
from huitong.orders.model import WaitingShown
from huitong.org.model import BrandNotFound
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, IdText, Page, Paging, Router, Running, page_of

router = Router(tag="inbox")


class WaitingOut(BaseModel):
    """A refund or a package whose order has not come."""

    record_id: Annotated[int, IdText("rec")]
    account: str
    kind: Literal["refund", "fulfilment"]
    external_id: str
    order_no: str
    recorded_at: datetime


class WaitingCountOut(BaseModel):
    """How much of an account waits, and since when the oldest."""

    account: str
    kind: Literal["refund", "fulfilment"]
    count: int
    oldest_at: datetime


class WaitingCountsOut(BaseModel):
    """What waits for orders, by account and kind."""

    items: list[WaitingCountOut]
    count: int


@router.route(
    "GET",
    "/v1/inbox/waiting/counts",
    permission=Permission.INBOX_READ,
    errors=[BrandNotFound],
)
def count_waiting(
    platform: Running, caller: Calling, brand: BrandFilter = None
) -> WaitingCountsOut:
    """Count what came before its order, and still waits for it."""
    with platform.database.reading(scope_of(platform, caller, brand)) as tx:
        names = account_names(tx)
        found = orders.waiting_counts(tx)
    items = [
        WaitingCountOut.model_validate(
            {
                "account": names[one.channel_account_id],
                "kind": one.kind,
                "count": one.waiting_count,
                "oldest_at": one.oldest_at,
            }
        )
        for one in found
    ]
    return WaitingCountsOut(items=items, count=sum(one.count for one in items))


@router.route("GET", "/v1/inbox/waiting", permission=Permission.INBOX_READ, errors=[BrandNotFound])
def list_waiting(
    platform: Running, caller: Calling, paging: Paging, brand: BrandFilter = None
) -> Page[WaitingOut]:
    """List what waits for orders that have not come, what came first at the top."""
    place = paging.after(int)
    after_id = None if place is None else int(place[0])
    with platform.database.reading(scope_of(platform, caller, brand)) as tx:
        names = account_names(tx)
        found = orders.waiting(tx, after_id=after_id, limit=paging.limit + 1)
    return page_of(
        found,
        limit=paging.limit,
        show=lambda one: _shown(one, names),
        place=lambda one: (one.record_id,),
    )


def _shown(one: WaitingShown, names: dict[int, str]) -> WaitingOut:
    return WaitingOut.model_validate(
        {
            "record_id": one.record_id,
            "account": names[one.channel_account_id],
            "kind": one.kind,
            "external_id": one.external_id,
            "order_no": one.order_no,
            "recorded_at": one.recorded_at,
        }
    )
