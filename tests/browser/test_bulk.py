"""Work on everybody of a filter, as operators and customer service do it: watched and undone."""

import json
from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from tests.browser.choosing import choose, choose_from_menu
from tests.browser.conftest import (
    Watched,
    keep_screenshot,
    screenshot_of_failure,
    wait_until_filled,
)
from tests.browser.worlds.addresses import ask
from tests.browser.worlds.members import BRAND

HOME = f"/console/{BRAND}"
REGULARS = {"facts": "orders", "measure": "count", "at_least": 3}
LIST = f"{HOME}/customers?filter={quote(json.dumps(REGULARS))}"
# The worker looks for jobs every few seconds, and there is one for all.
JOB_MS_MAX = 60_000


def held(page: Page) -> int:
    """Return how many the filter of these tests holds."""
    found = ask(page, f"/v1/brands/{BRAND}/customers/search", {"condition": REGULARS})
    return int(found["count"])


def open_work(page: Page, name: str) -> Locator:
    """Choose something from the menu of what can be done with everybody."""
    wait_until_filled(page)
    page.get_by_role("button", name="对全部结果操作").click()
    dialog = page.get_by_role("dialog")
    choose_from_menu(page, name, dialog)
    return dialog


def noted(page: Page) -> int:
    """Return how many have the note that these tests give."""
    found = ask(page, f"/v1/brands/{BRAND}/customers/search?limit=200", {})
    return sum(
        any(note["value"]["code"] == "call_evening" for note in one["notes"])
        for one in found["items"]
    )


def test_a_filter_is_exported_and_its_file_taken_from_the_dialog_and_the_list(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(LIST, who="brand_operator").page
    with screenshot_of_failure(page, "export-of-a-filter"):
        dialog = open_work(page, "导出")
        dialog.get_by_role("button", name=f"导出 {held(page)} 人").click()
        take = dialog.get_by_role("button", name="下载")
        expect(take).to_be_visible(timeout=JOB_MS_MAX)
        keep_screenshot(page, "export-of-a-filter")
        with page.expect_download() as taken:
            take.click()
        rows = taken.value.path().read_text("utf-8-sig").splitlines()
        assert rows[0].startswith("export,customer")
        assert 1 < len(rows) <= held(page) + 1
        dialog.get_by_role("button", name="查看全部导出文件").click()
        page.wait_for_url("**/segments/exports")
        wait_until_filled(page)
        row = page.get_by_role("row", name="顾客列表的筛选").first
        expect(row).to_contain_text("营销")
        keep_screenshot(page, "segments-exports")
        with page.expect_download():
            row.get_by_role("button", name="下载").click()


def test_a_tag_given_to_many_is_undone_from_its_job_after_the_dialog_was_closed(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(LIST, who="brand_operator").page
    with screenshot_of_failure(page, "bulk-tag"):
        before = noted(page)
        dialog = open_work(page, "打上标签")
        choose(dialog.get_by_label("标签", exact=True), "服务备注")
        choose(dialog.get_by_label("值", exact=True), "晚上联系")
        dialog.get_by_role("button", name="打上", exact=False).last.click()
        expect(dialog.get_by_text("已改动", exact=False)).to_be_visible(timeout=JOB_MS_MAX)
        keep_screenshot(page, "bulk-tag-done")
        assert noted(page) > before
        dialog.get_by_role("link", name="在任务中查看").click()
        page.wait_for_url("**/jobs?job=job_*")
        drawer = page.get_by_role("dialog")
        drawer.get_by_role("button", name="撤销", exact=True).click()
        expect(drawer.get_by_text("已还原", exact=False)).to_be_visible(timeout=JOB_MS_MAX)
        keep_screenshot(page, "bulk-tag-undone")
        assert noted(page) == before


def test_work_that_broke_off_is_not_told_as_done(open_page: Callable[..., Watched]) -> None:
    page = open_page(LIST, who="brand_operator").page

    def broken(job: dict[str, object]) -> str:
        return json.dumps(
            job | {"state": "failed", "result": None, "error": "It broke: try again."}
        )

    with screenshot_of_failure(page, "bulk-broken"):
        dialog = open_work(page, "取下标签")
        choose(dialog.get_by_label("标签", exact=True), "服务备注")
        choose(dialog.get_by_label("值", exact=True), "重点关照")
        page.route(
            "**/v1/jobs/job_*",
            lambda route: route.fulfill(
                body=broken(route.fetch().json()), content_type="application/json"
            ),
        )
        dialog.get_by_role("button", name="取下", exact=False).last.click()
        expect(dialog.get_by_text("可能已有一部分顾客被改动", exact=False)).to_be_visible()
        expect(dialog.get_by_role("button", name="撤销")).to_be_visible()
        expect(dialog.get_by_text("已改动", exact=False)).to_have_count(0)
        keep_screenshot(page, "bulk-tag-broken")
        # An answer that is still on its way is of no use any more.
        page.unroute_all(behavior="ignoreErrors")
        job_id = str(dialog.get_by_role("link").get_attribute("href")).partition("job=")[2]
        while ask(page, f"/v1/jobs/{job_id}")["state"] in {"waiting", "running"}:
            page.wait_for_timeout(200)
        dialog.get_by_role("button", name="撤销").click()
        expect(dialog.get_by_text("已还原", exact=False)).to_be_visible(timeout=JOB_MS_MAX)


def test_customer_service_watches_and_undoes_its_own_work_and_none_on_the_whole_brand(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(f"{HOME}/customers", who="customer_service").page
    with screenshot_of_failure(page, "bulk-service"):
        wait_until_filled(page)
        expect(page.get_by_role("button", name="对全部结果操作")).to_be_disabled()
        keep_screenshot(page, "bulk-not-offered")
        # A colleague sent them a list.
        page.goto(LIST)
        dialog = open_work(page, "打上标签")
        choose(dialog.get_by_label("标签", exact=True), "服务备注")
        choose(dialog.get_by_label("值", exact=True), "晚上联系")
        dialog.get_by_role("button", name="打上", exact=False).last.click()
        expect(dialog.get_by_text("已改动", exact=False)).to_be_visible(timeout=JOB_MS_MAX)
        page.goto(f"{HOME}/jobs")
        wait_until_filled(page)
        keep_screenshot(page, "jobs-own")
        page.get_by_role("button", name="批量打标签").first.click()
        drawer = page.get_by_role("dialog")
        drawer.get_by_role("button", name="撤销", exact=True).click()
        expect(drawer.get_by_text("已还原", exact=False)).to_be_visible(timeout=JOB_MS_MAX)


def test_without_a_filter_somebody_says_that_everybody_is_meant(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(f"{HOME}/customers", who="brand_operator").page
    with screenshot_of_failure(page, "bulk-everybody"):
        dialog = open_work(page, "导出")
        count = ask(page, f"/v1/brands/{BRAND}/customers/search", {})["count"]
        dialog.get_by_role("button", name=f"导出 {count} 人").click()
        expect(dialog.get_by_text("请确认就是全部顾客")).to_be_visible()
        keep_screenshot(page, "bulk-everybody")
        dialog.get_by_role("checkbox", name=f"确认对全部 {count} 名顾客操作").check()
        dialog.get_by_role("button", name=f"导出 {count} 人").click()
        expect(dialog.get_by_role("button", name="下载")).to_be_visible(timeout=JOB_MS_MAX)
