"""The list of customers: everybody or those who meet a condition, sorted, page by page, masked."""

from typing import Any

import pytest

from huitong.platform.auth import Permission
from tests.browser.worlds import members
from tests.console.customers_make import Console, console
from tests.entry.make import make_token

__all__ = ["console"]

PATH = f"/v1/brands/{members.BRAND}/customers/search"


def everybody(console: Console, limit: int, **asked: object) -> list[dict[str, Any]]:
    """Return the whole list, page by page."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = console.post(f"{PATH}?limit={limit}{cursor}", asked)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = f"&cursor={page['next_cursor']}"


def test_it_tells_everybody_once_and_how_many_they_are(console: Console) -> None:
    told = console.post(PATH, {})
    living = len(members.NAMES) - 1
    assert told["count"] == living
    assert len({one["id"] for one in told["items"]}) == living
    assert {one["name"] for one in told["items"]} <= {f"{name[0]}**" for name in members.NAMES}


@pytest.mark.parametrize("sort", ["newest", "spent", "last_order", "points"])
def test_however_it_is_sorted_and_cut_it_is_the_same_list(console: Console, sort: str) -> None:
    whole = everybody(console, 200, sort=sort)
    assert everybody(console, 4, sort=sort) == whole


def test_it_is_sorted_by_what_was_asked_for_the_highest_first(console: Console) -> None:
    spent = [
        (one["bought"] or {}).get("spent_minor", 0) for one in everybody(console, 9, sort="spent")
    ]
    assert spent == sorted(spent, reverse=True)
    points = [one["points"] for one in everybody(console, 9, sort="points")]
    assert points == sorted(points, reverse=True)


def test_who_may_not_see_figures_cannot_learn_them_from_the_order(console: Console) -> None:
    key = make_token(console.database, 1, Permission.CUSTOMERS_READ, name="list")
    told = console.client.post(PATH, json={"sort": "spent"}, headers=key).json()
    assert told["sorted_by"] == "newest"


def test_a_condition_before_any_refresh_is_refused_with_what_to_do(console: Console) -> None:
    answer = console.client.post(PATH, json={"condition": {"all": []}}, headers=console.key)
    assert answer.status_code == 404
    assert answer.json()["code"] == "segments.nothing_published"
