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
from huitong.platform.auth import Caller, NotPermitted, NotSignedIn, Permission
from huitong.platform.errors import DomainError
from huitong.platform.http.problems import MEDIA_TYPE, InvalidRequest, status_of

PUBLIC: Final = "public"
PERMISSION = "x-permission"

Public: TypeAlias = Literal["public"]
Method: TypeAlias = Literal["GET", "POST", "PUT", "DELETE"]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_bearer = HTTPBearer(auto_error=False, description="A token of `huitong keys issue`.")


def _running(request: Request) -> Platform:
    platform = request.app.state.platform
    assert isinstance(platform, Platform), "The app is made with a platform."
    return platform


Running: TypeAlias = Annotated[Platform, Depends(_running)]


def _caller(
    platform: Running,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    if bearer is None:
        raise NotSignedIn(reason="The call brings no key")
    return auth.check(platform.database, bearer.credentials, now=clock.now())


Calling: TypeAlias = Annotated[Caller, Depends(_caller)]


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
        errors: Sequence[type[DomainError]] = (),
        status_code: int = HTTPStatus.OK,
        response_class: type[Response] | None = None,
        request_body: Mapping[str, object] | None = None,
        answer_example: str | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        """Make the function below answer `method` at `path` for callers who hold `permission`.

        `errors` are the refusals that OpenAPI should tell of beside those that every route has;
        `request_body` describes a body that the function reads by itself, `answer_example` shows
        an answer that it writes by itself.
        """
        extra: dict[str, Any] = {PERMISSION: str(permission)}
        if request_body is not None:
            extra["requestBody"] = request_body
        responses = _described(permission, errors)
        if response_class is not None and answer_example is not None:
            content = {str(response_class.media_type): {"example": answer_example}}
            responses[status_code] = {"content": content}
        return self.api.api_route(
            path,
            methods=[method],
            status_code=status_code,
            response_class=response_class or Default(JSONResponse),
            dependencies=[] if permission == PUBLIC else [Depends(_gate(Permission(permission)))],
            openapi_extra=extra,
            responses=responses,
        )


def permission_of(route: APIRoute) -> str | None:
    """Return the permission that a route declares, `public`, or None when it declares nothing."""
    declared = (route.openapi_extra or {}).get(PERMISSION)
    return None if declared is None else str(declared)


def _gate(permission: Permission) -> Callable[[Caller], None]:
    def require(caller: Calling) -> None:
        caller.require(permission)

    return require


def _described(
    permission: Permission | Public, errors: Sequence[type[DomainError]]
) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI's description of the refusals, one entry a status."""
    told: list[type[DomainError]] = [InvalidRequest, *errors]
    if permission != PUBLIC:
        told = [NotSignedIn, NotPermitted, *told]
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
