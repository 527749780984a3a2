"""How much the first load of each app brings, counted by the browser as it comes, no headers."""

from collections.abc import Callable

import pytest

from bench.front_ends import KILOBYTE, KILOBYTES_MAX
from tests.browser.conftest import Watched, wait_until_filled
from tests.browser.worlds.members import BRAND

STARTS = {"console": f"/console/{BRAND}", "guide": "/guide/", "member": f"/member/{BRAND}"}


@pytest.mark.parametrize("app", list(STARTS))
def test_the_first_load_is_within_its_budget(open_page: Callable[..., Watched], app: str) -> None:
    watched = open_page("about:blank", who="admin" if app == "console" else None)
    # Nobody is signed in on a phone yet, and an empty page keeps nothing.
    watched.expect("401")
    watched.expect("localStorage")
    session = watched.page.context.new_cdp_session(watched.page)
    session.send("Network.enable")
    brought = [0.0]
    session.on(
        "Network.dataReceived",
        lambda event: brought.append(float(event["encodedDataLength"])),
    )
    watched.page.goto(STARTS[app])
    wait_until_filled(watched.page)
    assert 0 < sum(brought) / KILOBYTE <= KILOBYTES_MAX[app]
