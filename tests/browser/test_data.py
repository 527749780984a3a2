"""A file with bad rows on a Friday evening: uploaded, imported, and one row put right by hand."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from huitong.platform import clock
from tests.browser.conftest import Watched, keep_screenshot, wait_until_filled
from tests.browser.worlds import files
from tests.browser.worlds.addresses import ask
from tests.browser.worlds.brands import SECOND_BRAND
from tests.browser.worlds.files import BAD_ROWS
from tests.browser.worlds.members import ATTACK, BRAND

MARK = "B"
GOOD_ROWS = 2
# A worker looks for jobs every few seconds, and there is one for all.
WORKED_MS_MAX = 60_000


def account(page: Page) -> str:
    """Return the account of the brand's till, as the page names it."""
    terms = ask(page, "/v1/uploads/terms")
    return str(next(one["account"] for one in terms["accounts"] if one["brand"] == BRAND))


def import_orders(page: Page) -> None:
    """Upload five orders by the page, import them, and wait until that is done."""
    page.goto(f"/console/{BRAND}/data/imports?account={account(page)}")
    wait_until_filled(page)
    page.locator("input[type=file]").set_input_files(
        {
            "name": "../../friday.csv",
            "mimeType": "text/csv",
            "buffer": files.orders_with_bad_rows(clock.now(), mark=MARK),
        }
    )
    page.wait_for_url("**/data/imports/upl_*")
    page.get_by_role("button", name="导入", exact=True).click()
    page.locator(".ant-popover").get_by_role("button", name="导入").click()
    expect(page.get_by_text("导入 · 已完成").first).to_be_visible(timeout=WORKED_MS_MAX)


def test_a_file_with_bad_rows_is_imported_and_one_of_them_put_right(
    open_page: Callable[..., Watched],
) -> None:
    page = open_page(f"/console/{BRAND}").page
    import_orders(page)
    (upload,) = [
        one for one in ask(page, "/v1/uploads?limit=50")["items"] if one["name"] == "friday.csv"
    ]
    progress = upload["runs"][0]["progress"]
    assert (progress["applied"], progress["refused"]) == (GOOD_ROWS, BAD_ROWS)
    page.goto(f"/console/{BRAND}/data/quarantine")
    wait_until_filled(page)
    # What a file says is shown as text, whatever it would be elsewhere.
    expect(page.get_by_text(ATTACK).first).to_be_visible()
    page.get_by_text(f"{MARK}-1003", exact=True).click()
    page.get_by_label("“实付金额”改为").fill("12900")
    page.get_by_label("更正原因").fill("小票上有金额")
    page.get_by_role("button", name="更正并重新处理").click()
    expect(page.get_by_text("已生效").first).to_be_visible()
    found = ask(page, f"/v1/brands/{BRAND}/customers/lookup", {"text": f"{MARK}-1003"})
    assert found["items"], "The order is there now, and leads to its buyer."


def test_the_quarantine_is_of_the_brand_one_looks_at(open_page: Callable[..., Watched]) -> None:
    page = open_page(f"/console/{SECOND_BRAND}/data/quarantine").page
    wait_until_filled(page)
    expect(page.get_by_role("checkbox")).to_have_count(1)
    page.get_by_text("全部品牌").click()
    page.wait_for_url("**/data/quarantine?brands=all")
    expect(page.get_by_role("checkbox").nth(1)).to_be_visible()
    expect(page.get_by_role("cell", name=BRAND, exact=True).first).to_be_visible()
    keep_screenshot(page, "quarantine-all-brands-zh-CN")
    page.goto(f"/console/{BRAND}/data/quarantine")
    wait_until_filled(page)
    expect(page.get_by_role("checkbox").nth(1)).to_be_visible()
    keep_screenshot(page, "quarantine-of-a-brand-zh-CN")
