"""Every page of the console, in both languages: filled, without a missing text, open to everybody.

The pages are those that the source declares, so that a new one is looked at from its first day.
A page with a place for an id in its address says in `FILLED` how one is found in the world.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ROOT, Watched, keep_screenshot, wait_until_filled
from tests.browser.worlds.addresses import ADDRESSES
from tests.browser.worlds.members import BRAND

DECLARED = re.compile(r'\bpath: "([^"]*)"')
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
# Ant Design's own hidden row, by which it measures the columns of a table that scrolls.
NOT_OURS = (".ant-table-measure-row",)
MISSING = "\u27e6"
# A language is named in its own words, so that whoever reads only that one finds it.
OWN_NAME = "中文"
HAN = re.compile(r"[\u3400-\u9fff]")
# Each language in another look, so that both looks are seen.
LOOKS = {"zh-CN": "light", "en-US": "dark"}


def declared_pages() -> list[str]:
    """Return the paths that the pages of the console declare."""
    folder = ROOT / "web" / "src" / "console" / "pages"
    return sorted(
        path for file in folder.glob("*/pages.ts") for path in DECLARED.findall(file.read_text())
    )


PAGES = declared_pages()
each_page = pytest.mark.parametrize("path", PAGES)
each_language = pytest.mark.parametrize("language", ["zh-CN", "en-US"])


def address_of(path: str, page: Page) -> str:
    """Return where a page of the world is, with an id in each place of its path."""
    return f"/console/{BRAND}/{ADDRESSES[path](page) if path in ADDRESSES else path}"


def violations(page: Page) -> list[str]:
    """Return what axe finds serious or critical on a page."""
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(
        "options => axe.run({exclude: options.not}, {runOnly: options.rules})",
        {"rules": list(RULES), "not": [[one] for one in NOT_OURS]},
    )
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {node['target']} {node['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"][:5]
    ]


def test_every_path_with_a_place_says_how_it_is_filled() -> None:
    assert PAGES, "The console declares its pages."
    assert [path for path in PAGES if ":" in path and path not in ADDRESSES] == []
    assert [path for path in ADDRESSES if path not in PAGES] == []


@each_page
@each_language
def test_a_page_is_filled_speaks_one_language_and_is_open_to_everybody(
    open_page: Callable[..., Watched], path: str, language: str
) -> None:
    page = open_page(f"/console/{BRAND}", language=language, look=LOOKS[language]).page
    page.goto(address_of(path, page))
    wait_until_filled(page)
    name = re.sub(r"[^\w]+", "-", path).strip("-")
    keep_screenshot(page, f"{name}-{language}")
    shown = page.locator("body").inner_text()
    assert MISSING not in shown, [line for line in shown.splitlines() if MISSING in line]
    assert page.locator("h1").count() == 1
    if language == "en-US":
        said = page.locator("nav li, thead th, label, h2").all_inner_texts()
        assert [one for one in said if HAN.search(one) and one.strip() != OWN_NAME] == []
    assert violations(page) == []


@pytest.mark.parametrize("path", ["/console/", "/guide/", "/member/"])
@each_language
def test_a_sign_in_page_is_open_to_everybody(
    open_page: Callable[..., Watched], path: str, language: str
) -> None:
    watched = open_page(path, who=None, language=language)
    # The page asks who is signed in, and the answer is nobody.
    watched.expect("401")
    wait_until_filled(watched.page)
    keep_screenshot(watched.page, f"sign-in-{path.strip('/')}-{language}")
    assert MISSING not in watched.page.locator("body").inner_text()
    assert violations(watched.page) == []
