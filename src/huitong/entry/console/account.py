"""HTTP: one's own account: password, second factor, sessions, language."""

from contextlib import AbstractContextManager
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import BaseModel, Field

from huitong import org
from huitong.entry.console.sessions import SessionOut, Typed, session_out
from huitong.platform import audit, auth, clock
from huitong.platform.assembly import Platform
from huitong.platform.audit import Act
from huitong.platform.auth import (
    Caller,
    CallerKind,
    CodeWrong,
    Language,
    NoSuchSession,
    PasswordSame,
    PasswordTooWeak,
    PasswordWrong,
    Permission,
    SecondFactorThere,
    TooManyTries,
)
from huitong.platform.db import Tx
from huitong.platform.http import Calling, IdText, Narrowing, Router, Running, cookies

router = Router(tag="account")

SessionId = Annotated[int, IdText(auth.SESSION_PREFIX)]
OWN = Permission.ACCOUNT_OWN
ISSUER = "Huitong"


class NewPassword(BaseModel):
    """The password somebody signs in with now, and the one they want."""

    present: Typed
    wanted: Typed


class Chosen(BaseModel):
    """In which language the front ends speak to somebody."""

    language: Language


class Present(BaseModel):
    """The present password: asked before anything that would let somebody else in."""

    present: Typed


class Code(BaseModel):
    """A code that a telephone shows."""

    code: Annotated[str, Field(min_length=6, max_length=20, pattern=r"^[^\x00]*$")]


class EnrolmentOut(BaseModel):
    """What a telephone reads from a picture, and the same to be typed; shown this once."""

    address: str
    typed: str


class RecoveryOut(BaseModel):
    """Codes that each stand once for a lost telephone; shown this once."""

    recovery_codes: list[str]


class OwnSessionOut(BaseModel):
    """One of the caller's sessions, and from where it was opened."""

    id: SessionId
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    present: bool


class AccountOut(BaseModel):
    """What somebody sees of their own account besides who they are."""

    sessions: list[OwnSessionOut]
    second_factor: bool
    recovery_codes_left: int


@router.route("GET", "/v1/account", permission=OWN, narrowing=Narrowing.ANYBODY)
def show(platform: Running, caller: Calling) -> AccountOut:
    """Show one's own open sessions and whether there is a second factor."""
    now = clock.now()
    with platform.database.reading(caller.scope()) as tx:
        user = auth.user(tx, user_id=caller.id)
        found = auth.list_sessions(tx, kind=CallerKind.USER, subject_id=caller.id, now=now)
        left = auth.recovery_codes_left(tx, user_id=caller.id)
    return AccountOut(
        sessions=[
            OwnSessionOut(
                id=one.id,
                opened_at=one.opened_at,
                seen_at=one.seen_at,
                expires_at=one.expires_at,
                address=one.origin.address,
                agent=one.origin.agent,
                present=one.id == caller.session_id,
            )
            for one in found
        ],
        second_factor=user.has_second_factor,
        recovery_codes_left=left,
    )


@router.route("PUT", "/v1/account/language", permission=OWN, narrowing=Narrowing.ANYBODY)
def choose_language(platform: Running, caller: Calling, chosen: Chosen) -> Chosen:
    """Choose in which language the front ends speak to one."""
    with platform.database.transaction(caller.scope(), now=clock.now()) as tx:
        auth.rename(tx, user_id=caller.id, language=chosen.language)
    return chosen


@router.route(
    "POST",
    "/v1/account/password",
    permission=OWN,
    narrowing=Narrowing.ANYBODY,
    errors=[PasswordWrong, PasswordSame, PasswordTooWeak, TooManyTries],
)
def change_password(
    request: Request, response: Response, platform: Running, caller: Calling, new: NewPassword
) -> SessionOut:
    """Change one's password: every session ends, and this browser gets a new one."""
    now = clock.now()
    with (
        _tried(request, platform, caller, now),
        platform.database.transaction(caller.scope(), now=now) as tx,
    ):
        opened = auth.change_password(
            tx, caller=caller, present=new.present, wanted=new.wanted, now=now
        )
        audit.record(tx, by=caller, act=Act.PASSWORD_PUT, subject=caller.actor(), now=now)
    cookies.set_session(
        request, response, kind=CallerKind.USER, token=opened.token, until=opened.expires_at
    )
    with platform.database.reading(caller.scope()) as reading:
        return session_out(reading, caller, token=opened.token)


