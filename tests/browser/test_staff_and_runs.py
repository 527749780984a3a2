"""A day to leave on is shown, and who sees one brand knows that the group's work is done."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.choosing import choose
from tests.browser.conftest import (
    Watched,
    keep_screenshot,
    screenshot_of_failure,
    wait_until_filled,
)
from tests.browser.worlds.addresses import TRIES, ask
from tests.browser.worlds.members import BRAND, STAFF, STORES
from tests.browser.worlds.staff_names import STAFF_NAMES

LEAVING_DAY = {"zh-CN": "离职日", "en-US": "Leaves on"}
FOR_THE_GROUP = {"zh-CN": "一次为集团的全部品牌运行", "en-US": "run once for every brand"}
IS_STAFF = {"zh-CN": "本人是哪位员工", "en-US": "Is the staff member"}
NEVER = {"zh-CN": "还没有运行过", "en-US": "Never"}


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_the_day_on_which_somebody_leaves_is_shown(
    open_page: Callable[..., Watched], language: str
) -> None:
    page = open_page(f"/console/{BRAND}", language=language).page
    code, headers = (
        f"leaver-{language[:2]}",
        {"X-CSRF-Token": ask(page, "/v1/session")["csrf_token"]},
    )
    here = {"code": STORES[0][0]}
    for more in ({"store": here}, {"until": "2099-12-31"}):
        wanted = {"items": [{"code": code, **more}]}
        answer = page.request.put("/v1/staff", data=wanted, headers=headers, max_retries=TRIES)
        assert answer.json()["refused"] == 0, answer.text()
    (shown,) = ask(page, f"/v1/staff?code={code}")["items"]
    assert shown["until"] == "2099-12-31"
    page.goto(f"/console/{BRAND}/staff?text={code}&person={shown['id']}")
    with screenshot_of_failure(page, "leaving"):
        wait_until_filled(page)
        drawer = page.locator(".ant-drawer")
        expect(drawer.get_by_role("row").filter(has_text=LEAVING_DAY[language])).to_be_visible()
        keep_screenshot(page, f"staff-leaving-{language}")
        page.goto(f"/console/{BRAND}/staff?edit={shown['id']}")
        expect(page.locator(".ant-drawer").get_by_text("2099")).to_be_visible()
        keep_screenshot(page, f"staff-leaving-edit-{language}")


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_who_sees_one_brand_sees_that_the_group_s_work_ran(
    open_page: Callable[..., Watched], language: str
) -> None:
    path = f"/console/{BRAND}/jobs?tab=recurring"
    page = open_page(path, who="brand_operator", language=language).page
    with screenshot_of_failure(page, "runs"):
        wait_until_filled(page)
        expect(page.get_by_text(FOR_THE_GROUP[language])).to_be_visible()
        expect(page.get_by_text(NEVER[language], exact=True)).to_have_count(0)
        keep_screenshot(page, f"jobs-recurring-operator-{language}")


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_a_user_is_linked_to_a_member_of_the_staff_by_name(
    open_page: Callable[..., Watched], language: str
) -> None:
    page = open_page(f"/console/{BRAND}", language=language).page
    new = {"name": f"linked.{language[:2]}", "shown_name": "何苗", "roles": ["analyst"]}
    user_id = ask(page, "/v1/users", new)["user"]["id"]
    page.goto(f"/console/{BRAND}/users?user={user_id}")
    with screenshot_of_failure(page, "linked"):
        wait_until_filled(page)
        choose(page.get_by_label(IS_STAFF[language]), STAFF_NAMES[STAFF[0][0]])
        keep_screenshot(page, f"user-staff-{language}")
        page.keyboard.press("Control+s")
        expect(page.locator(".ant-drawer-open")).to_have_count(0)
    assert ask(page, f"/v1/users/{user_id}")["staff"] == STAFF[0][0]
