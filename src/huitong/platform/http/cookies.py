"""Sessions as cookies: how they are named, set and taken away, and what a call by one must prove.

A browser sends cookies with calls that a foreign page makes. So the cookie is `SameSite=Strict`,
and every call that changes something also carries a token that a foreign page cannot know; where
the browser tells who made the call, that is held too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import ClassVar
from urllib.parse import urlsplit

from fastapi import Request, Response

from huitong.platform.auth import CallerKind, Origin, csrf_token
from huitong.platform.errors import DomainError, Kind

CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
# Over https the browser itself holds such a name to our host, to Secure and to the whole path;
# without https it refuses the name, so that the network of a shop has the plain one.
HOST_PREFIX = "__Host-"
BROWSER_COOKIE = "huitong_browser"
BROWSER_SECONDS = 180 * 24 * 3_600
COOKIES: Mapping[CallerKind, str] = {
    CallerKind.USER: "huitong_session",
    CallerKind.GUIDE: "huitong_guide",
    CallerKind.MEMBER: "huitong_member",
}
# Whose cookie opens what is below a path; the console's opens everything else.
PLACES: Mapping[str, CallerKind] = {
    "/v1/guide/": CallerKind.GUIDE,
    "/v1/my/": CallerKind.MEMBER,
}


@dataclass(eq=False)
class ForeignCall(DomainError):
    """A call by a cookie does not prove that a page of ours made it."""

    code: ClassVar[str] = "platform.foreign_call"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "This call does not come from a page of this installation: load the page again, and send"
        " “{header}” with the token that “GET /v1/session” tells."
    )
    header: str = CSRF_HEADER


def origin_of(request: Request) -> Origin:
    """Return where a call came from, as its connection and its program tell."""
    address = request.client.host if request.client else ""
    return Origin(address, request.headers.get("user-agent", ""))


def kind_at(path: str) -> CallerKind:
    """Return whose cookie opens what is at a path."""
    for place, kind in PLACES.items():
        if path.startswith(place):
            return kind
    return CallerKind.USER


def session_cookie(request: Request, kind: CallerKind) -> str | None:
    """Return the token that a call brings in the cookie of a front end."""
    return request.cookies.get(_name(request, COOKIES[kind]))


def browser_cookie(request: Request) -> str | None:
    """Return the token of a browser in which somebody has signed in before."""
    return request.cookies.get(_name(request, BROWSER_COOKIE))


def hold_own_page(request: Request) -> None:
    """Refuse a call of which the browser says that a foreign page made it.

    :raises ForeignCall: then.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in OWN_SITE:
            raise ForeignCall
        return
    # Browsers tell the site over https and on this machine; elsewhere the origin has to do.
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForeignCall


def hold_call_by_cookie(request: Request, token: str) -> None:
    """Refuse a call by a cookie that changes something and does not prove where it comes from.

    :raises ForeignCall: then.
    """
    if request.method in SAFE_METHODS:
        return
    hold_own_page(request)
    given = request.headers.get(CSRF_HEADER, "")
    if not compare_digest(given.encode(), csrf_token(token).encode()):
        raise ForeignCall


def set_session(
    request: Request, response: Response, *, kind: CallerKind, token: str, until: datetime
) -> None:
    """Give the browser the token of a session; no program of a page can read it."""
    _set(request, response, COOKIES[kind], token, expires=until)


def set_browser(request: Request, response: Response, *, token: str, until: datetime) -> None:
    """Let the browser be known again when somebody signs in."""
    _set(request, response, BROWSER_COOKIE, token, expires=until)


def drop_session(request: Request, response: Response, *, kind: CallerKind) -> None:
    """Take the token of a session away from the browser."""
    response.delete_cookie(
        _name(request, COOKIES[kind]),
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="strict",
    )


def _set(request: Request, response: Response, name: str, value: str, *, expires: datetime) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        expires=expires,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="strict",
    )


def _name(request: Request, name: str) -> str:
    return f"{HOST_PREFIX}{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"
