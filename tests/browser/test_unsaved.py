"""What somebody typed and did not save: never lost, and never saved over somebody else, in silence.

The questions are asked in the page; what is saved is read back from the interface.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.choosing import choose
from tests.browser.conftest import (
    Watched,
    keep_screenshot,
    screenshot_of_failure,
    wait_until_filled,
)
from tests.browser.worlds.addresses import ask, segment
from tests.browser.worlds.members import BRAND
from tests.browser.worlds.users import PASSWORD

HELD = 5
QUESTION = {"zh-CN": "有修改还没有保存", "en-US": "There are changes that are not saved"}
NEW = {"zh-CN": "新建人群", "en-US": "New segment"}
STAY = {"zh-CN": "继续编辑", "en-US": "Keep editing"}


def question(page: Page, language: str = "en-US") -> Locator:
    """Return the dialog that asks before work is lost."""
    return page.get_by_role("dialog", name=QUESTION[language])


def hold_save(page: Page) -> None:
    """Press Ctrl-S and keep it pressed: the browser says it again and again."""
    page.keyboard.down("Control")
    for _ in range(HELD):
        page.keyboard.down("s")
    page.keyboard.up("s")
    page.keyboard.up("Control")


def count_calls(page: Page, method: str, part: str) -> list[str]:
    """Return the list that each call of this kind is added to."""
    calls: list[str] = []

    def heard(request: Request) -> None:
        if request.method == method and part in request.url:
            calls.append(request.url)

    page.on("request", heard)
    return calls


def start_draft(page: Page, name: str) -> str:
    """Start a draft by the interface and return its id."""
    token = page.request.get("/v1/session").json()["csrf_token"]
    made = page.request.post(
        f"/v1/brands/{BRAND}/programme/drafts",
        data={"name": name},
        headers={"X-CSRF-Token": token, "Idempotency-Key": name},
    )
    assert made.ok, made.text()
    return str(made.json()["id"])


def draft_as_kept(page: Page, draft_id: str) -> dict[str, Any]:
    """Return a draft as the server has it."""
    told = ask(page, f"/v1/brands/{BRAND}/programme/drafts/{draft_id}")
    assert isinstance(told, dict)
    return told


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_a_step_away_from_a_changed_form_asks_first(
    open_page: Callable[..., Watched], language: str
) -> None:
    page = open_page(f"/console/{BRAND}/segments", language=language).page
    wait_until_filled(page)
    # A step back within the app, not to another document.
    page.get_by_role("button", name=NEW[language]).first.click()
    page.wait_for_url("**/segments/new")
    with screenshot_of_failure(page, "unsaved"):
        name = page.locator("input#zh")
        name.fill("还没存的人群")
        page.locator("nav li a").first.click()
        expect(question(page, language)).to_be_visible()
        keep_screenshot(page, f"unsaved-{language}")
        question(page, language).get_by_role("button", name=STAY[language]).click()
        expect(question(page, language)).to_be_hidden()
        assert page.url.endswith("/segments/new")
        page.go_back()
        expect(question(page, language)).to_be_visible()
        page.keyboard.press("Escape")
        expect(name).to_have_value("还没存的人群")
        page.locator("nav li a").first.click()
        question(page, language).locator(".ant-btn-dangerous").click()
        page.wait_for_url(lambda url: not url.endswith("/segments/new"))


def test_nothing_is_asked_where_nothing_was_changed_or_everything_is_saved(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(f"/console/{BRAND}/segments/new", language="en-US").page
    with screenshot_of_failure(page, "unsaved-none"):
        wait_until_filled(page)
        page.locator("nav li a").first.click()
        page.wait_for_url(lambda url: "/segments" not in url)
        page.goto(f"/console/{BRAND}/segments/new")
        page.get_by_label("Chinese name").fill("存好的人群")
        page.get_by_label("English name").fill("Kept at once")
        puts = count_calls(page, "PUT", "/segments/kept_at_once")
        hold_save(page)
        page.wait_for_url("**/segments/kept_at_once")
        expect(question(page)).to_be_hidden()
    assert len(puts) == 1


def test_a_filter_that_was_begun_is_not_dropped_by_a_click_beside_it(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(f"/console/{BRAND}/customers", language="en-US").page
    with screenshot_of_failure(page, "unsaved-filter"):
        wait_until_filled(page)
        page.get_by_role("button", name="Filter", exact=True).click()
        drawer = page.locator(".ant-drawer")
        drawer.get_by_role("tab", name="Document").click()
        drawer.get_by_role("textbox", name="Document").fill("{not: {all: []}}")
        page.mouse.click(20, 500)
        question(page).get_by_role("button", name=STAY["en-US"]).click()
        # What is written is the filter, though nobody applied it to the parts first.
        drawer.get_by_role("button", name="Take the filter").click()
        page.wait_for_url("**/customers?filter=*")
        expect(page.get_by_text("Nobody meets")).to_be_visible()


def test_a_session_that_ends_leaves_the_page_and_what_is_typed_in_it(
    open_page: Callable[..., Watched],
) -> None:
    watched = open_page(f"/console/{BRAND}/segments/new")
    watched.expect("401")
    page = watched.page
    with screenshot_of_failure(page, "session-ended"):
        page.get_by_label("中文名称").fill("会话结束前")
        page.get_by_label("英文名称").fill("Before the end")
        page.context.clear_cookies()
        page.keyboard.press("Control+s")
        dialog = page.get_by_role("dialog", name="登录已失效，请重新登录")
        expect(dialog.get_by_label("账号")).to_have_value("admin")
        keep_screenshot(page, "session-ended-zh-CN")
        dialog.get_by_label("密码").fill(PASSWORD)
        dialog.get_by_role("button", name="登录", exact=True).click()
        expect(dialog).to_be_hidden()
        expect(page.get_by_label("中文名称")).to_have_value("会话结束前")
        page.keyboard.press("Control+s")
        page.wait_for_url("**/segments/before_the_end")


def test_whoever_signs_in_next_sees_nothing_of_the_one_before(
    open_page: Callable[..., Watched],
) -> None:
    watched = open_page(f"/console/{BRAND}/users")
    watched.expect("401")
    page = watched.page
    with screenshot_of_failure(page, "next-person"):
        expect(page.get_by_role("cell", name="brand_operator", exact=True).first).to_be_visible()
        page.context.clear_cookies()
        page.get_by_role("link", name="角色").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("账号").fill("store_manager")
        dialog.get_by_label("密码").fill(PASSWORD)
        dialog.get_by_role("button", name="登录", exact=True).click()
        expect(page.get_by_text("没有权限", exact=True)).to_be_visible()
        page.go_back()
        expect(page.get_by_text("没有权限", exact=True)).to_be_visible()
        expect(page.get_by_role("cell", name="brand_operator", exact=True)).to_have_count(0)


def test_a_condition_written_as_a_document_is_what_is_saved(
    open_page: Callable[..., Watched],
) -> None:
    watched = open_page(f"/console/{BRAND}/segments", language="en-US")
    watched.expect("422")
    page = watched.page
    code = segment(page)
    before = ask(page, f"/v1/brands/{BRAND}/segments/{code}")
    page.goto(f"/console/{BRAND}/segments/{code}/edit")
    with screenshot_of_failure(page, "written"):
        builder = page.locator(".condition")
        builder.get_by_role("tab", name="Document").click()
        text = builder.get_by_role("textbox", name="Document")
        text.fill("{field: gender, in: [purple]}")
        builder.get_by_role("tab", name="Visual").click()
        expect(builder.get_by_text("not applied to the condition yet")).to_be_visible()
        keep_screenshot(page, "written-en-US")
        page.keyboard.press("Control+s")
        expect(builder.get_by_text("has no value").first).to_be_visible()
        builder.get_by_role("tab", name="Document").click()
        expect(text).to_have_value("{field: gender, in: [purple]}")
        text.fill("{not: {all: []}}")
        page.keyboard.press("Control+s")
        page.wait_for_url(f"**/segments/{code}")
    after = ask(page, f"/v1/brands/{BRAND}/segments/{code}")
    assert after["version"] == before["version"] + 1
    assert after["document"]["condition"] == {"not": {"all": []}}


def test_a_draft_saved_by_somebody_else_is_not_saved_over_in_silence(
    open_page: Callable[..., Watched],
) -> None:
    mine = open_page(f"/console/{BRAND}", language="en-US")
    mine.expect("409")
    page = mine.page
    draft_id = start_draft(page, "Of two people")
    path = f"/console/{BRAND}/programme/drafts/{draft_id}"
    page.goto(path)
    other = open_page(path, who="brand_operator", language="en-US")
    other.expect("409")
    theirs = other.page
    with screenshot_of_failure(page, "outrun"):
        page.get_by_role("tab", name="Document (YAML)").click()
        text = page.get_by_role("textbox", name="Document (YAML)")
        text.fill(text.input_value().replace("per_minor: 100", "per_minor: 200", 1))
        theirs.get_by_label("Name of the draft").fill("Theirs now")
        theirs.keyboard.press("Control+s")
        expect(theirs.get_by_role("heading", name="Theirs now")).to_be_visible()
        changes = page.get_by_role("complementary", name="What changes")
        expect(changes).to_contain_text("1 point for every 2 yuan")
        page.keyboard.press("Control+s")
        warning = page.get_by_role("alert").filter(has_text="your changes are not saved yet")
        expect(warning).to_be_visible()
        assert draft_as_kept(page, draft_id)["name"] == "Theirs now"
        keep_screenshot(page, "outrun-en-US")
        # The key that saved before does not decide by itself.
        page.keyboard.press("Control+s")
        warning.get_by_role("button", name="Keep mine").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("1 point for every 2 yuan")
        expect(dialog).to_contain_text("“Theirs now” → “Of two people”")
        keep_screenshot(page, "outrun-over-en-US")
        dialog.get_by_role("button", name="Save mine").click()
        expect(warning).to_be_hidden()
        expect(page.locator(".ant-btn-loading")).to_have_count(0)
        expect(page.get_by_text("Unsaved changes")).to_be_hidden()
    kept = draft_as_kept(page, draft_id)
    assert "per_minor: 200" in kept["document"]
    with screenshot_of_failure(theirs, "outrun-taken"):
        theirs.get_by_label("Name of the draft").fill("Theirs once more")
        watched_save(theirs)
        taken = theirs.get_by_role("alert").filter(has_text="your changes are not saved yet")
        taken.get_by_role("button", name="Take theirs").click()
        theirs.locator(".ant-popover").get_by_role("button", name="Take theirs").click()
        expect(theirs.get_by_label("Name of the draft")).to_have_value("Of two people")
        expect(taken).to_be_hidden()
    assert draft_as_kept(page, draft_id)["revision"] == kept["revision"]


def watched_save(page: Page) -> None:
    """Save and wait for the refusal."""
    with page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
        page.keyboard.press("Control+s")
    assert saved.value.status == 409


def test_a_held_key_saves_a_form_once(open_page: Callable[..., Watched]) -> None:
    page = open_page(f"/console/{BRAND}/stores?edit=%2B", language="en-US").page
    with screenshot_of_failure(page, "held-store"):
        drawer = page.locator(".ant-drawer")
        drawer.get_by_label("Code").fill("held-1")
        drawer.get_by_label("Name").fill("Held key")
        choose(drawer.get_by_label("Brands"), BRAND)
        calls = count_calls(page, "PUT", "/v1/stores")
        hold_save(page)
        page.wait_for_url(lambda url: "edit" not in url)
        assert len(calls) == 1
        page.goto(f"/console/{BRAND}/roles")
        page.get_by_role("button", name="Make a role").click()
        drawer.get_by_label("Code").fill("held_role")
        drawer.get_by_label("Chinese name").fill("按住的角色")
        drawer.get_by_label("English name").fill("Held role")
        drawer.get_by_role("checkbox").first.check()
        calls = count_calls(page, "POST", "/v1/roles")
        hold_save(page)
        expect(drawer).to_be_hidden()
    assert len(calls) == 1


def test_the_key_saves_where_a_text_or_a_draft_is_begun(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(f"/console/{BRAND}/rights/policies", language="en-US").page
    with screenshot_of_failure(page, "key-saves"):
        page.get_by_role("button", name="New version").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Version").fill("held-2026")
        dialog.locator("textarea").fill("A text.")
        calls = count_calls(page, "PUT", "/consent-policies")
        hold_save(page)
        expect(dialog).to_be_hidden()
        assert len(calls) == 1
        page.goto(f"/console/{BRAND}/programme")
        page.get_by_role("button", name="New draft").click()
        page.get_by_label("Name of the draft").fill("Begun by the key")
        page.keyboard.press("Control+s")
        page.wait_for_url("**/programme/drafts/drf_*")


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_how_members_leave_is_changed_after_its_consequence_was_said(
    open_page: Callable[..., Watched], language: str
) -> None:
    watched = open_page(f"/console/{BRAND}/rights/policies", language=language)
    watched.expect("409")
    page = watched.page
    path = f"/v1/brands/{BRAND}/exit-policy"
    before = ask(page, path)
    after = before["cooling_off_days"] + 1
    with screenshot_of_failure(page, "exit-rules"):
        days = page.locator("input#cooling_off_days")
        days.fill(str(after))
        page.keyboard.press("Control+s")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(str(before["cooling_off_days"]))
        keep_screenshot(page, f"exit-rules-{language}")
        assert ask(page, path) == before
        decide_elsewhere(page, path, before)
        dialog.locator(".ant-btn-dangerous").click()
        alert = dialog.locator(".ant-alert-error")
        expect(alert).to_be_visible()
        assert ask(page, path)["cooling_off_days"] == before["cooling_off_days"] + 2
        alert.get_by_role("button").click()
        expect(days).to_have_value(str(before["cooling_off_days"] + 2))
        days.fill(str(after))
        page.keyboard.press("Control+s")
        dialog.locator(".ant-btn-dangerous").click()
        expect(dialog).to_be_hidden()
    assert ask(page, path)["cooling_off_days"] == after


def decide_elsewhere(page: Page, path: str, read: dict[str, Any]) -> None:
    """Decide how members leave as somebody else would, meanwhile."""
    token = page.request.get("/v1/session").json()["csrf_token"]
    done = page.request.put(
        path,
        data={"cooling_off_days": read["cooling_off_days"] + 2, "points": read["points"]},
        headers={"X-CSRF-Token": token, "If-Match": f'"{read["version"]}"'},
    )
    assert done.ok, done.text()


def test_documents_that_could_not_be_approved_say_so(open_page: Callable[..., Watched]) -> None:
    watched = open_page(f"/console/{BRAND}/documents")
    watched.expect("ERR_FAILED")
    page = watched.page
    with screenshot_of_failure(page, "approve"):
        page.get_by_role("button", name="通过").first.click()
        dialog = page.get_by_role("dialog")
        page.route("**/v1/documents/decisions", lambda route: route.abort())
        dialog.get_by_role("button", name="通过").click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        keep_screenshot(page, "approve-refused-zh-CN")
        dialog.locator(".ant-modal-footer .ant-btn-default").click()
        expect(dialog).to_be_hidden()
        page.get_by_role("button", name="通过").first.click()
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("alert")).to_have_count(0)
