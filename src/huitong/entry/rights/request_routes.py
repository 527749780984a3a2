"""HTTP in: what people ask of us under the law: taken down, answered in time, and what it does."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal, TypeAlias

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from huitong import customers, org
from huitong.customers.model import (
    CUSTOMER_PREFIX,
    REQUEST_PREFIX,
    TERM_DAYS,
    URGENT,
    CustomerNotFound,
    NewRequest,
    PointsAtExit,
    RequestClosed,
    RequestKeyUsed,
    RequestNotCarriedOut,
    RequestNotFound,
    RequestOfFuture,
    RequestOrigin,
    RequestState,
    RightKind,
    RightRequest,
)
from huitong.entry.console.person_shapes import MembershipOut, membership_out
from huitong.entry.rights.consequences import Hindrance, consequences_of
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import DomainError, Refused
from huitong.platform.http import (
    Calling,
    IdText,
    Narrowing,
    Page,
    Paging,
    Place,
    RequestKey,
    Router,
    Running,
    page_of,
)
from huitong.platform.ids import show

router = Router(tag="rights")

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]
RequestId: TypeAlias = Annotated[int, IdText(REQUEST_PREFIX)]
BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]
Due: TypeAlias = Literal["overdue", "urgent"]
# What a request that is taken down can be refused for, by code.
REFUSALS: dict[str, type[DomainError]] = {
    one.code: one for one in (CustomerNotFound, RequestOfFuture, RequestKeyUsed)
}


class RequestOut(BaseModel):
    """A request as it stands: until when it must be answered, or an exit is carried out."""

    id: RequestId
    customer_id: CustomerId
    customer_name: str | None = Field(examples=["张**"])
    kind: RightKind
    origin: RequestOrigin | None
    state: RequestState
    received_at: datetime
    due_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None
    reason: str | None


class RequestIn(BaseModel):
    """What a person asked, by which way and when; exits are taken by a route of their own."""

    kind: Literal["export", "correct", "erase"]
    origin: RequestOrigin
    received_at: AwareDatetime


class ClosingIn(BaseModel):
    """How a request ended, and why; copies and erasures are done by carrying them out."""

    state: Literal["done", "refused", "withdrawn"]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class RequestCountsOut(BaseModel):
    """How many requests wait; `urgent` are due within days, `overdue` should have been answered."""

    open: int
    urgent: int
    overdue: int
    cooling: int
    oldest_at: datetime | None
    term_days: int
    urgent_days: int


class ExitConsequenceOut(BaseModel):
    """What leaving means for the member."""

    hindrance: Hindrance | None
    cooling_off_days: int
    due_at: datetime
    points: PointsAtExit
    points_lost: int
    requested_at: datetime | None = Field(description="Of a wish that stands already.")


class ErasureConsequenceOut(BaseModel):
    """What forgetting means: what the person is in every brand goes."""

    hindrance: Hindrance | None
    memberships: list[MembershipOut]
    identifiers: int


class ConsequencesOut(BaseModel):
    """What each right would do to a customer."""

    membership: MembershipOut
    exit: ExitConsequenceOut
    erase: ErasureConsequenceOut
    copy_parts: list[str]


@router.route(
    "GET",
    "/v1/brands/{brand}/rights/requests",
    permission=Permission.CUSTOMERS_READ,
    errors=[BrandNotFound],
)
def list_requests(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    paging: Paging,
    state: Annotated[
        Literal["waiting", "ended"], Query(description="Waiting: the first due leads.")
    ] = "waiting",
    kind: Annotated[RightKind | None, Query()] = None,
    due: Annotated[Due | None, Query(description="Of those that wait.")] = None,
    customer_id: Annotated[CustomerId | None, Query()] = None,
) -> Page[RequestOut]:
    """List what was asked: copies, corrections, erasures, and exits that cool off."""
    now = clock.now()
    place = _place(paging.after(str, int))
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        family = None if customer_id is None else _family(tx, customer_id)
        if state == "waiting":
            found = customers.waiting_requests(
                tx,
                brand_id=brand_id,
                kind=kind,
                due_before=_due_before(due, now),
                customer_ids=family,
                after=place,
                limit=paging.limit + 1,
            )
        else:
            found = customers.ended_requests(
                tx,
                brand_id=brand_id,
                kind=kind,
                customer_ids=family,
                before=place,
                limit=paging.limit + 1,
            )
        show_one = _shower(tx, found)
    return page_of(found, limit=paging.limit, show=show_one, place=_place_of)


@router.route(
    "GET",
    "/v1/brands/{brand}/rights/requests/counts",
    permission=Permission.CUSTOMERS_READ,
    errors=[BrandNotFound],
)
def count_requests(platform: Running, caller: Calling, brand: BrandCode) -> RequestCountsOut:
    """Count what waits in a brand, and what should have been answered by now."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        found = customers.request_counts(tx, brand_id=brand_id, now=clock.now())
    return RequestCountsOut(
        open=found.open,
        urgent=found.urgent,
        overdue=found.overdue,
        cooling=found.cooling,
        oldest_at=found.oldest_at,
        term_days=TERM_DAYS,
        urgent_days=URGENT.days,
    )


