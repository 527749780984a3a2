"""Journals tell who did something by name, asked for once a page; the id is there to be copied."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.choosing import choose
from tests.browser.conftest import (
    Watched,
    keep_screenshot,
    screenshot_of_failure,
    wait_until_filled,
)
from tests.browser.worlds.addresses import ADDRESSES
from tests.browser.worlds.members import BRAND, STORES


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


def test_a_store_is_chosen_by_its_name(open_page: Callable[..., Watched]) -> None:
    page = open_page(f"/console/{BRAND}/staff?edit=%2B", language="en-US").page
    code, name = STORES[0][0], STORES[0][1]
    with screenshot_of_failure(page, "picker"):
        chooser = page.get_by_label(re.compile("^Store"))
        chooser.click()
        page.keyboard.type(name)
        page.get_by_title(f"{name} ({code})", exact=True).click()
        expect(page.locator(".ant-drawer .ant-select-content")).to_contain_text(f"{name} ({code})")
        keep_screenshot(page, "staff-edit-en-US")


def test_the_form_of_a_store_offers_the_business_units_of_its_brand(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(f"/console/{BRAND}").page
    known = page.request.get("/v1/organisation").json()
    headers = {
        "X-CSRF-Token": page.request.get("/v1/session").json()["csrf_token"],
        "If-Match": f'"{known["version"]}"',
    }
    wanted = {"units": [{"brand": BRAND, "code": "city", "name": "城市事业部"}]}
    told = page.request.put("/v1/organisation", data=wanted, headers=headers)
    assert told.ok, told.text()
    with screenshot_of_failure(page, "units"):
        page.goto(f"/console/{BRAND}/stores?edit={STORES[0][0]}")
        drawer = page.locator(".ant-drawer")
        choose(drawer.get_by_label(re.compile("^事业部")), "城市事业部 (city)")
        keep_screenshot(page, "stores-edit-zh-CN")
        drawer.get_by_role("button", name="保存").click()
        expect(drawer).to_have_count(0)
    (store,) = page.request.get(f"/v1/stores?code={STORES[0][0]}").json()["items"]
    assert store["units"] == {BRAND: "city"}
