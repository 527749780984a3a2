"""The phones: a guide finds and calls whom they serve, a member sees why and decides."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched, keep_screenshot, wait_until_filled
from tests.browser.test_every_page import HAN, MISSING, violations
from tests.browser.worlds.brands import SECOND_BRAND
from tests.browser.worlds.members import BRAND, TIERS, phone_of
from tests.browser.worlds.users import GUIDE_PHONE

PHONE = (390, 844)
NARROW = (320, 640)
WORDS = {
    "zh-CN": {"send": "获取验证码", "enter": "登录"},
    "en-US": {"send": "Send a code", "enter": "Sign in"},
}
STAFF_WORDS = {
    "zh-CN": {"phone": "导购登录手机号", "edit": "修改", "save": "保存", "remove": "移除手机号"},
    "en-US": {
        "phone": "Telephone of the guide",
        "edit": "Edit",
        "save": "Save",
        "remove": "Take the number away",
    },
}
each_language = pytest.mark.parametrize("language", ["zh-CN", "en-US"])


def sign_in(watched: Watched, phone: str, language: str = "zh-CN") -> Page:
    """Sign in by the code that the demo shows instead of sending it."""
    # The app asks who is signed in, and the answer is nobody.
    watched.expect("401")
    page, words = watched.page, WORDS[language]
    page.locator("input").first.fill(phone)
    page.get_by_role("button", name=words["send"]).click()
    (code,) = re.findall(r"\d{6}", page.locator(".adm-notice-bar").inner_text())
    page.locator("input").nth(1).fill(code)
    page.get_by_role("button", name=words["enter"], exact=True).click()
    page.locator("nav.tabs").wait_for()
    return page


def look(page: Page, name: str, language: str) -> None:
    """Keep a picture, and hold the page to what every page is held to."""
    page.locator("h1").first.wait_for()
    page.wait_for_function("() => document.querySelector('[aria-busy=true]') === null")
    keep_screenshot(page, f"{name}-{language}")
    assert MISSING not in page.locator("body").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "It fits the phone."
    assert violations(page) == []


@each_language
def test_a_guide_finds_a_customer_and_reads_the_card(
    open_page: Callable[..., Watched], language: str
) -> None:
    page = sign_in(
        open_page("/guide/", who=None, language=language, size=PHONE), GUIDE_PHONE, language
    )
    look(page, "guide-customers", language)
    page.locator("input[type=search]").fill(phone_of(0)[-4:])
    page.keyboard.press("Enter")
    # Until the answer comes, those whom the guide serves stay listed.
    expect(page.locator(".adm-list-item")).to_have_count(1)
    page.locator(".adm-list-item").click()
    expect(page.locator("h1")).to_have_text("林**")
    look(page, "guide-card", language)
    assert phone_of(0) not in page.content()
    if language == "en-US":
        assert [one for one in page.locator("h2").all_inner_texts() if HAN.search(one)] == []


@each_language
def test_an_operator_gives_a_guide_a_number_and_the_guide_signs_in_with_it(
    open_page: Callable[..., Watched], language: str
) -> None:
    words, number = (
        STAFF_WORDS[language],
        {"zh-CN": "19900009002", "en-US": "19900009003"}[language],
    )
    page = open_page(f"/console/{BRAND}/staff?text=g-02", language=language).page
    wait_until_filled(page)
    page.get_by_role("button", name="g-02").click()
    page.get_by_role("button", name=words["edit"]).click()
    page.get_by_label(words["phone"]).fill(number)
    page.get_by_role("button", name=words["save"]).click()
    expect(page.get_by_text(f"199****{number[-4:]}", exact=True)).to_be_visible()
    wait_until_filled(page)
    keep_screenshot(page, f"staff-phone-{language}")
    page.get_by_role("button", name=words["edit"]).click()
    expect(page.get_by_label(words["remove"])).to_be_visible()
    keep_screenshot(page, f"staff-phone-form-{language}")
    assert violations(page) == []
    assert number not in page.content()
    sign_in(open_page("/guide/", who=None, language=language, size=PHONE), number, language)


def test_a_number_of_another_guide_is_refused_beside_the_field(
    open_page: Callable[..., Watched],
) -> None:
    watched = open_page(f"/console/{BRAND}/staff?text=g-03")
    watched.expect("409")
    page, words = watched.page, STAFF_WORDS["zh-CN"]
    wait_until_filled(page)
    page.get_by_role("button", name="g-03").click()
    page.get_by_role("button", name=words["edit"]).click()
    page.get_by_label(words["phone"]).fill(GUIDE_PHONE)
    page.get_by_role("button", name=words["save"]).click()
    expect(page.get_by_text("这个手机号已属于另一位导购")).to_be_visible()


def test_a_guide_calls_without_seeing_the_number(open_page: Callable[..., Watched]) -> None:
    page = sign_in(open_page("/guide/", who=None, size=PHONE), GUIDE_PHONE)
    page.locator(".adm-list-item").first.click()
    page.get_by_role("button", name="拨打").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已记录拨打")).to_be_visible()
    assert re.search(r"1990000\d{4}", page.content()) is None


def test_a_guide_does_not_find_whom_somebody_else_serves(
    open_page: Callable[..., Watched],
) -> None:
    page = sign_in(open_page("/guide/", who=None, size=PHONE), GUIDE_PHONE)
    page.locator(".adm-list-item").first.wait_for()
    mine = page.locator(".adm-list-item").all_inner_texts()
    others = next(
        place for place in range(20) if not any(phone_of(place)[-4:] in one for one in mine)
    )
    page.locator("input[type=search]").fill(phone_of(others))
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有找到")).to_be_visible()


@each_language
def test_a_member_sees_card_points_and_data(
    open_page: Callable[..., Watched], language: str
) -> None:
    watched = open_page(f"/member/{BRAND}", who=None, language=language, size=PHONE)
    page = sign_in(watched, phone_of(0), language)
    look(page, "member-card", language)
    page.goto(f"/member/{BRAND}/points")
    look(page, "member-points", language)
    page.goto(f"/member/{BRAND}/data")
    look(page, "member-data", language)


def test_points_expire_at_the_end_of_the_day_that_is_named(
    open_page: Callable[..., Watched],
) -> None:
    """The programme lets points die with a month: its last day is named, not the day after."""
    page = sign_in(open_page(f"/member/{BRAND}", who=None, size=PHONE), phone_of(0))
    ends = re.compile(r"有效期至 (\d{4}-\d{2}-\d{2})")
    expect(page.get_by_text(ends)).to_be_visible()
    card = ends.findall(page.locator("main").inner_text())
    page.goto(f"/member/{BRAND}/points")
    page.get_by_text(ends).first.wait_for()
    lots = ends.findall(page.locator("main").inner_text())
    assert card[0] == min(lots)
    for shown in lots:
        assert (date.fromisoformat(shown) + timedelta(days=1)).day == 1


def test_the_card_tells_what_the_tier_needs_and_what_the_member_has(
    open_page: Callable[..., Watched],
) -> None:
    page = sign_in(open_page(f"/member/{BRAND}", who=None, size=PHONE), phone_of(0))
    said = page.get_by_text("该等级需要成长值")
    expect(said).to_be_visible()
    found = re.search(r"需要成长值 ([\d,]+)，你现在 ([\d,]+)", said.inner_text())
    assert found is not None
    needs, has = (int(one.replace(",", "")) for one in found.groups())
    assert needs in {tier["growth"] for tier in TIERS}
    assert needs < has


def test_a_member_reads_why_points_came(open_page: Callable[..., Watched]) -> None:
    page = sign_in(open_page(f"/member/{BRAND}", who=None, size=PHONE), phone_of(0))
    page.goto(f"/member/{BRAND}/points")
    page.locator(".adm-collapse-panel-header", has_text="获得").first.click()
    expect(page.get_by_text("消费得积分：", exact=False)).to_be_visible()
    expect(page.get_by_text("订单 YZ", exact=False)).to_be_visible()


def test_a_member_takes_a_consent_back_and_is_told_what_ends(
    open_page: Callable[..., Watched],
) -> None:
    page = sign_in(open_page(f"/member/{BRAND}", who=None, size=PHONE), phone_of(4))
    page.goto(f"/member/{BRAND}/data")
    marketing = page.get_by_role("switch", name="营销信息")
    expect(marketing).to_be_checked()
    marketing.click()
    expect(page.get_by_text("不会再发送优惠")).to_be_visible()
    page.get_by_role("button", name="撤回", exact=True).click()
    expect(marketing).not_to_be_checked()


def test_the_narrowest_phone_scrolls_no_page_sideways(open_page: Callable[..., Watched]) -> None:
    page = sign_in(open_page(f"/member/{BRAND}", who=None, size=NARROW), phone_of(0))
    for path in ("", "/points", "/data"):
        page.goto(f"/member/{BRAND}{path}")
        page.locator("h1").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_what_a_guide_looks_for_is_not_in_the_address(open_page: Callable[..., Watched]) -> None:
    """A shop shares its telephone, and a server writes addresses down."""
    page = sign_in(open_page("/guide/", who=None, size=PHONE), GUIDE_PHONE)
    page.locator("input[type=search]").fill(phone_of(0))
    page.keyboard.press("Enter")
    expect(page.locator(".adm-list-item")).to_have_count(1)
    assert urlsplit(page.url).path.rstrip("/") == "/guide"
    assert urlsplit(page.url).query == ""
    page.locator(".adm-list-item").click()
    expect(page.locator("h1")).to_have_text("林**")
    page.go_back()
    expect(page.locator("input[type=search]")).to_have_value(phone_of(0))
    expect(page.locator(".adm-list-item")).to_have_count(1)


@each_language
def test_the_link_of_another_brand_does_not_show_this_one(
    open_page: Callable[..., Watched], language: str
) -> None:
    watched = open_page(f"/member/{BRAND}", who=None, language=language, size=PHONE)
    page = sign_in(watched, phone_of(0), language)
    page.goto(f"/member/{SECOND_BRAND}/points")
    expect(page.get_by_role("button")).to_have_count(2)
    look(page, "member-other-brand", language)
    page.get_by_role("button").last.click()
    page.locator("nav.tabs").wait_for()
    assert page.url.endswith(f"/member/{BRAND}")
    page.goto(f"/member/{SECOND_BRAND}/points")
    page.get_by_role("button").first.click()
    expect(page.locator("#phone")).to_be_visible()
    assert page.url.endswith(f"/member/{SECOND_BRAND}/points")


@pytest.mark.parametrize("app, path", [("guide", "/guide/"), ("member", f"/member/{BRAND}")])
def test_the_language_can_be_changed_before_signing_in(
    open_page: Callable[..., Watched], app: str, path: str
) -> None:
    watched = open_page(path, who=None, size=PHONE)
    watched.expect("401")
    page = watched.page
    expect(page.get_by_role("button", name=WORDS["zh-CN"]["enter"], exact=True)).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name=WORDS["en-US"]["enter"], exact=True)).to_be_visible()
    look(page, f"{app}-sign-in", "en-US")
    assert HAN.search(page.locator("main").inner_text()) is None


@each_language
def test_the_look_is_chosen_on_the_phone(open_page: Callable[..., Watched], language: str) -> None:
    watched = open_page(f"/member/{BRAND}", who=None, look="", language=language, size=PHONE)
    page = sign_in(watched, phone_of(0), language)
    page.goto(f"/member/{BRAND}/data")
    choices = page.get_by_role("group").get_by_role("button")
    expect(choices).to_have_count(3)
    light, dark, device = choices.all()
    worn = page.locator("html")
    expect(device).to_have_attribute("aria-pressed", "true")
    page.emulate_media(color_scheme="dark")
    expect(worn).to_have_attribute("data-prefers-color-scheme", "dark")
    light.click()
    expect(worn).to_have_attribute("data-prefers-color-scheme", "light")
    page.emulate_media(color_scheme="light")
    dark.click()
    expect(worn).to_have_attribute("data-prefers-color-scheme", "dark")
    assert page.evaluate("localStorage.getItem('huitong.look')") == "dark"
    look(page, "member-data-dark", language)
    device.click()
    expect(worn).to_have_attribute("data-prefers-color-scheme", "light")
    assert page.evaluate("localStorage.getItem('huitong.look')") is None
