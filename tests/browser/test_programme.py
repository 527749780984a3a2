"""An earning rule edited at the console: what changes is said in words before it is published."""

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

COMMAND_SECONDS_MAX = 120
ADDED = "Earning rule “Double Wednesdays” added: 1 point for every 1 yuan; on Wednesdays only"


def told_by_command(serving: Process, *command: str) -> str:
    """Return what a command prints on the server's database."""
    answer = subprocess.run(
        [sys.executable, "-m", "huitong.entry.cli", *command],
        env=serving.environment,
        cwd=serving.directory,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS_MAX,
        check=True,
    )
    return answer.stdout


def add_wednesdays(page: Page) -> None:
    """Add a rule that gives one more point for every yuan on Wednesdays."""
    page.get_by_role("button", name="Add an earning rule").click()
    drawer = page.locator(".ant-drawer")
    drawer.get_by_label("Chinese name").fill("周三双倍")
    drawer.get_by_label("English name").fill("Double Wednesdays")
    choose(drawer.get_by_label("Only on these days of the week"), "Wednesday")
    expect(drawer.get_by_role("alert")).to_contain_text("on Wednesdays only")
    drawer.get_by_role("button", name="Close").click()


def test_a_rule_is_edited_and_what_changes_is_said_in_words(
    open_page: Callable[..., Watched], serving: Process
) -> None:
    page = open_page(f"/console/{BRAND}/programme", language="en-US").page
    with screenshot_of_failure(page, "programme"):
        page.get_by_role("button", name="New draft").click()
        page.get_by_label("Name of the draft").fill("Wednesdays")
        page.keyboard.press("Enter")
        page.wait_for_url("**/programme/drafts/drf_*")
        add_wednesdays(page)
        changes = page.get_by_role("complementary", name="What changes")
        expect(changes).to_contain_text(ADDED)
        page.keyboard.press("Control+s")
        # While its sign of being busy goes away, the sign is part of its name.
        expect(page.get_by_role("button", name=re.compile(r"\bSave$"))).to_be_disabled()
        page.reload()
        expect(page.get_by_role("complementary", name="What changes")).to_contain_text(ADDED)
        page.get_by_role("tab", name="Document (YAML)").click()
        expect(page.get_by_role("textbox", name="Document (YAML)")).to_contain_text("- wednesday")
        page.get_by_role("button", name="Publish").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(ADDED)
        dialog.get_by_role("button", name="Publish").click()
        page.get_by_text("Published as version").first.wait_for()
    exported = told_by_command(serving, "programme", "export", "--brand", BRAND)
    assert "Double Wednesdays" in exported


def test_figures_of_the_page_are_those_of_the_command_line(
    open_page: Callable[..., Watched], serving: Process
) -> None:
    days = ("2020-01-01", "2099-12-31")
    asked = f"figures?m=orders&by=&from={days[0]}&to={days[1]}&view=table"
    page = open_page(f"/console/{BRAND}/{asked}", language="en-US").page
    with screenshot_of_failure(page, "figures"):
        shown = page.locator("tbody td.number").first.inner_text()
    told = json.loads(
        told_by_command(
            serving, "metrics", "query", "orders", "--brand", BRAND, "--json",
            "--from", days[0], "--to", days[1],
        )
    )  # fmt: skip
    assert int(shown.replace(",", "")) == told["total"]["orders"]["value"] > 0
