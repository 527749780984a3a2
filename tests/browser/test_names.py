"""Journals tell who did something by name, asked for once a page; the id is there to be copied."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Watched, screenshot_of_failure, wait_until_filled
from tests.browser.worlds.addresses import ADDRESSES
from tests.browser.worlds.members import BRAND


def test_who_began_a_draft_is_told_to_a_colleague_by_name(
    open_page: Callable[..., Watched],
) -> None:
    begun = ADDRESSES["programme/drafts/:draftId"](open_page(f"/console/{BRAND}").page)
    page = open_page(f"/console/{BRAND}", who="brand_operator").page
    calls: list[str] = []
    page.on("request", lambda asked: calls.append(asked.url) if "/v1/actors" in asked.url else None)
    with screenshot_of_failure(page, "names"):
        page.goto(f"/console/{BRAND}/{begun}")
        wait_until_filled(page)
        names = page.get_by_role("button", name="集团管理员", exact=True)
        # Once in the head of the page and once beside each step of the draft.
        expect(names.nth(1)).to_be_visible()
        assert len(calls) == 1
        assert "usr_" not in page.locator("main").inner_text()
        names.first.hover()
        expect(page.get_by_text(re.compile("^usr_[0-9a-z]{13}$"))).to_be_visible()
