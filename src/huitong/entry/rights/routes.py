"""HTTP in: consents and the gate, and what a person can ask: a copy, to leave, to be forgotten."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from fastapi import Path
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from huitong import customers
from huitong.customers.model import (
    CUSTOMER_PREFIX,
    ConsentAction,
    ConsentSource,
    ConsentStatement,
    CustomerNotFound,
    ExitCancellation,
    ExitRequest,
    ExitState,
    ExitWish,
    NoOpenExit,
    NotAMember,
    PointsAtExit,
    PointsStillHeld,
    Purpose,
    Receipt,
    RequestKeyUsed,
    RightKeyUsed,
    RightKind,
)
from huitong.entry.rights import asking, leaving, page
from huitong.entry.rights.asking import EraseNeedsEveryBrand
from huitong.platform import audit, clock
from huitong.platform.auth import Permission
from huitong.platform.db import Tx
from huitong.platform.errors import Refused, Result
from huitong.platform.http import Calling, IdText, Narrowing, RequestKey, Router, Running, Seeing
from huitong.platform.ids import show
from huitong.platform.unmasking import TooManyUnmasked, hold_unmasking

router = Router(tag="rights")

ASKED_MAX = 1_000
CHANNEL = r"^[a-z][a-z0-9_]{0,49}$"

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]
ChannelName: TypeAlias = Annotated[str, Field(pattern=CHANNEL, examples=["sms"])]
InPath: TypeAlias = Annotated[CustomerId, Path()]


class StatementIn(BaseModel):
    """What a customer agreed to or took back."""

    customer_id: CustomerId
    purpose: Purpose
    channel: ChannelName | None = Field(None, description="Narrows marketing to one channel.")
    action: ConsentAction
    policy_version: str = Field("", max_length=100, description="A withdrawal needs none.")
    occurred_at: AwareDatetime
    source: Literal["customer", "staff", "import"] = "customer"
    touchpoint: str | None = Field(None, max_length=100)


class StatementsIn(BaseModel):
    """Statements of one or many customers; the request's key and the place make each one's key."""

    items: Annotated[list[StatementIn], Field(min_length=1, max_length=ASKED_MAX)]


class AnswerOut(BaseModel):
    """What came of one item, in the order asked; `code` and `reason` only when it was refused."""

    ok: bool
    code: str | None = None
    reason: str | None = None


class AnswersOut(BaseModel):
    """One answer an item."""

    items: list[AnswerOut]


class QuestionIn(BaseModel):
    """Whether customers' data may be used."""

    customer_ids: Annotated[list[CustomerId], Field(min_length=1, max_length=ASKED_MAX)]
    purpose: Purpose
    channel: ChannelName | None = None


class ExitOut(BaseModel):
    """A wish to leave."""

    customer_id: CustomerId
    state: ExitState
    points: PointsAtExit
    requested_at: datetime
    due_at: datetime
    ended_at: datetime | None


class ReceiptOut(BaseModel):
    """That a right was used; it names no person."""

    kind: RightKind
    actor: str
    detail: dict[str, object]
    recorded_at: datetime


class ReceiptsOut(BaseModel):
    """The receipts of a person, the newest first."""

    items: list[ReceiptOut]


@router.route(
    "POST",
    "/v1/rights/consents",
    permission=Permission.CONSENTS_WRITE,
    narrowing=Narrowing.NARROWED,
)
def state(
    platform: Running, caller: Calling, seen: Seeing, key: RequestKey, told: StatementsIn
) -> AnswersOut:
    """Record consents and withdrawals; each counts from the time of the world on."""
    now = clock.now()
    statements = [
        ConsentStatement(
            customer_id=one.customer_id,
            purpose=one.purpose,
            action=one.action,
            occurred_at=one.occurred_at,
            key=f"{key}:{place}",
            channel=one.channel,
            policy_version=one.policy_version,
            source=ConsentSource(one.source),
            touchpoint=one.touchpoint,
            actor=caller.actor(),
        )
        for place, one in enumerate(told.items)
    ]

    def work(tx: Tx) -> list[Result[int]]:
        platform.hold("customer", tx, {one.customer_id for one in statements}, seen)
        return customers.state_consents(tx, statements, now=now)

    results = platform.database.do(caller.scope(), work, now=now)
    return AnswersOut(items=[_answer(one) for one in results])


@router.route(
    "POST",
    "/v1/rights/consents/ask",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.NARROWED,
)
def ask(platform: Running, caller: Calling, seen: Seeing, asked: QuestionIn) -> AnswersOut:
    """Ask the gate whether customers' data may be used for a purpose; it changes nothing."""
    with platform.database.reading(caller.scope()) as tx:
        platform.hold("customer", tx, asked.customer_ids, seen)
        results = customers.may(
            tx, asked.customer_ids, purpose=asked.purpose, channel=asked.channel, now=clock.now()
        )
    return AnswersOut(items=[_answer(one) for one in results])


