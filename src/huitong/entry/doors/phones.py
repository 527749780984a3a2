"""What both doors share: a telephone, its code, and the session that a browser or program keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from fastapi import Request, Response
from pydantic import BaseModel, Field

from huitong.channels.model import IdentifierKind
from huitong.identity.rules import masked, normalised
from huitong.platform import auth
from huitong.platform.assembly import Platform
from huitong.platform.auth import CallerKind, OpenedSession, PhoneCodesNotSent, PhoneCodeWrong
from huitong.platform.db import Scope
from huitong.platform.errors import DomainError, Kind
from huitong.platform.http import cookies
from huitong.platform.settings import Environment

Phone = Annotated[str, Field(min_length=5, max_length=30, pattern=r"^[^\x00]*$")]
PhoneCode = Annotated[str, Field(min_length=4, max_length=10, pattern=r"^[^\x00]*$")]
# A browser keeps the session in a cookie; a mini-program, which has none, asks for the token.
Keeping = Literal["cookie", "token"]


@dataclass(eq=False)
class PhoneUnreadable(DomainError):
    """What is to be somebody's telephone is no number that a message could reach."""

    code: ClassVar[str] = "platform.phone_unreadable"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "This is no mobile number: type its eleven digits, or one from abroad with + and its"
        " country code."
    )


class CodeSent(BaseModel):
    """A code is on its way; the demo sends no messages and tells it here instead."""

    good_until: datetime
    demo_code: str | None


def send(platform: Platform, request: Request, *, door: str, phone: str, now: datetime) -> CodeSent:
    """Send a code to a telephone.

    :raises PhoneCodesNotSent: outside a demo, as nothing is connected that sends messages.
    :raises TooManyTries: when the number or the address has to wait.
    """
    cookies.hold_own_page(request)
    if platform.settings.environment is not Environment.DEMO:
        raise PhoneCodesNotSent
    sent = auth.send_code(
        platform.database,
        door=door,
        phone=plain(phone),
        origin=cookies.origin_of(request),
        now=now,
    )
    return CodeSent(good_until=sent.good_until, demo_code=sent.code)


def check(
    platform: Platform, request: Request, *, door: str, phone: str, code: str, now: datetime
) -> None:
    """Pass with the code that was sent to a telephone.

    :raises PhoneCodeWrong: when it is another one.
    :raises TooManyTries: when the number or the address has to wait.
    """
    cookies.hold_own_page(request)
    auth.use_phone_code(
        platform.database,
        door=door,
        phone=plain(phone),
        code=code,
        origin=cookies.origin_of(request),
        now=now,
    )


def open_for(
    platform: Platform,
    request: Request,
    response: Response,
    *,
    kind: CallerKind,
    subject_id: int,
    group_id: int,
    brand_ids: Sequence[int],
    keep: Keeping,
    now: datetime,
) -> OpenedSession:
    """Open a session for a guide or member, and give it to their browser where it keeps cookies."""
    origin = cookies.origin_of(request)
    scope = Scope(group_id, tuple(brand_ids))
    with platform.database.transaction(scope, now=now) as tx:
        opened = auth.open_session(
            tx, kind=kind, subject_id=subject_id, brand_ids=brand_ids, origin=origin, now=now
        )
    if keep == "cookie":
        cookies.set_session(
            request, response, kind=kind, token=opened.token, until=opened.expires_at
        )
    return opened


def of_guide(phone: str) -> auth.Phone:
    """Return a number that is typed for a guide, as it is compared and as people may see it.

    :raises PhoneUnreadable: when it is none.
    """
    found = normalised(IdentifierKind.PHONE, phone)
    if not isinstance(found, str):
        raise PhoneUnreadable
    return auth.Phone(found, masked(IdentifierKind.PHONE, found))


def plain(phone: str) -> str:
    """Return a telephone number in the one form in which it is compared.

    :raises PhoneCodeWrong: when it is none; nothing was ever sent to it.
    """
    found = normalised(IdentifierKind.PHONE, phone)
    if not isinstance(found, str):
        raise PhoneCodeWrong
    return found
