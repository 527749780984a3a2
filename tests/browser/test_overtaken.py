"""Two people edit the same user, role or part of the group: nothing typed is lost or saved over."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import (
    Watched,
    keep_screenshot,
    screenshot_of_failure,
    wait_until_filled,
)
from tests.browser.worlds.addresses import TRIES, ask
from tests.browser.worlds.members import BRAND

OVERTAKEN = {"zh-CN": "别人刚保存了这里", "en-US": "Somebody else saved this"}
SAVE_MINE = {"zh-CN": "按我的保存", "en-US": "Save mine"}
TAKE_THEIRS = {"zh-CN": "用对方的，放弃我的", "en-US": "Take theirs, drop mine"}
CHINESE_NAME = {"zh-CN": "中文名称", "en-US": "Chinese name"}
SHOWN_NAME = {"zh-CN": "姓名", "en-US": "Name"}


def put(page: Page, path: str, body: dict[str, Any], *, version: int) -> dict[str, Any]:
    """Save something by the interface, as somebody else at another desk does."""
    token = ask(page, "/v1/session")["csrf_token"]
    headers = {"X-CSRF-Token": token, "If-Match": f'"{version}"'}
    answer = page.request.put(path, data=body, headers=headers, max_retries=TRIES)
    assert answer.ok, answer.text()
    told = answer.json()
    assert isinstance(told, dict)
    return told


def role(page: Page, code: str) -> dict[str, Any]:
    """Return a role as it is saved."""
    (found,) = [one for one in ask(page, "/v1/roles")["items"] if one["code"] == code]
    assert isinstance(found, dict)
    return found


def refused_save(page: Page) -> None:
    """Save by the key, and wait until the server has refused it."""
    with page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
        page.keyboard.press("Control+s")
    assert saved.value.status == 409


def warning(page: Page, language: str) -> Locator:
    """Return what says that somebody else saved meanwhile."""
    return page.get_by_role("alert").filter(has_text=OVERTAKEN[language])


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_a_role_is_saved_over_only_once_the_difference_was_shown(
    open_page: Callable[..., Watched], language: str
) -> None:
    watched = open_page(f"/console/{BRAND}", language=language)
    watched.expect("409")
    page, code = watched.page, f"of_two_{language[:2]}"
    names = {"chinese": "两人改", "english": "Of two"}
    ask(page, "/v1/roles", {"code": code, **names, "permissions": ["customers.read"]})
    page.goto(f"/console/{BRAND}/roles?role={code}")
    with screenshot_of_failure(page, "overtaken-role"):
        wait_until_filled(page)
        name = page.get_by_label(CHINESE_NAME[language])
        name.fill("我改的")
        theirs = {"chinese": "他改的", "english": "Of two"}
        body = {**theirs, "permissions": ["customers.read", "orders.read"]}
        put(page, f"/v1/roles/{code}", body, version=1)
        refused_save(page)
        told = warning(page, language)
        expect(told).to_contain_text("他改的")
        expect(told).to_contain_text("我改的")
        expect(told).to_contain_text({"zh-CN": "查看订单", "en-US": "See orders"}[language])
        expect(name).to_have_value("我改的")
        keep_screenshot(page, f"overtaken-role-{language}")
        # The key that saved before does not decide by itself.
        page.keyboard.press("Control+s")
        assert role(page, code)["chinese"] == "他改的"
        told.get_by_role("button", name=SAVE_MINE[language]).click()
        expect(page.locator(".ant-drawer-open")).to_have_count(0)
    saved = role(page, code)
    assert (saved["chinese"], saved["permissions"]) == ("我改的", ["customers.read"])


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_the_rights_of_a_user_that_somebody_else_saved_can_be_taken(
    open_page: Callable[..., Watched], language: str
) -> None:
    watched = open_page(f"/console/{BRAND}", language=language)
    watched.expect("409")
    page = watched.page
    new = {"name": f"of.two.{language[:2]}", "shown_name": "林一", "roles": ["analyst"]}
    user_id = ask(page, "/v1/users", new)["user"]["id"]
    page.goto(f"/console/{BRAND}/users?user={user_id}")
    with screenshot_of_failure(page, "overtaken-user"):
        wait_until_filled(page)
        name = page.locator(".ant-drawer").get_by_label(SHOWN_NAME[language])
        name.fill("林二")
        theirs = {"shown_name": "林三", "roles": ["auditor"], "where": {"brands": [BRAND]}}
        saved = put(page, f"/v1/users/{user_id}", theirs, version=1)
        refused_save(page)
        told = warning(page, language)
        for part in ("林三", "林二", {"zh-CN": "审计", "en-US": "Auditor"}[language]):
            expect(told).to_contain_text(part)
        keep_screenshot(page, f"overtaken-user-{language}")
        told.get_by_role("button", name=TAKE_THEIRS[language]).click()
        page.locator(".ant-popover").get_by_role("button", name=TAKE_THEIRS[language]).click()
        expect(name).to_have_value("林三")
        expect(told).to_be_hidden()
        # Nothing of the editor's own is left that a way out would ask about.
        page.locator(".ant-drawer-close").click()
        expect(page.locator(".ant-drawer-open")).to_have_count(0)
    assert ask(page, f"/v1/users/{user_id}")["version"] == saved["version"]


def test_what_somebody_else_saved_elsewhere_in_the_group_stands_in_nobodys_way(
    open_page: Callable[..., Watched],
) -> None:
    watched = open_page(f"/console/{BRAND}/organisation?edit=hierarchy", language="en-US")
    watched.expect("409")
    page = watched.page
    with screenshot_of_failure(page, "overtaken-elsewhere"):
        wait_until_filled(page)
        drawer = page.locator(".ant-drawer")
        drawer.get_by_label("Code").fill("of_two")
        drawer.get_by_label("Name").fill("Of two")
        version = ask(page, "/v1/organisation")["version"]
        body = {"hierarchies": [{"code": "of_another", "name": "Of another"}]}
        put(page, "/v1/organisation", body, version=version)
        refused_save(page)
        expect(page.locator(".ant-drawer-open")).to_have_count(0)
    known = {one["code"] for one in ask(page, "/v1/organisation")["hierarchies"]}
    assert {"of_two", "of_another"} <= known


def test_a_part_of_the_group_that_somebody_else_renamed_is_decided_on(
    open_page: Callable[..., Watched],
) -> None:
    watched = open_page(f"/console/{BRAND}", language="en-US")
    watched.expect("409")
    page = watched.page
    named = {"hierarchies": [{"code": "named", "name": "First"}]}
    version = ask(page, "/v1/organisation")["version"]
    told = put(page, "/v1/organisation", named, version=version)
    page.goto(f"/console/{BRAND}/organisation?edit=hierarchy/named")
    with screenshot_of_failure(page, "overtaken-unit"):
        wait_until_filled(page)
        name = page.locator(".ant-drawer").get_by_label("Name")
        name.fill("Mine")
        theirs = {"hierarchies": [{"code": "named", "name": "Theirs"}]}
        put(page, "/v1/organisation", theirs, version=told["version"])
        refused_save(page)
        decide = warning(page, "en-US")
        expect(decide).to_contain_text("Theirs")
        expect(name).to_have_value("Mine")
        keep_screenshot(page, "overtaken-unit-en-US")
        decide.get_by_role("button", name=SAVE_MINE["en-US"]).click()
        expect(page.locator(".ant-drawer-open")).to_have_count(0)
    names = {one["code"]: one["name"] for one in ask(page, "/v1/organisation")["hierarchies"]}
    assert names["named"] == "Mine"
