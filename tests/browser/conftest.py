"""A real Chromium before the real server and database, filled with invented people.

What the browser asks is watched: an error in its console, a page error, a failed request or one
that leaves this machine fails the test in which it happened. Screenshots of every page go to
`build/screenshots`.
"""

import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.worlds.users import PASSWORD
from tests.entry.test_serving import Process, started
from tools import browser as browsers

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
FILL_SECONDS_MAX = 300
WAIT_MS_MAX = 60_000
# Chromium looks up its maker's hosts at every start unless it is told not to.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOME_ADDRESSES = ("127.0.0.1", "")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a running Chromium; without one the browser tests are left out, and say so."""
    found = browsers.find()
    if found is None:
        said = (
            "NO BROWSER: pages are not tested, as no Chromium is here."
            " “make test” or “python tools/browser.py” installs one where that can be done."
        )
        warnings.warn(pytest.PytestWarning(said), stacklevel=1)
        pytest.skip(said)
    # A page is as slow as the machine is busy; what never comes is still found missing.
    expect.set_options(timeout=WAIT_MS_MAX)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(found), args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def serving(
    tmp_path_factory: pytest.TempPathFactory, make_database: Callable[[], str]
) -> Iterator[Process]:
    """Return the server of this worker, on a database with the worlds in it."""
    folder, url = tmp_path_factory.mktemp("serving"), make_database()
    environment = {
        **os.environ,
        "HUITONG_HOME": str(folder / "home"),
        "HUITONG_DATABASE_URL": url,
        # A clone shows its own source, wherever the package was installed from.
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    subprocess.run(
        [sys.executable, "-m", "tests.browser.worlds"],
        cwd=folder,
        env=environment,
        timeout=FILL_SECONDS_MAX,
        check=True,
    )
    with started(folder, url, "serve", "--port", "0") as process:
        process.address()
        yield process
        process.stop()


@pytest.fixture(scope="session")
def address(serving: Process) -> str:
    """Return where the server listens."""
    return serving.address()


class Watched:
    """A page of the browser, and everything about it that should not have happened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.expected: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        page.on("request", self._asked)

    def expect(self, part: str) -> None:
        """Take a complaint that contains `part` for what the test is about."""
        self.expected.append(part)

    def complaints(self) -> list[str]:
        """Return what went wrong and was not expected."""
        return [one for one in self.wrong if not any(part in one for part in self.expected)]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(f"{message.type}: {message.text} at {message.location.get('url')}")

    def _asked(self, request: Request) -> None:
        host = urlsplit(request.url).hostname or ""
        if host not in HOME_ADDRESSES:
            self.wrong.append(f"a request to {host}")


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Callable[..., Watched]]:
    """Return a function that opens a page for somebody, signed in, in a browser of their own."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def visit(
        path: str = "/console/",
        *,
        who: str | None = "admin",
        language: str = "zh-CN",
        look: str = "light",
        size: tuple[int, int] = (1440, 900),
    ) -> Watched:
        context = chromium.new_context(
            base_url=address,
            locale=language,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            viewport={"width": size[0], "height": size[1]},
        )
        context.set_default_timeout(WAIT_MS_MAX)
        context.add_init_script(
            f"localStorage.setItem('huitong.language', '{language}');"
            f"localStorage.setItem('huitong.look', '{look}');"
        )
        watched = Watched(context.new_page())
        opened.append((context, watched))
        if who is not None:
            sign_in(context, who)
        watched.page.goto(path)
        return watched

    yield visit
    complaints = [one for _, watched in opened for one in watched.complaints()]
    for context, _ in opened:
        context.close()
    assert complaints == []


def sign_in(context: BrowserContext, who: str) -> None:
    """Sign in by the interface, as the page does; the cookie is the context's then."""
    answer = context.request.post("/v1/session", data={"name": who, "password": PASSWORD})
    assert answer.ok, answer.text()


@contextmanager
def screenshot_of_failure(page: Page, name: str) -> Iterator[None]:
    """Keep a picture of the page when the block fails."""
    try:
        yield
    except BaseException:
        keep_screenshot(page, f"failed-{name}")
        raise


def keep_screenshot(page: Page, name: str) -> Path:
    """Write a picture of the whole page for people to look at, once nothing moves any more."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=True, animations="disabled")
    return path


def wait_until_filled(page: Page) -> None:
    """Wait until nothing on the page says that it is still being filled."""
    page.locator("h1").first.wait_for()
    page.wait_for_function(
        "() => document.querySelector("
        "'[aria-busy=true], .ant-skeleton-active, .ant-spin-spinning, .busy > span') === null"
    )
