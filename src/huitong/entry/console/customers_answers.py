"""Customers as the console is told of them; personal values masked."""

from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import BaseModel, Field

from huitong.customers.model import CUSTOMER_PREFIX, CustomerStatus
from huitong.entry.console.customers_rows import SPENT_DAYS, Allowed, Named, Noted, Row
from huitong.platform.auth import Caller, Permission
from huitong.platform.http import IdText
from huitong.platform.seen import Seen

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]


class NamedOut(BaseModel):
    """A code with what people call it."""

    code: str
    chinese: str
    english: str


class NoteOut(BaseModel):
    """A value of a tag that somebody said of a customer."""

    tag: NamedOut
    value: NamedOut


class BoughtOut(BaseModel):
    """What a customer bought; amounts in fen, what came back taken off."""

    orders: int
    last_at: datetime
    spent_minor: int = Field(description=f"In the last {SPENT_DAYS} days.")


class CustomerRowOut(BaseModel):
    """A customer as lists show them."""

    id: CustomerId
    status: CustomerStatus
    name: str | None = Field(examples=["张**"])
    phone: str | None = Field(examples=["138****5678"])
    city: str | None
    enrolled_at: datetime | None
    tier: NamedOut | None
    points: int | None = Field(description="Spendable ones; null for who may not see points.")
    bought: BoughtOut | None = Field(
        description="Null for who bought nothing, and for callers who see some stores only."
    )
    notes: list[NoteOut]


def row_out(row: Row) -> CustomerRowOut:
    """Return a row as it is told."""
    one = row.customer
    return CustomerRowOut(
        id=one.id,
        status=one.status,
        name=one.name,
        phone=row.phone,
        city=one.city,
        enrolled_at=one.enrolled_at,
        tier=None if row.tier is None else named_out(row.tier),
        points=row.points,
        bought=None
        if row.bought is None
        else BoughtOut(
            orders=row.bought.orders,
            last_at=row.bought.last_at,
            spent_minor=row.bought.spent_minor,
        ),
        notes=[note_out(each) for each in row.noted],
    )


def named_out(named: Named) -> NamedOut:
    """Return a code with its names as it is told."""
    return NamedOut(code=named.code, chinese=named.chinese, english=named.english)


def note_out(note: Noted) -> NoteOut:
    """Return what somebody said as it is told."""
    return NoteOut(tag=named_out(note.tag), value=named_out(note.value))


def allowed_to(caller: Caller, seen: Seen) -> Allowed:
    """Return which figures a caller may see; sums over all stores are for who sees all stores."""
    return Allowed(
        points=Permission.POINTS_READ in caller.permissions,
        bought=Permission.ORDERS_READ in caller.permissions and seen.everything(),
        notes=Permission.TAGS_READ in caller.permissions,
    )
