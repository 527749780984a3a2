"""A segment built by clicking: the number beside it is the number of the command line."""

import json
import re
import subprocess
import sys
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.choosing import choose
from tests.browser.conftest import Watched, screenshot_of_failure
from tests.browser.worlds.members import BRAND
from tests.entry.test_serving import Process

COUNT_SECONDS_MAX = 120


def counted_by_command(serving: Process, code: str) -> int:
    """Return how many `huitong segment count` says are in a segment."""
    command = ["segment", "count", code, "--brand", BRAND, "--json"]
    answer = subprocess.run(
        [sys.executable, "-m", "huitong.entry.cli", *command],
        env=serving.environment,
        cwd=serving.directory,
        capture_output=True,
        text=True,
        timeout=COUNT_SECONDS_MAX,
        check=True,
    )
    (row,) = json.loads(answer.stdout)
    return int(row["customers"])


def counted_on_page(page: Page) -> int:
    """Return the number beside the condition, once it is of this very condition."""
    panel = page.locator(".condition-count")
    expect(panel.get_by_role("status")).to_have_count(0)
    number = panel.locator(".ant-statistic-content-value")
    expect(number).to_have_text(re.compile(r"^[\d,]+$"))
    text = number.inner_text()
    return int(re.sub(r"\D", "", text))


def test_a_segment_is_built_by_clicking_and_counts_as_at_the_command_line(
    open_page: Callable[..., Watched], serving: Process
) -> None:
    page = open_page(f"/console/{BRAND}/segments/new", language="en-US").page
    with screenshot_of_failure(page, "segment"):
        builder = page.locator(".condition")
        builder.get_by_role("button", name="Add a condition", exact=True).click()
        page.keyboard.type("orders")
        page.get_by_title("orders", exact=True).click()
        expect(builder.get_by_label("Time")).to_be_visible()
        choose(builder.get_by_label("Time"), "any time")
        expect(page.locator(".condition-says")).to_contain_text("at least 1 time")
        some = counted_on_page(page)
        page.get_by_label("Chinese name").fill("买过的人")
        page.get_by_label("English name").fill("Ever bought")
        page.keyboard.press("Control+s")
        page.wait_for_url("**/segments/ever_bought")
    assert some == counted_by_command(serving, "ever_bought")


def test_what_is_undone_is_counted_again_and_a_wrong_document_says_where(
    open_page: Callable[..., Watched],
) -> None:
    watched = open_page(f"/console/{BRAND}/segments/new", language="en-US")
    watched.expect("422")
    page = watched.page
    with screenshot_of_failure(page, "segment-document"):
        everybody = counted_on_page(page)
        builder = page.locator(".condition")
        builder.get_by_role("tab", name="Document").click()
        text = builder.get_by_role("textbox", name="Document")
        text.fill("{field: gender, in: [purple]}")
        builder.get_by_role("button", name="Apply").click()
        expect(builder.get_by_role("alert")).to_contain_text("has no value")
        text.fill("{not: {all: []}}")
        builder.get_by_role("button", name="Apply").click()
        expect(page.locator(".condition-count .ant-statistic-content-value")).to_have_text("0")
        builder.get_by_role("button", name="Undo").click()
        expect(page.locator(".condition-count .ant-statistic-content-value")).not_to_have_text("0")
        assert counted_on_page(page) == everybody
