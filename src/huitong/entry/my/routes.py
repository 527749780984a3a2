"""HTTP in: a member's own card and points, with the reason of each; whoever calls is the customer.

No address here names a customer, so there is none to put another one's id into.
"""

from datetime import datetime

from pydantic import BaseModel, Field

from huitong.customers.model import CustomerNotFound, CustomerStatus
from huitong.entry.console.customers_answers import NamedOut
from huitong.entry.console.customers_head import Head, head_of
from huitong.entry.console.customers_rows import Allowed
from huitong.loyalty.routes.points import (
    LotsOut,
    MovementOut,
    PointsOut,
)
from huitong.loyalty.routes.points import balance as balance_of
from huitong.loyalty.routes.points import history as history_of
from huitong.loyalty.routes.points import lots as lots_of
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, Page, Paging, Router, Running
from huitong.platform.seen import Seen

router = Router(tag="my")

ALLOWED = Allowed(points=True, bought=False, notes=False)


class MyProgressOut(BaseModel):
    """The member's tier, what it needs, and how far the next one is."""

    tier: NamedOut
    since: datetime
    growth: int = Field(description="What counts towards the tier now.")
    reached_at_growth: int = Field(description="What the tier needs; not what they had then.")
    next_tier: NamedOut | None
    growth_missing: int
    pending_growth: int = Field(description="Of orders that can still be returned.")


class MyCardOut(BaseModel):
    """The member's card as they carry it; the name is masked, as the phone may be looked over."""

    brand_name: str
    name: str | None = Field(examples=["张**"])
    status: CustomerStatus
    member_since: datetime | None
    cards: list[str]
    store_name: str | None
    points: int
    pending_points: int
    next_expiry_at: datetime | None = Field(
        description="From when on they are gone: the midnight after their last day."
    )
    next_expiry_points: int
    progress: MyProgressOut | None
    leaves_at: datetime | None = Field(description="When a wish to leave is carried out.")


@router.route("GET", "/v1/my/card", permission=Permission.MY_READ, errors=[CustomerNotFound])
def card(platform: Running, caller: Calling) -> MyCardOut:
    """Show the member's card: points, tier, and what reaches the next one."""
    now = clock.now()
    with platform.database.reading(caller.scope()) as tx:
        # Members are told no names of staff.
        head = head_of(tx, caller.id, allowed=ALLOWED, now=now, seen=Seen(now, stores={}))
    found = head.points
    assert found is not None, "A member sees their own points."
    return MyCardOut(
        brand_name=head.brand.name,
        name=head.customer.name,
        status=head.customer.status,
        member_since=head.customer.enrolled_at,
        cards=list(head.customer.cards),
        store_name=head.store_name,
        points=found.spendable,
        pending_points=found.pending,
        next_expiry_at=found.next_expiry_at,
        next_expiry_points=found.next_expiry_amount,
        progress=_progress(head),
        leaves_at=None if head.leaving is None else head.leaving.due_at,
    )


@router.route("GET", "/v1/my/points", permission=Permission.MY_READ, errors=[CustomerNotFound])
def points(platform: Running, caller: Calling) -> PointsOut:
    """Show the member's points and tier in full."""
    return balance_of(platform, caller, caller.id)


@router.route("GET", "/v1/my/points/lots", permission=Permission.MY_READ, errors=[CustomerNotFound])
def lots(platform: Running, caller: Calling) -> LotsOut:
    """List the member's points by when they expire, the newest first."""
    return lots_of(platform, caller, Seen(clock.now()), caller.id)


@router.route(
    "GET", "/v1/my/points/history", permission=Permission.MY_READ, errors=[CustomerNotFound]
)
def history(platform: Running, caller: Calling, paging: Paging) -> Page[MovementOut]:
    """List the member's statement, newest first, with why each order earned what it did."""
    return history_of(platform, caller, Seen(clock.now()), caller.id, paging)


def _progress(head: Head) -> MyProgressOut | None:
    why = head.tier
    if why is None:
        return None
    return MyProgressOut(
        tier=NamedOut(code=why.tier, chinese=why.names.zh, english=why.names.en),
        since=why.since,
        growth=why.growth,
        reached_at_growth=why.reached_at_growth,
        next_tier=None
        if why.next_tier is None or why.next_names is None
        else NamedOut(code=why.next_tier, chinese=why.next_names.zh, english=why.next_names.en),
        growth_missing=why.growth_missing,
        pending_growth=why.pending_growth,
    )
