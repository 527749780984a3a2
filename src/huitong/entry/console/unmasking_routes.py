"""HTTP in: personal values of a customer told once and for a reason, and calls by a bridge."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel, Field

from huitong.customers.model import CustomerNotFound
from huitong.customers.routes.people import CustomerId
from huitong.entry.console import unmasking
from huitong.entry.console.unmasking import (
    NOTE_LENGTH_MAX,
    NoPhone,
    PersonalField,
    ReasonMissing,
    TooManyDials,
    UnmaskReason,
)
from huitong.platform import audit, clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, Permission
from huitong.platform.http import Calling, Narrowing, Router, Running
from huitong.platform.telephone import CallState, WantedCall
from huitong.platform.unmasking import TooManyUnmasked

router = Router(tag="unmasking")


class UnmaskingIn(BaseModel):
    """Which values somebody has to see, and why."""

    fields: list[PersonalField] = Field(min_length=1, max_length=len(PersonalField))
    reason: UnmaskReason
    note: str = Field(
        "", max_length=NOTE_LENGTH_MAX, description="A few words, without names or numbers."
    )


class UnmaskedOut(BaseModel):
    """Personal values as they are; what was not asked for, or is not known, is empty."""

    name: str | None
    phones: list[str]
    emails: list[str]
    birthday_on: date | None
    left_today: int = Field(description="How many values the caller may still see in 24 hours.")


class DialIn(BaseModel):
    """Why somebody calls."""

    reason: UnmaskReason = UnmaskReason.CONTACT


class DialledOut(BaseModel):
    """What the bridge did; `rehearsed` rang nobody, because no bridge is connected.

    `bridge_number` is a number in between that may be shown: it is not the customer's.
    """

    state: CallState
    masked: str = Field(examples=["138****5678"])
    bridge_number: str | None
    valid_until: datetime | None


@router.route(
    "POST",
    "/v1/customers/{customer_id}/unmaskings",
    permission=Permission.CUSTOMERS_UNMASK,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound, ReasonMissing, TooManyUnmasked],
)
def unmask(
    platform: Running,
    caller: Calling,
    customer_id: Annotated[CustomerId, Path()],
    wanted: UnmaskingIn,
    response: Response,
) -> UnmaskedOut:
    """Tell personal values of a customer this once; each is an entry of the audit.

    100 values in 24 hours; the refusal says when the next one opens.
    """
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        told = unmasking.unmask(
            tx,
            caller,
            customer_id=customer_id,
            fields=wanted.fields,
            reason=wanted.reason,
            note=wanted.note,
            now=now,
        )
    response.headers["Cache-Control"] = "no-store"
    return UnmaskedOut(
        name=told.name,
        phones=list(told.phones),
        emails=list(told.emails),
        birthday_on=told.birthday_on,
        left_today=told.left_today,
    )


@router.route(
    "POST",
    "/v1/customers/{customer_id}/dials",
    permission=Permission.CUSTOMERS_DIAL,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound, NoPhone, TooManyDials],
)
def dial(
    platform: Running, caller: Calling, customer_id: Annotated[CustomerId, Path()], wanted: DialIn
) -> DialledOut:
    """Call a customer by the telephony bridge, without telling the number."""
    return dialled(platform, caller, customer_id, wanted.reason)


@router.route(
    "POST",
    "/v1/guide/customers/{customer_id}/dials",
    permission=Permission.GUIDE_WRITE,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound, NoPhone, TooManyDials],
)
def dial_as_guide(
    platform: Running, caller: Calling, customer_id: Annotated[CustomerId, Path()], wanted: DialIn
) -> DialledOut:
    """Call a customer whom one serves by the telephony bridge, without telling the number."""
    return dialled(platform, caller, customer_id, wanted.reason)


def dialled(
    platform: Platform, caller: Caller, customer_id: int, reason: UnmaskReason
) -> DialledOut:
    """Note the call, then ask the bridge for it: nothing leaves inside a transaction."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        number, masked = unmasking.number_to_dial(
            tx, caller, customer_id=customer_id, reason=reason, now=now
        )
    reference = audit.origin().request_id or ""
    done = platform.dial(WantedCall(number=number, actor=caller.actor(), reference=reference))
    return DialledOut(
        state=done.state,
        masked=masked,
        bridge_number=done.bridge_number,
        valid_until=done.valid_until,
    )
