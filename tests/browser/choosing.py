"""Choosing from a list or a menu of the console, also while the machine has much to do."""

from contextlib import suppress

from playwright.sync_api import Locator, Page, expect

CHOSEN_MS_MAX = 2_000
TRIES = 20


def choose(field: Locator, option: str) -> None:
    """Choose an option of a field and put its list away.

    The list is drawn anew when its options come: what is pressed in that moment is not chosen.
    A list that takes many choices stays open, and may lie over what is pressed next.
    """
    page = field.page
    chosen = field.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' ant-select ')]")
    lists = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)")
    field.click()
    for _ in range(TRIES):
        lists.locator(".ant-select-item-option", has_text=option).last.dispatch_event("click")
        with suppress(AssertionError):
            expect(chosen.last).to_contain_text(option, timeout=CHOSEN_MS_MAX)
            break
    expect(chosen.last).to_contain_text(option)
    field.blur()
    expect(lists).to_have_count(0)


def choose_from_menu(page: Page, name: str, then: Locator) -> None:
    """Choose from an open menu what makes `then` appear; a press while it opens may be lost."""
    item = page.get_by_role("menuitem", name=name)
    for _ in range(TRIES):
        item.click()
        with suppress(AssertionError):
            expect(then).to_be_visible(timeout=CHOSEN_MS_MAX)
            return
        if not item.is_visible():
            break
    expect(then).to_be_visible()