@router.route(
    "POST",
    "/v1/rights/customers/{customer_id}/requests",
    status_code=HTTPStatus.CREATED,
    permission=Permission.RIGHTS_WRITE,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound, RequestOfFuture, RequestKeyUsed],
)
def open_request(
    platform: Running,
    caller: Calling,
    customer_id: Annotated[CustomerId, Path()],
    body: RequestIn,
    key: RequestKey,
) -> RequestOut:
    """Take down what a person asked; one of the kind that waits already is answered instead."""
    now = clock.now()
    wanted = NewRequest(
        customer_id=customer_id,
        kind=RightKind(body.kind),
        origin=body.origin,
        received_at=body.received_at,
        key=caller.own_key(key),
        actor=caller.actor(),
    )

    def work(tx: Tx) -> RequestOut:
        (result,) = customers.open_requests(tx, [wanted], now=now)
        if isinstance(result, Refused):
            raise REFUSALS[result.code](**result.facts)
        audit.record(
            tx,
            by=caller,
            act=audit.Act.REQUEST_OPEN,
            subject=show(REQUEST_PREFIX, result.value.id),
            after={"kind": body.kind, "customer": show(CUSTOMER_PREFIX, customer_id)},
            now=now,
        )
        return _shower(tx, [result.value])(result.value)

    return platform.database.do(caller.scope(), work, now=now)


@router.route(
    "POST",
    "/v1/rights/requests/{request_id}/close",
    permission=Permission.RIGHTS_WRITE,
    errors=[RequestNotFound, RequestClosed, RequestNotCarriedOut],
)
def close_request(
    platform: Running,
    caller: Calling,
    request_id: Annotated[RequestId, Path()],
    body: ClosingIn,
    _key: RequestKey,
) -> RequestOut:
    """Close a request that was refused, withdrawn or put right by hand; a repeat is none."""
    now = clock.now()

    def work(tx: Tx) -> RequestOut:
        done = customers.close_request(
            tx,
            request_id,
            state=RequestState(body.state),
            reason=body.reason,
            actor=caller.actor(),
            now=now,
        )
        if done.closed_at == now:
            audit.record(
                tx,
                by=caller,
                act=audit.Act.REQUEST_CLOSE,
                subject=show(REQUEST_PREFIX, request_id),
                after={"state": body.state},
                reason=body.reason,
                brand_id=done.brand_id,
                now=now,
            )
        return _shower(tx, [done])(done)

    return platform.database.do(caller.scope(), work, now=now)


@router.route(
    "GET",
    "/v1/rights/customers/{customer_id}/consequences",
    permission=Permission.CUSTOMERS_READ,
    errors=[CustomerNotFound],
)
def show_consequences(
    platform: Running, caller: Calling, customer_id: Annotated[CustomerId, Path()]
) -> ConsequencesOut:
    """Tell what handing out, leaving or forgetting would do to a customer; it changes nothing."""
    with platform.database.reading(caller.scope()) as tx:
        found = consequences_of(
            tx,
            customer_id=customer_id,
            sees_every_brand=caller.brand_ids is None,
            now=clock.now(),
        )
    stands = found.exit.stands
    return ConsequencesOut(
        membership=membership_out(found.membership),
        exit=ExitConsequenceOut(
            hindrance=found.exit.hindrance,
            cooling_off_days=found.exit.cooling_off_days,
            due_at=found.exit.due_at,
            points=found.exit.points,
            points_lost=found.exit.points_lost,
            requested_at=None if stands is None else stands.requested_at,
        ),
        erase=ErasureConsequenceOut(
            hindrance=found.erasure.hindrance,
            memberships=[membership_out(one) for one in found.erasure.memberships],
            identifiers=found.erasure.identifiers,
        ),
        copy_parts=list(found.copy_parts),
    )


def _place(place: Place | None) -> tuple[datetime, int] | None:
    return None if place is None else (datetime.fromisoformat(str(place[0])), int(place[1]))


def _place_of(one: RightRequest) -> Place:
    at = one.due_at if one.closed_at is None else one.closed_at
    return at.isoformat(), one.id


def _due_before(due: Due | None, now: datetime) -> datetime | None:
    if due is None:
        return None
    return now if due == "overdue" else now + URGENT


def _family(tx: ReadTx, customer_id: int) -> list[int]:
    """Return a customer by every name that a request may stand under."""
    today = customers.living(tx, customer_ids=[customer_id]).get(customer_id, customer_id)
    return list(customers.families(tx, customer_ids=[today]).get(today, [customer_id]))


def _shower(tx: ReadTx, found: Sequence[RightRequest]) -> Callable[[RightRequest], RequestOut]:
    names = _names(tx, {one.customer_id for one in found})

    def out(one: RightRequest) -> RequestOut:
        return RequestOut(
            id=one.id,
            customer_id=one.customer_id,
            customer_name=names.get(one.customer_id),
            kind=one.kind,
            origin=one.origin,
            state=one.state,
            received_at=one.received_at,
            due_at=one.due_at,
            opened_by=one.opened_by,
            closed_at=one.closed_at,
            closed_by=one.closed_by,
            reason=one.reason,
        )

    return out


def _names(tx: ReadTx, customer_ids: Iterable[int]) -> dict[int, str | None]:
    return {one.id: one.name for one in customers.show(tx, customer_ids=customer_ids)}
