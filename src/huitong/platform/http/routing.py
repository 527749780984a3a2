"""Routes that name the permission they ask for: one without a permission cannot be written."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.datastructures import Default
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from huitong.platform import auth, clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, CallerKind, NotPermitted, NotSignedIn, Permission
from huitong.platform.db import ReadTx
from huitong.platform.errors import DomainError
from huitong.platform.http import cookies
from huitong.platform.http.narrowing import Narrowing, hold_declaration, hold_seen
from huitong.platform.http.problems import MEDIA_TYPE, InvalidRequest, status_of
from huitong.platform.seen import OutOfReach, Seen

PUBLIC: Final = "public"
PERMISSION = "x-permission"
# Whoever reads /openapi.json knows it by this name.
NARROWING = "x-reach"
OWNED = "x-owner-without-permission"

Public: TypeAlias = Literal["public"]
Method: TypeAlias = Literal["GET", "POST", "PUT", "DELETE"]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
# Tells whether what the places of a path name is the caller's own; what is not there is nobody's.
Owns: TypeAlias = Callable[[ReadTx, Caller, Mapping[str, str]], bool]

_bearer = HTTPBearer(auto_error=False, description="A token of `huitong keys issue`.")


def _running(request: Request) -> Platform:
    platform = request.app.state.platform
    assert isinstance(platform, Platform), "The app is made with a platform."
    return platform


Running: TypeAlias = Annotated[Platform, Depends(_running)]


def _caller(
    request: Request,
    platform: Running,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """Return who calls: behind a token of the call, or behind the cookie of its front end."""
    now, origin = clock.now(), cookies.origin_of(request)
    kind = cookies.kind_at(request.url.path)
    if bearer is not None:
        token = bearer.credentials
        if token.startswith(f"{auth.KEY_PREFIX}_") or kind is CallerKind.USER:
            return auth.check(platform.database, token, now=now, origin=origin)
    else:
        cookie = cookies.session_cookie(request, kind)
        if cookie is None:
            raise NotSignedIn(reason="Nobody is signed in")
        token = cookie
        cookies.hold_call_by_cookie(request, token)
    return auth.check_session(
        platform.database, token, kinds=frozenset({kind}), now=now, origin=origin
    )


Calling: TypeAlias = Annotated[Caller, Depends(_caller)]


def _seen(platform: Running, caller: Calling) -> Seen:
    now = clock.now()
    if not caller.reach.narrows():
        return Seen(now)
    with platform.database.reading(caller.scope()) as tx:
        return platform.see(tx, caller.reach, now)


# What the caller sees of stores and staff; a route that takes it narrows what it answers by it.
Seeing: TypeAlias = Annotated[Seen, Depends(_seen)]


class Router:
    """The routes of one domain."""

    def __init__(self, *, tag: str) -> None:
        """Start without routes; `tag` is the heading under which OpenAPI lists them."""
        tags: list[str | Enum] = [tag]
        self.api = APIRouter(tags=tags)

    def route(
        self,
        method: Method,
        path: str,
        *,
        permission: Permission | Public,
        narrowing: Narrowing = Narrowing.WHOLE,
        owns: Owns | None = None,
        errors: Sequence[type[DomainError]] = (),
        status_code: int = HTTPStatus.OK,
        response_class: type[Response] | None = None,
        request_body: Mapping[str, object] | None = None,
        answer_example: str | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        """Make the function below answer `method` at `path` for callers who hold `permission`.

        `narrowing` says how it serves callers who see some stores or customers only; unsaid, not
        at all. `owns` lets somebody in who holds no such permission where what the path names is
        their own. `errors` are the refusals that OpenAPI should tell of beside those that every
        route has; `request_body` describes a body that the function reads by itself,
        `answer_example` shows an answer that it writes by itself.
        """
        extra = _declared(permission, narrowing, owns)
        if request_body is not None:
            extra["requestBody"] = request_body
        responses = _described(permission, narrowing, errors)
        if response_class is not None and answer_example is not None:
            content = {str(response_class.media_type): {"example": answer_example}}
            responses[status_code] = {"content": content}
        gates = []
        if permission != PUBLIC:
            gates = [Depends(_gate(Permission(permission), narrowing, owns))]
        register = self.api.api_route(
            path,
            methods=[method],
            status_code=status_code,
            response_class=response_class or Default(JSONResponse),
            dependencies=gates,
            openapi_extra=extra,
            responses=responses,
        )

        def add(function: Endpoint) -> Endpoint:
            hold_declaration(narrowing, path, function)
            return register(function)

        return add


def permission_of(route: APIRoute) -> str | None:
    """Return the permission that a route declares, `public`, or None when it declares nothing."""
    declared = (route.openapi_extra or {}).get(PERMISSION)
    return None if declared is None else str(declared)


def narrowing_of(route: APIRoute) -> Narrowing | None:
    """Return how a route serves narrowed callers, or None where everybody may call it."""
    declared = (route.openapi_extra or {}).get(NARROWING)
    return None if declared is None else Narrowing(str(declared))


def _declared(
    permission: Permission | Public, narrowing: Narrowing, owns: Owns | None
) -> dict[str, Any]:
    """Return what a route declares, as OpenAPI tells it and as it is read again."""
    told: dict[str, Any] = {PERMISSION: str(permission)}
    if permission != PUBLIC:
        told[NARROWING] = str(narrowing)
    if owns is not None:
        told[OWNED] = True
    return told


def _gate(permission: Permission, narrowing: Narrowing, owns: Owns | None) -> Callable[..., None]:
    """Return what every call passes first: its permission, then what it reaches."""
    parameter = narrowing.parameter()

    def require(request: Request, platform: Running, caller: Calling, seen: Seeing) -> None:
        if owns is not None and not caller.holds(permission):
            with platform.database.reading(caller.scope()) as tx:
                is_own = owns(tx, caller, request.path_params)
            if is_own:
                caller.require_own_password()
                return
        caller.require(permission)
        if seen.everything():
            return
        if narrowing is Narrowing.WHOLE:
            raise OutOfReach
        if parameter is not None:
            with platform.database.reading(caller.scope()) as tx:
                hold_seen(
                    tx, str(request.path_params[parameter]), platform.watched[narrowing], seen
                )

    return require


def _described(
    permission: Permission | Public, narrowing: Narrowing, errors: Sequence[type[DomainError]]
) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI's description of the refusals, one entry a status."""
    told: list[type[DomainError]] = [InvalidRequest, *errors]
    if permission != PUBLIC:
        told = [NotSignedIn, NotPermitted, *told]
        if narrowing is Narrowing.WHOLE:
            told.insert(2, OutOfReach)
    codes: dict[int, list[str]] = {}
    for error in told:
        codes.setdefault(status_of(error), []).append(f"`{error.code}`")
    return {
        status: {"description": " or ".join(known), "content": {MEDIA_TYPE: _PROBLEM}}
        for status, known in codes.items()
    }


_PROBLEM: Mapping[str, object] = {
    "schema": {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "One sentence with the remedy."},
            "code": {"type": "string", "examples": ["platform.not_permitted"]},
            "kind": {"type": "string"},
            "facts": {"type": "object", "description": "What the sentence was made of."},
            "errors": {"type": "array", "items": {"type": "object"}},
            "request_id": {"type": "string"},
        },
    }
}
