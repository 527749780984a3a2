"""HTTP: guides sign in with their telephone or by WeCom, and see who they are."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel, Field

from huitong import org
from huitong.entry.doors import phones, refused
from huitong.entry.doors.phones import CodeSent, Keeping, Phone, PhoneCode
from huitong.entry.doors.refused import Aim
from huitong.org.model import StoreFilter
from huitong.platform import audit, auth, clock
from huitong.platform.assembly import Platform
from huitong.platform.audit import Act
from huitong.platform.auth import (
    Caller,
    CallerKind,
    GuideUnknown,
    Permission,
    PhoneCodesNotSent,
    PhoneCodeWrong,
    TooManyTries,
    WeComNotConfigured,
)
from huitong.platform.db import ReadTx, Scope
from huitong.platform.http import (
    PUBLIC,
    Calling,
    IdText,
    Narrowing,
    Router,
    Running,
    cookies,
)

router = Router(tag="guide_door")

DOOR = "guide"
StaffId = Annotated[int, IdText(auth.GUIDE_PREFIX)]
Short = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class GuidePhone(BaseModel):
    """The telephone of a guide."""

    phone: Phone


class GuideSignIn(GuidePhone):
    """A telephone with the code that was sent to it."""

    code: PhoneCode
    keep: Keeping = "cookie"


class GuideWeCom(BaseModel):
    """What WeCom gives to a page that was opened in it: the corp and a code for one use."""

    corp: Short
    code: Short
    keep: Keeping = "cookie"


class GuideSessionOut(BaseModel):
    """Which guide is signed in, for which brand and store; `token` where one was asked for."""

    staff_id: StaffId
    staff: str
    brand: str
    brand_name: str
    time_zone: str
    store: str | None
    store_name: str | None
    permissions: list[Permission]
    csrf_token: str
    token: str | None = None


@router.route(
    "POST",
    "/v1/guide/session/codes",
    permission=PUBLIC,
    status_code=HTTPStatus.ACCEPTED,
    errors=[PhoneCodesNotSent, TooManyTries],
)
def send_guide_code(request: Request, platform: Running, asked: GuidePhone) -> CodeSent:
    """Send a code to a guide's telephone; the same is answered whoever it belongs to."""
    return phones.send(platform, request, door=DOOR, phone=asked.phone, now=clock.now())


@router.route(
    "POST",
    "/v1/guide/session",
    permission=PUBLIC,
    status_code=HTTPStatus.CREATED,
    errors=[PhoneCodeWrong, GuideUnknown, TooManyTries],
)
def sign_guide_in(
    request: Request, response: Response, platform: Running, asked: GuideSignIn
) -> GuideSessionOut:
    """Sign a guide in with the code that was sent to their telephone."""
    now = clock.now()
    aim = partial(_aim_at_phone, platform, request, asked.phone, now=now)
    with refused.told(platform, request, door=DOOR, aim=aim, now=now):
        phones.check(platform, request, door=DOOR, phone=asked.phone, code=asked.code, now=now)
        return _open(
            platform, request, response, _guide(platform, phones.plain(asked.phone)), asked.keep
        )


@router.route(
    "POST",
    "/v1/guide/session/wecom",
    permission=PUBLIC,
    status_code=HTTPStatus.CREATED,
    errors=[WeComNotConfigured, GuideUnknown],
)
def sign_guide_in_by_wecom(
    request: Request, response: Response, platform: Running, asked: GuideWeCom
) -> GuideSessionOut:
    """Sign a guide in by the code that WeCom gives to a page for one use."""
    cookies.hold_own_page(request)
    if platform.wecom is None:
        raise WeComNotConfigured
    told = platform.wecom.recognise(corp=asked.corp, code=asked.code)
    found = None if told is None else (told.group_id, told.staff_id)
    aim = partial(_aim, platform, found)
    with refused.told(platform, request, door=DOOR, aim=aim, now=clock.now()):
        return _open(platform, request, response, found, asked.keep)


@router.route(
    "GET", "/v1/guide/session", permission=Permission.GUIDE_READ, narrowing=Narrowing.ANYBODY
)
def show_guide(request: Request, platform: Running, caller: Calling) -> GuideSessionOut:
    """Show which guide is signed in."""
    token = cookies.session_cookie(request, CallerKind.GUIDE)
    with platform.database.reading(caller.scope()) as tx:
        return _out(tx, caller, token=token)


