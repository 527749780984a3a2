"""Serves the built front ends: three pages, and the files that they load.

Everything is read once at the start, so that no address of a request ever names a file.
"""

import gzip
import mimetypes
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

FOLDER = "_web"
APPS = ("console", "guide", "member")
# What Vite wrote where a nonce belongs; a new one takes its place at each request.
NONCE_PLACE = "CSP-NONCE"
NONCE_BYTES = 16
COMPRESSED_FROM_BYTES = 1_024
# The names of assets hold a hash of what is in them.
FOREVER = "public, max-age=31536000, immutable"
NEVER = "no-cache"
# The library draws its styles at run time, with the nonce; what it sets on single elements has no
# other way. Pictures are the page's own or drawn; nothing is asked of anybody else.
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}';"
    " style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self';"
    " connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'; object-src 'none'"
)
NOT_BUILT = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>会通 Huitong</title></head>
<body><main><h1>页面还没有构建 · The pages are not built yet</h1>
<p>在源码目录运行 <code>make web</code>，然后重新启动。</p>
<p>Run <code>make web</code> in the source tree and start again. The interface for programs works:
<a href="/openapi.json">/openapi.json</a>.</p></main></body></html>
"""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the front ends, as it is sent."""

    media_type: str
    plain: bytes
    compressed: bytes | None


@dataclass(frozen=True, slots=True)
class FrontEnds:
    """The pages by app and the assets by name; both empty when nothing was built."""

    pages: Mapping[str, str]
    assets: Mapping[str, Asset]


@cache
def read_front_ends() -> FrontEnds:
    """Read what the build left in the package."""
    folder = files("huitong") / FOLDER
    pages = {app: folder / app / "index.html" for app in APPS}
    return FrontEnds(
        pages={app: page.read_text("utf-8") for app, page in pages.items() if page.is_file()},
        assets=dict(_assets(folder / "assets")),
    )


def add_front_ends(app: FastAPI, found: FrontEnds) -> None:
    """Make the app serve the front ends beside its interface."""

    def start(_request: Request) -> Response:
        return RedirectResponse("/console/")

    def asset(request: Request) -> Response:
        known = found.assets.get(request.path_params["name"])
        return Response(status_code=404) if known is None else _sent(known, request)

    app.add_route("/", start, include_in_schema=False)
    app.add_route("/assets/{name}", asset, include_in_schema=False)
    for name in APPS:
        page = found.pages.get(name, NOT_BUILT)
        for path in (f"/{name}", f"/{name}/{{rest:path}}"):
            app.add_route(path, _page_of(page), include_in_schema=False)


def _page_of(page: str) -> Callable[[Request], Response]:
    def show(_request: Request) -> Response:
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        return HTMLResponse(
            page.replace(NONCE_PLACE, nonce),
            headers={"Content-Security-Policy": POLICY.format(nonce=nonce), "Cache-Control": NEVER},
        )

    return show


def _assets(folder: Traversable) -> Iterator[tuple[str, Asset]]:
    if not folder.is_dir():
        return
    for file in folder.iterdir():
        plain = file.read_bytes()
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        large = len(plain) >= COMPRESSED_FROM_BYTES
        yield file.name, Asset(media_type, plain, gzip.compress(plain, mtime=0) if large else None)


def _sent(asset: Asset, request: Request) -> Response:
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if asset.compressed is None or "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(asset.plain, media_type=asset.media_type, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(asset.compressed, media_type=asset.media_type, headers=headers)
