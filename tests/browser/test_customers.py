"""Somebody calls at ten in the evening: they are found, and everything is on one page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.choosing import choose
from tests.browser.conftest import Watched, keep_screenshot, wait_until_filled
from tests.browser.worlds import members
from tests.browser.worlds.addresses import ask
from tests.browser.worlds.brands import SECOND_BRAND
from tests.browser.worlds.members import BRAND

HOME = f"/console/{BRAND}/customers"
TABS = (
    "timeline", "orders", "points", "tags", "segments", "models", "profile", "care", "consents",
)  # fmt: skip


def look_for(page: Page, text: str) -> None:
    """Type into the box that “/” leads to."""
    wait_until_filled(page)
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def id_of(page: Page, place: int) -> str:
    """Return the id of a customer of the world."""
    body = {"text": members.phone_of(place)}
    found = ask(page, f"/v1/brands/{BRAND}/customers/lookup", body)
    return str(found["items"][0]["id"])


@pytest.mark.parametrize("typed", ["0001", members.phone_of(0), members.card_of(0), "林知夏"])
def test_whoever_is_found_alone_is_opened_at_once(
    open_page: Callable[..., Watched], typed: str
) -> None:
    page = open_page(HOME).page
    look_for(page, typed)
    page.wait_for_url(f"**/customers/{id_of(page, 0)}")
    wait_until_filled(page)
    expect(page.locator("h1")).to_have_text("林**")
    # What was typed is personal: it is in no address, as addresses are written to logs.
    assert typed not in page.url


def test_several_of_the_same_name_are_listed_masked(open_page: Callable[..., Watched]) -> None:
    page = open_page(HOME).page
    look_for(page, "苏念安")
    expect(page.get_by_text("找到 2 人")).to_be_visible()
    expect(page.get_by_text("199****0010")).to_be_visible()
    expect(page.get_by_text("苏念安", exact=True)).to_have_count(0)


def test_a_part_of_a_name_finds_nobody_and_says_what_would(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(HOME).page
    look_for(page, "苏念")
    expect(page.get_by_text("没有找到顾客")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_each_part_of_the_page_has_an_address_of_its_own(
    open_page: Callable[..., Watched], language: str
) -> None:
    page = open_page(HOME, language=language).page
    where = f"{HOME}/{id_of(page, 0)}"
    for tab in TABS:
        page.goto(f"{where}?tab={tab}")
        wait_until_filled(page)
        assert page.locator("[role=alert]").count() == 0, tab
        assert "\u27e6" not in page.locator("body").inner_text(), tab
        keep_screenshot(page, f"customer-{tab}-{language}")


def test_an_order_opens_beside_the_page_and_by_its_address(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(HOME).page
    page.goto(f"{HOME}/{id_of(page, 0)}?tab=orders")
    page.get_by_role("button", name=members.order_no_of(0, 0)).click()
    page.wait_for_url("**order=ord_*")
    expect(page.get_by_role("dialog").get_by_text("会员折扣")).to_be_visible()
    page.reload()
    expect(page.get_by_role("dialog").get_by_text("会员折扣")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_a_call_is_confirmed_by_the_masked_number_and_tells_what_became_of_it(
    open_page: Callable[..., Watched], language: str
) -> None:
    page = open_page(HOME, who="customer_service", language=language).page
    page.goto(f"{HOME}/{id_of(page, 0)}")
    wait_until_filled(page)
    said = {
        "zh-CN": ("拨打电话", "拨打 199****0001？", "没有真正拨打 199****0001"),
        "en-US": ("Call", "Call 199****0001?", "199****0001 was not really called"),
    }
    button, question, became = said[language]
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text(question)).to_be_visible()
    keep_screenshot(page, f"dial-asks-{language}")
    page.locator(".ant-popconfirm-buttons .ant-btn-primary").click()
    expect(page.get_by_role("dialog").get_by_text(became)).to_be_visible()
    keep_screenshot(page, f"dial-{language}")
    assert members.phone_of(0) not in page.content()


def test_a_filter_of_the_timeline_stays_when_an_order_is_looked_at(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(HOME).page
    page.goto(f"{HOME}/{id_of(page, 0)}?tab=timeline&kind=order")
    page.get_by_role("button", name="查看订单").first.click()
    page.wait_for_url("**order=ord_*")
    page.get_by_role("dialog").get_by_role("button", name="关闭").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith("?tab=timeline&kind=order")


def test_a_name_that_attacks_is_shown_as_text(open_page: Callable[..., Watched]) -> None:
    page = open_page(HOME).page
    place = members.NAMES.index(members.ATTACK)
    page.goto(f"{HOME}/{id_of(page, place)}")
    wait_until_filled(page)
    expect(page.locator("h1")).to_have_text("<**")
    page.get_by_role("button", name="查看明文").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="姓名").check()
    choose(dialog.get_by_role("combobox"), "核验身份")
    dialog.get_by_role("button").last.click()
    # Whole and as it was told: no element came of it, and no script ran.
    expect(page.get_by_role("dialog").get_by_text(members.ATTACK)).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


def test_a_filter_is_built_counted_and_linked(open_page: Callable[..., Watched]) -> None:
    page = open_page(HOME).page
    page.goto(f'{HOME}?filter={{"facts":"orders","measure":"count","at_least":4}}&sort=spent')
    wait_until_filled(page)
    buyers = sum(members.order_count_of(place) >= 4 for place in range(len(members.NAMES)))
    body = {"condition": {"facts": "orders", "measure": "count", "at_least": 4}}
    told = ask(page, f"/v1/brands/{BRAND}/customers/search", body)
    assert told["count"] >= buyers
    expect(page.get_by_text(f"共 {told['count']} 人")).to_be_visible()


def test_a_customer_opens_below_their_own_brand(open_page: Callable[..., Watched]) -> None:
    page = open_page(HOME).page
    wait_until_filled(page)
    customer = id_of(page, 0)
    page.goto(f"/console/{SECOND_BRAND}/customers/{customer}?tab=points")
    page.wait_for_url(f"**/console/{BRAND}/customers/{customer}?tab=points")
    expect(page.get_by_role("tab", name="积分")).to_have_attribute("aria-selected", "true")
    person = ask(page, f"/v1/customers/{customer}/head")["person_id"]
    page.goto(f"/console/{SECOND_BRAND}/identity/persons/{person}")
    link = page.locator(f"a[href$='/customers/{customer}']")
    expect(link).to_have_attribute("href", f"/console/{BRAND}/customers/{customer}")
