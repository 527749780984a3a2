"""HTTP: members sign in to one brand with their telephone, and see who they are."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, ClassVar

from fastapi import Request, Response
from pydantic import BaseModel, Field

from huitong import customers, org
from huitong.channels.model import IdentifierKind
from huitong.customers.model import CUSTOMER_PREFIX, CustomerStatus
from huitong.entry.doors import phones, refused
from huitong.entry.doors.phones import CodeSent, Keeping, Phone, PhoneCode
from huitong.org.model import Brand
from huitong.platform import auth, clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import (
    CallerKind,
    Permission,
    PhoneCodesNotSent,
    PhoneCodeWrong,
    TooManyTries,
)
from huitong.platform.db import Scope
from huitong.platform.errors import DomainError, Kind
from huitong.platform.http import (
    PUBLIC,
    Calling,
    IdText,
    Narrowing,
    Router,
    Running,
    cookies,
)

router = Router(tag="my_door")

DOOR = "member"
MemberId = Annotated[int, IdText(CUSTOMER_PREFIX)]
BrandCode = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


@dataclass(eq=False)
class MemberUnknown(DomainError):
    """Nobody with this telephone is a member of the brand."""

    code: ClassVar[str] = "platform.member_unknown"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "No member card of this brand is under this number: ask in a store, or join first."
    )


@dataclass(eq=False)
class PhoneProvesNobody(DomainError):
    """The telephone is that of several people, or was taken out of the card it was on."""

    code: ClassVar[str] = "platform.phone_proves_nobody"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "This number is used by several people or was taken off a card, so it does not show whose"
        " card to open: let a store put your own number on it."
    )


@dataclass(eq=False)
class BrandUnclear(DomainError):
    """No brand, or brands of several groups, have the code that a member's page names."""

    code: ClassVar[str] = "platform.brand_unclear"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "There is no such brand here: open the page again by the brand's own link."
    )


class MemberPhone(BaseModel):
    """A telephone at the door of a brand; `group` where several groups have one of this code."""

    brand: BrandCode
    phone: Phone
    group: Annotated[int | None, Field(ge=1)] = None


class MemberSignIn(MemberPhone):
    """A telephone with the code that was sent to it."""

    code: PhoneCode
    keep: Keeping = "cookie"


class MemberSessionOut(BaseModel):
    """Which member is signed in, to which brand; `token` where one was asked for."""

    customer_id: MemberId
    brand: str
    brand_name: str
    time_zone: str
    permissions: list[Permission]
    csrf_token: str
    token: str | None = None


@router.route(
    "POST",
    "/v1/my/session/codes",
    permission=PUBLIC,
    status_code=HTTPStatus.ACCEPTED,
    errors=[BrandUnclear, PhoneCodesNotSent, TooManyTries],
)
def send_member_code(request: Request, platform: Running, asked: MemberPhone) -> CodeSent:
    """Send a code to a member's telephone; the same is answered whoever it belongs to."""
    brand = _brand(platform, asked)
    return phones.send(platform, request, door=_door(brand), phone=asked.phone, now=clock.now())


@router.route(
    "POST",
    "/v1/my/session",
    permission=PUBLIC,
    status_code=HTTPStatus.CREATED,
    errors=[PhoneCodeWrong, BrandUnclear, MemberUnknown, PhoneProvesNobody, TooManyTries],
)
def sign_member_in(
    request: Request, response: Response, platform: Running, asked: MemberSignIn
) -> MemberSessionOut:
    """Sign a member in to one brand with the code that was sent to their telephone.

    Of members the session alone tells when and from where: they are too many for the audit.
    """
    now = clock.now()
    with refused.logged(request, door=DOOR):
        brand = _brand(platform, asked)
        phones.check(
            platform, request, door=_door(brand), phone=asked.phone, code=asked.code, now=now
        )
        customer_id = _member(platform, brand, phones.plain(asked.phone))
    opened = phones.open_for(
        platform,
        request,
        response,
        kind=CallerKind.MEMBER,
        subject_id=customer_id,
        group_id=brand.group_id,
        brand_ids=[brand.id],
        keep=asked.keep,
        now=now,
    )
    told = _out(brand, customer_id, token=opened.token)
    return told.model_copy(update={"token": opened.token if asked.keep == "token" else None})


@router.route("GET", "/v1/my/session", permission=Permission.MY_READ, narrowing=Narrowing.ANYBODY)
def show_member(request: Request, platform: Running, caller: Calling) -> MemberSessionOut:
    """Show which member is signed in."""
    token = cookies.session_cookie(request, CallerKind.MEMBER)
    with platform.database.reading(caller.scope()) as tx:
        (brand, *_) = org.brands(tx)
    return _out(brand, caller.id, token=token)


@router.route(
    "DELETE",
    "/v1/my/session",
    permission=Permission.MY_READ,
    narrowing=Narrowing.ANYBODY,
    status_code=HTTPStatus.NO_CONTENT,
)
def sign_member_out(
    request: Request, response: Response, platform: Running, caller: Calling
) -> None:
    """Sign a member out at once."""
    assert caller.session_id is not None, "A member calls by a session."
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        auth.end_session(tx, caller=caller, session_id=caller.session_id, now=now)
    cookies.drop_session(request, response, kind=CallerKind.MEMBER)


def _brand(platform: Platform, asked: MemberPhone) -> Brand:
    with platform.database.reading(auth.NOBODY) as tx:
        group_ids = org.groups_of_brand(tx, code=asked.brand)
    wanted = [one for one in group_ids if asked.group in {None, one}]
    if len(wanted) != 1:
        raise BrandUnclear
    with platform.database.reading(Scope(wanted[0])) as tx:
        return org.brand(tx, code=asked.brand)


def _door(brand: Brand) -> str:
    return f"member {brand.group_id} {brand.code}"


def _member(platform: Platform, brand: Brand, phone: str) -> int:
    """Return the member of a brand who has a telephone; asked once its code came back."""
    with platform.database.reading(Scope(brand.group_id, (brand.id,))) as tx:
        found = customers.find_proved(tx, brand=brand, kind=IdentifierKind.PHONE, value=phone)
        led = customers.find_by_identifier(tx, brand=brand, kind=IdentifierKind.PHONE, value=phone)
        known = customers.find_customers(tx, customer_ids=[] if found is None else [found])
    if led is not None and found is None:
        raise PhoneProvesNobody
    if found is None or known[found].status is not CustomerStatus.MEMBER:
        raise MemberUnknown
    return found


def _out(brand: Brand, customer_id: int, *, token: str | None) -> MemberSessionOut:
    return MemberSessionOut(
        customer_id=customer_id,
        brand=brand.code,
        brand_name=brand.name,
        time_zone=brand.time_zone,
        permissions=[Permission.MY_READ, Permission.MY_WRITE],
        csrf_token="" if token is None else auth.csrf_token(token),
    )
