"""Signing in by the page, what another role may not open, and where a link may lead."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.choosing import choose_from_menu
from tests.browser.conftest import Watched, keep_screenshot, wait_until_filled
from tests.browser.worlds.members import BRAND
from tests.browser.worlds.users import PASSWORD

# What the menu of a store's manager leaves out, and an address typed by hand does not open.
NOT_FOR_A_STORE = (
    "audit",
    "users",
    "roles",
    "keys",
    "programme/drafts",
    "identity",
    "data/imports",
)


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def test_somebody_signs_in_and_out_by_the_page(open_page: Callable[..., Watched]) -> None:
    watched = open_page("/console/", who=None)
    watched.expect("401")
    page = watched.page
    sign_in(page, "admin", PASSWORD)
    page.wait_for_url(f"**/console/{BRAND}/**")
    wait_until_filled(page)
    page.get_by_role("button", name="集团管理员").click()
    choose_from_menu(page, "退出登录", page.get_by_role("button", name="登录", exact=True))
    page.goto(f"/console/{BRAND}/customers")
    expect(page.get_by_label("密码")).to_be_visible()


def test_a_wrong_password_is_refused_in_words(open_page: Callable[..., Watched]) -> None:
    watched = open_page("/console/", who=None)
    watched.expect("401")
    watched.expect("403")
    sign_in(watched.page, "finance", "not the password of anybody")
    alert = watched.page.get_by_role("alert")
    expect(alert).to_be_visible()
    assert "finance" not in alert.inner_text()


@pytest.mark.parametrize(
    "language, words", [("zh-CN", "密码不正确"), ("en-US", "the password was wrong")]
)
def test_an_auditor_sees_who_tried_to_get_in(
    open_page: Callable[..., Watched], language: str, words: str
) -> None:
    at_the_door = open_page("/console/", who=None)
    at_the_door.expect("401")
    sign_in(at_the_door.page, "cashier", "not the password of anybody")
    at_the_door.page.get_by_role("alert").wait_for()
    audit = f"/console/{BRAND}/audit?act=session.refuse"
    page = open_page(audit, who="auditor", language=language).page
    wait_until_filled(page)
    row = page.get_by_role("row").filter(has_text=words).filter(has_text="收银")
    expect(row.first).to_be_visible()
    keep_screenshot(page, f"audit-refused-{language}")


@pytest.mark.parametrize("to", ["//evil.example/", "https://evil.example/", "javascript:alert(1)"])
def test_a_link_to_the_sign_in_page_leads_nowhere_else(
    open_page: Callable[..., Watched], to: str
) -> None:
    watched = open_page(f"/console/?to={to}", who=None)
    watched.expect("401")
    sign_in(watched.page, "auditor", PASSWORD)
    watched.page.wait_for_url(f"**/console/{BRAND}/**")
    assert watched.page.url.startswith(watched.page.evaluate("location.origin"))


def test_a_store_manager_sees_the_pages_of_a_store_and_no_others(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(f"/console/{BRAND}", who="store_manager").page
    wait_until_filled(page)
    listed = [
        link.get_attribute("href") or "" for link in page.locator("nav li a").element_handles()
    ]
    assert f"/console/{BRAND}/customers" in listed
    for path in NOT_FOR_A_STORE:
        assert f"/console/{BRAND}/{path}" not in listed, path
        page.goto(f"/console/{BRAND}/{path}")
        expect(page.get_by_text("没有权限", exact=True)).to_be_visible()


def test_a_brand_that_is_not_ours_is_a_page_that_is_not_there(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page("/console/somebody-elses/customers", who="brand_operator").page
    expect(page.get_by_text("没有这个页面")).to_be_visible()
