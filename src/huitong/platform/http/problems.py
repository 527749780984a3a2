"""Refusals as problem details (RFC 9457): the one place that turns a kind into a status."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from huitong.platform.errors import DomainError, Kind

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:huitong:error:"
RETRY_AFTER_SECONDS = 2
ERRORS_SHOWN_MAX = 50
UNEXPECTED = "platform.unexpected"

_STATUS_OF_KIND: Mapping[Kind, int] = {
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.REFUSED: 409,
    Kind.FORBIDDEN: 403,
    Kind.INVALID: 422,
    Kind.BUSY: 503,
    Kind.UPSTREAM: 502,
}
# HTTP has a word of its own for these.
_STATUS_OF_CODE: Mapping[str, int] = {
    "platform.not_signed_in": 401,
    "platform.sign_in_refused": 401,
    "platform.code_needed": 401,
    "platform.code_wrong": 401,
    "platform.phone_code_wrong": 401,
    "platform.too_many_tries": 429,
    "platform.no_such_method": 405,
    "platform.body_too_large": 413,
    "platform.if_match_missing": 428,
    "platform.request_key_missing": 400,
    "platform.wrong_request": 400,
}


@dataclass(eq=False)
class NoSuchRoute(DomainError):
    """No route has this address."""

    code: ClassVar[str] = "platform.no_such_route"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is nothing at this address: /openapi.json lists what there is."


@dataclass(eq=False)
class NoSuchMethod(DomainError):
    """The address exists, but does not take this method."""

    code: ClassVar[str] = "platform.no_such_method"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "This address does not take {method}: /openapi.json lists what it does."
    )
    method: str


@dataclass(eq=False)
class WrongRequest(DomainError):
    """The request is not one that HTTP or JSON would allow."""

    code: ClassVar[str] = "platform.wrong_request"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The request could not be read: {reason}."
    reason: str


@dataclass(eq=False)
class InvalidRequest(DomainError):
    """Fields of the request are missing or have values that do not fit."""

    code: ClassVar[str] = "platform.invalid_request"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "{count} field(s) of the request do not fit; “errors” names each."
    count: int


@dataclass(eq=False)
class BodyTooLarge(DomainError):
    """The body has more bytes than the route takes."""

    code: ClassVar[str] = "platform.body_too_large"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The body is larger than {bytes_max} bytes: send it in parts."
    bytes_max: int


@dataclass(eq=False)
class DatabaseUnavailable(DomainError):
    """The database does not answer, or not in time."""

    code: ClassVar[str] = "platform.database_unavailable"
    kind: ClassVar[Kind] = Kind.BUSY
    sentence: ClassVar[str] = "The database does not answer in time; nothing was done, try again."


def status_of(error: DomainError | type[DomainError]) -> int:
    """Return the HTTP status of a refusal."""
    return _STATUS_OF_CODE.get(error.code, _STATUS_OF_KIND[error.kind])


def problem(
    error: DomainError, *, request_id: str, errors: Sequence[Mapping[str, str]] = ()
) -> JSONResponse:
    """Return a refusal as problem JSON; `errors` are the single fields that do not fit."""
    status = status_of(error)
    body: dict[str, object] = {
        "type": TYPE_PREFIX + error.code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(error),
        "code": error.code,
        "kind": error.kind,
        "facts": error.facts(),
        "request_id": request_id,
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, headers=_headers(status), media_type=MEDIA_TYPE)


def after_refusing(request: Request, work: Callable[[], None]) -> None:
    """Let `work` be done once the refusal of a request is sent, so that its time tells nothing."""
    request.state.after_refusing = BackgroundTask(work)


def unexpected(*, request_id: str, trace_id: str) -> JSONResponse:
    """Return the answer to an error nobody foresaw: where to find it in the logs, and no more."""
    body = {
        "type": TYPE_PREFIX + UNEXPECTED,
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something went wrong on our side; tell us the trace id and we can find it.",
        "code": UNEXPECTED,
        "request_id": request_id,
        "trace_id": trace_id,
    }
    return JSONResponse(body, 500, media_type=MEDIA_TYPE)


def answer_problems(app: FastAPI) -> None:
    """Make the app answer every refusal as problem JSON, the framework's own included."""
    app.add_exception_handler(DomainError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _from_framework)
    app.add_exception_handler(psycopg.OperationalError, _unavailable)


def _headers(status: int) -> dict[str, str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return {}


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError), "Registered for refusals."
    request.state.code = error.code
    faults = error.places()[:ERRORS_SHOWN_MAX]
    response = problem(error, request_id=request.state.request_id, errors=faults)
    response.background = getattr(request.state, "after_refusing", None)
    return response


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Answer which fields do not fit; their values stay out, they may be personal."""
    assert isinstance(error, RequestValidationError), "Registered for invalid requests."
    found = error.errors()
    refusal = InvalidRequest(count=len(found))
    request.state.code = refusal.code
    return problem(
        refusal,
        request_id=request.state.request_id,
        errors=[
            {"at": ".".join(str(part) for part in one["loc"]), "reason": one["msg"]}
            for one in found[:ERRORS_SHOWN_MAX]
        ],
    )


def _from_framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException), "Registered for the framework's refusals."
    if isinstance(error.__cause__, DomainError):
        return _refused(request, error.__cause__)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return _refused(request, NoSuchRoute())
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return _refused(request, NoSuchMethod(method=request.method))
    return _refused(request, WrongRequest(reason=str(error.detail)))


def _unavailable(request: Request, _error: Exception) -> JSONResponse:
    return _refused(request, DatabaseUnavailable())
