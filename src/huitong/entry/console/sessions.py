"""HTTP: sign in at the console, see who one is and what one may do, sign out."""

from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel, Field

from huitong import org
from huitong.entry.doors import refused
from huitong.entry.doors.refused import Aim
from huitong.platform import audit, auth, clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import (
    AccountLocked,
    Asked,
    Caller,
    CallerKind,
    DemoPasswordRefused,
    Language,
    Origin,
    PasswordOver,
    PasswordsBusy,
    Permission,
    SignInRefused,
    TooManyTries,
)
from huitong.platform.db import ReadTx, Scope
from huitong.platform.http import PUBLIC, Calling, IdText, Narrowing, Router, Running, cookies
from huitong.platform.settings import Environment

router = Router(tag="session")

DOOR = "console"
UserId = Annotated[int, IdText(auth.USER_PREFIX)]
# What is typed at the door; longer than any name or password may be, and shorter than a burden.
Typed = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
ASKED_AGAIN = timedelta(seconds=cookies.BROWSER_SECONDS)


class SignIn(BaseModel):
    """What somebody says at the door; the code is that of a second factor, where they have one."""

    name: Typed
    password: Typed
    code: Typed | None = None


class SessionUserOut(BaseModel):
    """Who is signed in."""

    id: UserId
    name: str
    shown_name: str
    language: Language | None


class SessionBrandOut(BaseModel):
    """A brand that the user sees."""

    code: str
    name: str
    time_zone: str


class SessionOut(BaseModel):
    """Who is signed in, what they may do and where; calls that change send the token along."""

    user: SessionUserOut
    group_name: str
    permissions: list[Permission]
    brands: list[SessionBrandOut]
    narrowed: bool
    csrf_token: str
    must_change_password: bool
    second_factor: bool


@router.route(
    "POST",
    "/v1/session",
    permission=PUBLIC,
    errors=[
        SignInRefused,
        AccountLocked,
        PasswordOver,
        DemoPasswordRefused,
        PasswordsBusy,
        TooManyTries,
        cookies.ForeignCall,
    ],
)
def sign_in(request: Request, response: Response, platform: Running, asked: SignIn) -> SessionOut:
    """Sign in; the answer sets the cookie of the session.

    Each sign-in has a new token, so that one which somebody planted before opens nothing.
    """
    cookies.hold_own_page(request)
    now, origin = clock.now(), cookies.origin_of(request)
    said = Asked(
        name=asked.name,
        password=asked.password,
        code=asked.code,
        browser=cookies.browser_cookie(request),
    )
    demo = platform.settings.environment is Environment.DEMO
    aim = partial(_aim, platform, said, origin, now=now)
    with refused.told(platform, request, door=DOOR, aim=aim, now=now):
        signed = auth.sign_in(platform.database, said, demo=demo, origin=origin, now=now)
    opened = signed.session
    cookies.set_session(
        request, response, kind=CallerKind.USER, token=opened.token, until=opened.expires_at
    )
    cookies.set_browser(request, response, token=signed.browser, until=now + ASKED_AGAIN)
    caller = auth.check_session(
        platform.database,
        opened.token,
        kinds=frozenset({CallerKind.USER}),
        now=now,
        origin=origin,
    )
    with platform.database.transaction(caller.scope(), now=now) as tx:
        audit.record(tx, by=caller, act="session.open", subject=caller.actor(), now=now)
    with platform.database.reading(caller.scope()) as tx:
        return session_out(tx, caller, token=opened.token)


@router.route("GET", "/v1/session", permission=Permission.ACCOUNT_OWN, narrowing=Narrowing.ANYBODY)
def show(request: Request, platform: Running, caller: Calling) -> SessionOut:
    """Show who is signed in and what they may do."""
    token = cookies.session_cookie(request, CallerKind.USER)
    assert token is not None, "A user calls by the cookie of their session."
    with platform.database.reading(caller.scope()) as tx:
        return session_out(tx, caller, token=token)


@router.route(
    "DELETE",
    "/v1/session",
    permission=Permission.ACCOUNT_OWN,
    narrowing=Narrowing.ANYBODY,
    status_code=HTTPStatus.NO_CONTENT,
)
def sign_out(request: Request, response: Response, platform: Running, caller: Calling) -> None:
    """Sign out: the session ends at once, wherever its token went."""
    assert caller.session_id is not None, "A user calls by a session."
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        auth.end_session(tx, caller=caller, session_id=caller.session_id, now=now)
        audit.record(tx, by=caller, act="session.end", subject=caller.actor(), now=now)
    cookies.drop_session(request, response, kind=CallerKind.USER)


def _aim(platform: Platform, asked: Asked, origin: Origin, *, now: datetime) -> Aim | None:
    """Return whom a try at the door of the console was for."""
    found = auth.user_at_door(platform.database, name=asked.name)
    if found is None:
        return None
    group_id, user_id = found
    with platform.database.reading(Scope(group_id)) as tx:
        user = auth.user(tx, user_id=user_id)
    seconds = auth.wait_seconds(
        platform.database,
        name=user.name,
        browser=asked.browser,
        address=origin.address,
        now=now,
    )
    return Aim(group_id, user.rights.brand_ids, auth.actor_shown(CallerKind.USER, user_id), seconds)


def session_out(tx: ReadTx, caller: Caller, *, token: str) -> SessionOut:
    """Return what a front end is told of the session behind a token."""
    user = auth.user(tx, user_id=caller.id)
    return SessionOut(
        user=SessionUserOut(
            id=user.id, name=user.name, shown_name=user.shown_name, language=user.language
        ),
        group_name=org.group_name(tx),
        permissions=[one for one in Permission if one in caller.permissions],
        brands=[
            SessionBrandOut(code=brand.code, name=brand.name, time_zone=brand.time_zone)
            for brand in org.brands(tx)
        ],
        narrowed=caller.reach.narrows(),
        csrf_token=auth.csrf_token(token),
        must_change_password=user.must_change_password,
        second_factor=user.has_second_factor,
    )