@router.route(
    "POST",
    "/v1/account/second-factor",
    permission=OWN,
    narrowing=Narrowing.ANYBODY,
    errors=[PasswordWrong, SecondFactorThere, TooManyTries],
)
def begin_second_factor(
    request: Request, platform: Running, caller: Calling, present: Present
) -> EnrolmentOut:
    """Make a secret for one's telephone; it counts once the first code was confirmed."""
    now = clock.now()
    with (
        _tried(request, platform, caller, now),
        platform.database.transaction(caller.scope(), now=now) as tx,
    ):
        auth.check_password(tx, caller=caller, present=present.present)
        enrolment = auth.begin_enrolment(
            tx,
            user_id=caller.id,
            name=auth.user(tx, user_id=caller.id).name,
            issuer=f"{ISSUER} {org.group_name(tx)}".strip(),
        )
    return EnrolmentOut(address=enrolment.address, typed=enrolment.typed)


@router.route(
    "POST",
    "/v1/account/second-factor/confirmation",
    permission=OWN,
    narrowing=Narrowing.ANYBODY,
    errors=[CodeWrong, SecondFactorThere, TooManyTries],
)
def confirm_second_factor(
    request: Request, platform: Running, caller: Calling, code: Code
) -> RecoveryOut:
    """Let the second factor count from now on; sessions that were opened without it end."""
    now = clock.now()
    with (
        _tried(request, platform, caller, now),
        platform.database.transaction(caller.scope(), now=now) as tx,
    ):
        codes = auth.confirm_enrolment(tx, user_id=caller.id, code=code.code, now=now)
        _end_others(tx, caller, now=now)
        _record_factor(tx, caller, there=True, now=now)
    return RecoveryOut(recovery_codes=list(codes))


@router.route(
    "POST",
    "/v1/account/second-factor/removal",
    permission=OWN,
    narrowing=Narrowing.ANYBODY,
    status_code=HTTPStatus.NO_CONTENT,
    errors=[PasswordWrong, TooManyTries],
)
def drop_second_factor(
    request: Request, platform: Running, caller: Calling, present: Present
) -> None:
    """Take one's second factor away."""
    now = clock.now()
    with (
        _tried(request, platform, caller, now),
        platform.database.transaction(caller.scope(), now=now) as tx,
    ):
        auth.check_password(tx, caller=caller, present=present.present)
        auth.drop_second_factor(tx, user_id=caller.id)
        _end_others(tx, caller, now=now)
        _record_factor(tx, caller, there=False, now=now)


@router.route(
    "DELETE",
    "/v1/account/sessions/{session_id}",
    permission=OWN,
    narrowing=Narrowing.ANYBODY,
    status_code=HTTPStatus.NO_CONTENT,
    errors=[NoSuchSession],
)
def end_session(
    platform: Running, caller: Calling, session_id: Annotated[SessionId, Path()]
) -> None:
    """End one of one's own sessions at once."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        auth.end_session(tx, caller=caller, session_id=session_id, now=now)
        audit.record(tx, by=caller, act=Act.SESSION_END, subject=caller.actor(), now=now)


@router.route(
    "DELETE",
    "/v1/account/sessions",
    permission=OWN,
    narrowing=Narrowing.ANYBODY,
    status_code=HTTPStatus.NO_CONTENT,
)
def end_other_sessions(platform: Running, caller: Calling) -> None:
    """End all of one's own sessions but this one."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        _end_others(tx, caller, now=now)
        audit.record(tx, by=caller, act=Act.SESSION_END, subject=caller.actor(), now=now)


def _tried(
    request: Request, platform: Platform, caller: Caller, now: datetime
) -> AbstractContextManager[None]:
    """Count guesses at the password or a code as tries to sign in."""
    with platform.database.reading(caller.scope()) as tx:
        name = auth.user(tx, user_id=caller.id).name
    return auth.tried(
        platform.database,
        name=name,
        browser=cookies.browser_cookie(request),
        address=caller.origin.address,
        now=now,
    )


def _end_others(tx: Tx, caller: Caller, *, now: datetime) -> None:
    auth.end_sessions(
        tx, kind=CallerKind.USER, subject_id=caller.id, but=caller.session_id, now=now
    )


def _record_factor(tx: Tx, caller: Caller, *, there: bool, now: datetime) -> None:
    audit.record(
        tx,
        by=caller,
        act=Act.SECOND_FACTOR_PUT,
        subject=caller.actor(),
        before={"second_factor": not there},
        after={"second_factor": there},
        now=now,
    )
