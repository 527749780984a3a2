"""HTTP in: people become members."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from huitong import customers, org
from huitong.channels.model import ConsentGiven, Gender, Identifier
from huitong.customers.model import (
    CUSTOMER_PREFIX,
    Enrolment,
)
from huitong.customers.routes.asking import (
    ITEMS_MAX,
    AnswerOut,
    Code,
    answers,
    keys,
)
from huitong.customers.routes.reaching import believed, hold_place, sight
from huitong.org.model import ChannelAccount, ChannelAccountNotFound
from huitong.platform import clock
from huitong.platform.auth import Caller, Permission
from huitong.platform.db import Scope
from huitong.platform.errors import Ok
from huitong.platform.http import (
    Calling,
    Narrowing,
    RequestKey,
    Router,
    Running,
    Seeing,
)

router = Router(tag="enrolment")


class EnrolmentIn(BaseModel):
    """Somebody who becomes a member; a consent for “service” must be among the consents."""

    identifiers: Annotated[list[Identifier], Field(min_length=1, max_length=50)]
    consents: Annotated[list[ConsentGiven], Field(min_length=1, max_length=50)]
    enrolled_at: AwareDatetime | None = Field(None, description="Null: now.")
    name: str | None = Field(None, max_length=200)
    gender: Gender | None = None
    birthday_on: date | None = None
    city: str | None = Field(None, max_length=200)
    card_no: Code | None = None
    store: Code | None = None
    touchpoint: Code | None = None
    guide: Code | None = None


class EnrolmentsIn(BaseModel):
    """People who become members at one channel account."""

    account: str = Field(pattern=r"^[^:]+:.+$", examples=["pos:main"])
    items: Annotated[list[EnrolmentIn], Field(min_length=1, max_length=ITEMS_MAX)]


class EnrolledOut(AnswerOut):
    """Whom somebody is a member as; `is_new` false: they were one already."""

    is_new: bool | None = None


class EnrolmentsOut(BaseModel):
    """One answer an item."""

    items: list[EnrolledOut]


@router.route(
    "POST",
    "/v1/customers/enrolments",
    permission=Permission.CUSTOMERS_WRITE,
    narrowing=Narrowing.NARROWED,
    errors=[ChannelAccountNotFound],
)
def enrol(
    platform: Running, caller: Calling, seen: Seeing, key: RequestKey, asked: EnrolmentsIn
) -> EnrolmentsOut:
    """Make people members at a channel account; who is one already stays one, with one welcome."""
    now = clock.now()
    for one in asked.items:
        hold_place(seen, store=one.store, guide=one.guide)
    channel, _, code = asked.account.partition(":")
    with platform.database.reading(caller.scope()) as tx:
        account = org.channel_account(tx, platform=channel, code=code)
    enrolments = [
        _enrolment(one, item_key, account, caller, now)
        for item_key, one in zip(keys(key, len(asked.items)), asked.items, strict=True)
    ]
    # Finding the account holds it against the caller's scope; persons who join are of the group.
    results = platform.database.do(
        Scope(caller.scope().group_id),
        lambda tx: customers.enrol(tx, enrolments, now=now, sees=sight(platform, seen)),
        now=now,
    )
    shown = answers(results, name="customer_id", prefix=CUSTOMER_PREFIX)
    return EnrolmentsOut(
        items=[
            EnrolledOut(
                **one.model_dump(),
                is_new=bool(result.value["is_new"]) if isinstance(result, Ok) else None,
            )
            for one, result in zip(shown.items, results, strict=True)
        ]
    )


def _enrolment(
    one: EnrolmentIn, key: str, account: ChannelAccount, caller: Caller, now: datetime
) -> Enrolment:
    return Enrolment(
        key=key,
        account=account,
        actor=caller.actor(),
        identifiers=tuple(believed(one.identifiers, of=caller)),
        consents=tuple(one.consents),
        enrolled_at=one.enrolled_at or now,
        name=one.name,
        gender=one.gender,
        birthday_on=one.birthday_on,
        city=one.city,
        card_no=one.card_no,
        store=one.store,
        touchpoint=one.touchpoint,
        guide=one.guide,
    )
