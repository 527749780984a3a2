"""The HTTP edge: makes the app out of every domain's routes, and gives each request its ids."""

import time
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import huitong
from huitong.entry import trouble
from huitong.entry.front_ends import add_front_ends, read_front_ends
from huitong.entry.routers import ROUTERS
from huitong.platform import audit, http, logs
from huitong.platform.assembly import Platform

REQUEST_ID = "X-Request-Id"
REQUEST_ID_LENGTH_MAX = 64
# What every answer carries unless it says otherwise: nothing runs in it, nobody frames it, nobody
# keeps it, and no other site reads it.
SECURITY: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
DESCRIPTION = """
Huitong (会通): people, orders and points of a retail group over all its channels.

* **Keys**: `Authorization: Bearer <token>`; each route names the permission it asks for
  (`x-permission`).
* **Refusals** are problem details (RFC 9457) with a stable `code` and a sentence with the remedy.
* **Lists** come in pages: `limit` (50, at most 200) and `cursor` (the `next_cursor` before).
* **Limits**: 1 MiB a body, 64 MiB and 100,000 records one that is pushed; no rate limit yet.
* **Time** is RFC 3339 with a zone, **money** whole fen (`*_minor`), **points** whole numbers.
"""

log = logs.logger(__name__)


def make_app(platform: Platform) -> FastAPI:
    """Return the app that serves a platform's routes."""
    app = _described_app()
    app.state.platform = platform
    http.answer_problems(app)
    add_front_ends(app, read_front_ends())
    app.add_middleware(Edge)
    return app


def document() -> dict[str, Any]:
    """Return the OpenAPI document; it needs no platform."""
    return _described_app().openapi()


def _described_app() -> FastAPI:
    app = FastAPI(
        title="Huitong",
        version=huitong.__version__,
        description=DESCRIPTION,
        # Their pages load programs from somebody else's network; /openapi.json is enough.
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    for router in ROUTERS:
        app.include_router(router.api)
    return app


class Edge:
    """The outermost layer: ids and limits of a request, one log line, and the last catch."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        trace_id = logs.trace_id_of(headers.get("traceparent"))
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id)
        begun = time.monotonic()
        with (
            logs.context(request_id=request_id, trace_id=trace_id),
            audit.coming_from(
                address=_address(scope), agent=headers.get("user-agent"), request_id=request_id
            ),
        ):
            try:
                await self._app(scope, _limited(scope, receive, headers), answer.send)
            except Exception as error:
                trouble.report("api.unexpected", error)
                if answer.status is not None:
                    raise
                response = http.unexpected(request_id=request_id, trace_id=trace_id)
                await response(scope, receive, answer.send)
            finally:
                _log(scope, answer.status, time.monotonic() - begun)


class _Answer:
    """The way out: remembers the status and adds the request's id."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.status: int | None = None
        self._send = send
        self._request_id = request_id

    async def send(self, message: Message) -> None:
        """Send one part of the answer."""
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID] = self._request_id
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
        await self._send(message)


def _limited(scope: Scope, receive: Receive, headers: Headers) -> Receive:
    """Return `receive` that refuses a body beyond its route's limit, announced or not.

    Bodies are read before anybody knows who calls, so the kind of body that a caller names raises
    no limit: a route that takes larger ones knows its caller, and says so before the first byte.
    """
    length = headers.get("content-length", "0")
    announced = int(length) if length.isdecimal() else 0
    read = 0

    async def counted() -> Message:
        nonlocal read
        bytes_max = scope["state"].get(http.BODY_BYTES, http.BODY_BYTES_MAX)
        if announced > bytes_max:
            raise http.BodyTooLarge(bytes_max=bytes_max)
        message = await receive()
        read += len(message.get("body", b""))
        if read > bytes_max:
            raise http.BodyTooLarge(bytes_max=bytes_max)
        return message

    return counted


def _address(scope: Scope) -> str | None:
    client = scope.get("client")
    return str(client[0]) if client else None


def _request_id(headers: Mapping[str, str]) -> str:
    """Return the caller's own request id when it is a plain word, else a new one."""
    given = headers.get(REQUEST_ID, "")
    plain = given.replace("-", "").replace("_", "")
    if len(given) <= REQUEST_ID_LENGTH_MAX and plain.isascii() and plain.isalnum():
        return given
    return logs.new_request_id()


def _log(scope: Scope, status: int | None, seconds: float) -> None:
    """Write one line on a request; the path as declared, because the real one may hold a phone."""
    route = scope.get("route")
    log.info(
        "api.request",
        method=scope["method"],
        route=route.path if isinstance(route, APIRoute) else None,
        status=status,
        code=scope["state"].get("code"),
        took_ms=round(seconds * 1_000),
    )


def _operation_id(route: APIRoute) -> str:
    """Return `orders_show` for the function `show` under the tag `orders`."""
    return f"{route.tags[0]}_{route.name}"