@router.route(
    "DELETE",
    "/v1/guide/session",
    permission=Permission.GUIDE_READ,
    narrowing=Narrowing.ANYBODY,
    status_code=HTTPStatus.NO_CONTENT,
)
def sign_guide_out(
    request: Request, response: Response, platform: Running, caller: Calling
) -> None:
    """Sign a guide out at once."""
    assert caller.session_id is not None, "A guide calls by a session."
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        auth.end_session(tx, caller=caller, session_id=caller.session_id, now=now)
        audit.record(tx, by=caller, act=Act.SESSION_END, subject=caller.actor(), now=now)
    cookies.drop_session(request, response, kind=CallerKind.GUIDE)


def _open(
    platform: Platform,
    request: Request,
    response: Response,
    found: tuple[int, int] | None,
    keep: Keeping,
) -> GuideSessionOut:
    """Open a session for staff, in the first brand of the store they work in today."""
    if found is None:
        raise GuideUnknown
    group_id, staff_id = found
    now = clock.now()
    with platform.database.reading(Scope(group_id)) as tx:
        brand_id = _brand_of(tx, staff_id)
    opened = phones.open_for(
        platform,
        request,
        response,
        kind=CallerKind.GUIDE,
        subject_id=staff_id,
        group_id=group_id,
        brand_ids=[brand_id],
        keep=keep,
        now=now,
    )
    caller = auth.check_session(
        platform.database, opened.token, kinds=frozenset({CallerKind.GUIDE}), now=now
    )
    with platform.database.transaction(caller.scope(), now=now) as tx:
        audit.record(tx, by=caller, act=Act.SESSION_OPEN, subject=caller.actor(), now=now)
        told = _out(tx, caller, token=opened.token)
    return told.model_copy(update={"token": opened.token if keep == "token" else None})


def _guide(platform: Platform, phone: str) -> tuple[int, int] | None:
    with platform.database.reading(auth.NOBODY) as tx:
        return auth.guide_of(tx, phone=phone)


def _aim_at_phone(platform: Platform, request: Request, phone: str, *, now: datetime) -> Aim | None:
    """Return whom a try with a telephone was for; what is no number is nobody's."""
    try:
        number = phones.plain(phone)
    except PhoneCodeWrong:
        return None
    aimed = _aim(platform, _guide(platform, number))
    origin = cookies.origin_of(request)
    seconds = auth.phone_wait_seconds(
        platform.database, door=DOOR, phone=number, origin=origin, now=now
    )
    return None if aimed is None else replace(aimed, wait_seconds=seconds)


def _aim(platform: Platform, found: tuple[int, int] | None) -> Aim | None:
    if found is None:
        return None
    group_id, staff_id = found
    with platform.database.reading(Scope(group_id)) as tx:
        try:
            brand_ids: tuple[int, ...] | None = (_brand_of(tx, staff_id),)
        except GuideUnknown:
            brand_ids = None
    return Aim(group_id, brand_ids, auth.actor_shown(CallerKind.GUIDE, staff_id))


def _brand_of(tx: ReadTx, staff_id: int) -> int:
    store_id = _store_of(tx, staff_id)
    if store_id is None:
        raise GuideUnknown
    (store,) = org.list_stores(
        tx,
        StoreFilter(store_ids=frozenset({store_id})),
        day=org.today(tx, now=clock.now()),
        after="",
        limit=1,
    )
    carried = [brand for brand in org.brands(tx) if brand.code in store.brands]
    if not carried:
        raise GuideUnknown
    return carried[0].id


def _store_of(tx: ReadTx, staff_id: int) -> int | None:
    day = org.today(tx, now=clock.now())
    return org.stores_of_staff_on(tx, staff_ids=[staff_id], day=day).get(staff_id)


def _out(tx: ReadTx, caller: Caller, *, token: str | None) -> GuideSessionOut:
    (brand, *_) = org.brands(tx)
    store_id = _store_of(tx, caller.id)
    stores = {store.id: store for store in org.stores(tx)}
    store = None if store_id is None else stores.get(store_id)
    return GuideSessionOut(
        staff_id=caller.id,
        staff=org.staff_codes(tx).get(caller.id, ""),
        brand=brand.code,
        brand_name=brand.name,
        time_zone=brand.time_zone,
        store=None if store is None else store.code,
        store_name=None if store is None else store.name,
        permissions=[one for one in Permission if one in caller.permissions],
        csrf_token="" if token is None else auth.csrf_token(token),
    )
