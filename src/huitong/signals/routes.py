"""HTTP in: what a customer did without buying."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeAlias

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict

from huitong import customers, signals
from huitong.customers.model import CUSTOMER_PREFIX, CustomerNotFound
from huitong.platform.auth import Permission
from huitong.platform.http import (
    Calling,
    IdText,
    Narrowing,
    Page,
    Paging,
    Place,
    Router,
    Running,
    WrongCursor,
    page_of,
)
from huitong.signals.model import SIGNAL_PREFIX, SignalShown

router = Router(tag="signals")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
KINDS_MAX = 50

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]


class SignalOut(BaseModel):
    """Something a customer did without buying."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[int, IdText(SIGNAL_PREFIX)]
    channel_account_id: Annotated[int, IdText("acc")]
    kind: str
    occurred_at: datetime
    sku: str | None
    store: str | None
    content: str | None
    touchpoint: str | None
    guide: str | None


@router.route(
    "GET",
    "/v1/customers/{customer_id}/signals",
    permission=Permission.SIGNALS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def list_of_customer(
    platform: Running,
    caller: Calling,
    customer_id: Annotated[CustomerId, Path()],
    paging: Paging,
    kind: Annotated[
        list[str], Query(max_length=KINDS_MAX, description="Only these kinds; all without it.")
    ] = [],  # noqa: B006 - FastAPI makes a new list for each request
) -> Page[SignalOut]:
    """List what a customer did without buying, the latest first."""
    with platform.database.reading(caller.scope()) as tx:
        today = customers.today_of(tx, customer_id=customer_id)
        before = _before(paging.after(int, int))
        found = signals.timeline(tx, today, kinds=kind, before=before, limit=paging.limit + 1)
    return page_of(found, limit=paging.limit, show=SignalOut.model_validate, place=_place)


def _place(signal: SignalShown) -> tuple[int, int]:
    return (signal.occurred_at - EPOCH) // MICROSECOND, signal.id


def _before(place: Place | None) -> tuple[datetime, int] | None:
    """Return the time and id that a page begins before.

    :raises WrongCursor: when the cursor holds no possible time.
    """
    if place is None:
        return None
    try:
        return EPOCH + int(place[0]) * MICROSECOND, int(place[1])
    except OverflowError:
        raise WrongCursor from None