@router.route(
    "POST",
    "/v1/rights/customers/{customer_id}/export",
    permission=Permission.RIGHTS_EXPORT,
    errors=[CustomerNotFound, RightKeyUsed, TooManyUnmasked],
    response_class=Response,
)
def export(platform: Running, caller: Calling, key: RequestKey, customer_id: InPath) -> Response:
    """Hand out everything that is held of the person, unmasked, as JSON; the call is receipted.

    It counts among the personal values that somebody may see in a day.
    """
    now = clock.now()

    def work(tx: Tx) -> dict[str, object]:
        hold_unmasking(tx, caller, wanted=1, now=now)
        document = asking.export(tx, customer_id, key=key, actor=caller.actor(), now=now)
        subject = show(CUSTOMER_PREFIX, customer_id)
        audit.record(tx, by=caller, act=audit.Act.PERSON_EXPORT, subject=subject, now=now)
        return document

    document = platform.database.do(caller.scope(), work, now=now)
    headers = {"Cache-Control": "no-store"}
    return Response(page.as_json(document), media_type="application/json", headers=headers)


@router.route(
    "POST",
    "/v1/rights/customers/{customer_id}/exit",
    permission=Permission.RIGHTS_WRITE,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound, NotAMember, PointsStillHeld],
)
def request_exit(
    platform: Running, caller: Calling, key: RequestKey, customer_id: InPath
) -> ExitOut:
    """Take a member's wish to leave, for when the cooling-off is over; a second one is the same."""
    now = clock.now()
    wish = ExitWish(customer_id, key, caller.actor())

    def work(tx: Tx) -> ExitRequest:
        (result,) = leaving.request_exits(tx, [wish], now=now)
        stands = asking.taken(result)
        # A second wish, or a repeat, answers the first one, which was told then.
        if stands.requested_at == now:
            audit.record(
                tx,
                by=caller,
                act=audit.Act.CUSTOMER_LEAVE,
                subject=show(CUSTOMER_PREFIX, customer_id),
                after={"due_at": stands.due_at, "points": stands.points},
                brand_id=stands.brand_id,
                now=now,
            )
        return stands

    return _exit(platform.database.do(caller.scope(), work, now=now))


@router.route(
    "DELETE",
    "/v1/rights/customers/{customer_id}/exit",
    permission=Permission.RIGHTS_WRITE,
    narrowing=Narrowing.CUSTOMER,
    errors=[NoOpenExit, RequestKeyUsed],
)
def cancel_exit(
    platform: Running, caller: Calling, key: RequestKey, customer_id: InPath
) -> ExitOut:
    """Take the wish to leave back, while it has not been carried out."""
    now = clock.now()
    wanted = ExitCancellation(customer_id, key)

    def work(tx: Tx) -> ExitRequest:
        (result,) = customers.cancel_exits(tx, [wanted], now=now)
        taken_back = asking.taken(result)
        if taken_back.ended_at == now:
            audit.record(
                tx,
                by=caller,
                act=audit.Act.CUSTOMER_STAY,
                subject=show(CUSTOMER_PREFIX, customer_id),
                brand_id=taken_back.brand_id,
                now=now,
            )
        return taken_back

    return _exit(platform.database.do(caller.scope(), work, now=now))


@router.route(
    "POST",
    "/v1/rights/customers/{customer_id}/erase",
    permission=Permission.RIGHTS_ERASE,
    errors=[CustomerNotFound, RightKeyUsed, EraseNeedsEveryBrand],
)
def erase(platform: Running, caller: Calling, key: RequestKey, customer_id: InPath) -> ReceiptOut:
    """Forget the person behind a customer in every brand, for good; the answer is the receipt."""
    now = clock.now()
    receipt = asking.erase(
        platform.database,
        caller.scope(),
        customer_id,
        home=platform.settings.home,
        key=key,
        actor=caller.actor(),
        now=now,
        told=lambda tx: audit.record(
            tx,
            by=caller,
            act=audit.Act.PERSON_ERASE,
            subject=show(CUSTOMER_PREFIX, customer_id),
            now=now,
        ),
    )
    return _receipt(receipt)


@router.route(
    "GET",
    "/v1/rights/customers/{customer_id}/receipts",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def receipts(platform: Running, caller: Calling, customer_id: InPath) -> ReceiptsOut:
    """List which rights the person behind a customer has used; it works for erased ones too."""
    with platform.database.reading(caller.scope()) as tx:
        found = customers.receipts_of(tx, person_id=asking.person_of(tx, customer_id=customer_id))
    return ReceiptsOut(items=[_receipt(one) for one in found])


def _answer(result: Result[object]) -> AnswerOut:
    if isinstance(result, Refused):
        return AnswerOut(ok=False, code=result.code, reason=result.reason)
    return AnswerOut(ok=True)


def _exit(one: ExitRequest) -> ExitOut:
    return ExitOut(
        customer_id=one.customer_id,
        state=one.state,
        points=one.points,
        requested_at=one.requested_at,
        due_at=one.due_at,
        ended_at=one.ended_at,
    )


def _receipt(one: Receipt) -> ReceiptOut:
    return ReceiptOut(
        kind=one.kind, actor=one.actor, detail=dict(one.detail), recorded_at=one.recorded_at
    )
