"""The story of a customer: every kind in it, in order, whole however it is cut into pages."""

from typing import Any

import pytest

from huitong.entry.console.timeline import Happening
from huitong.platform.auth import Permission
from tests.browser.worlds import members
from tests.console.customers_make import Console, console
from tests.entry.make import make_token

__all__ = ["console"]


def story(console: Console, place: int = 0, **asked: object) -> list[dict[str, Any]]:
    """Return a customer's whole story, page by page."""
    path = f"/v1/customers/{console.id_of(place)}/timeline"
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        given = asked if cursor is None else asked | {"cursor": cursor}
        page = console.get(path, **given)
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def test_it_tells_of_everything_that_happened_the_latest_first(console: Console) -> None:
    told = story(console)
    kinds = {one["kind"] for one in told}
    assert kinds == {
        "enrolment", "order", "refund", "points", "tier", "consent", "tag", "document",
        "relation", "correction",
    }  # fmt: skip
    assert [one["at"] for one in told] == sorted((one["at"] for one in told), reverse=True)
    assert sum(one["kind"] == "order" for one in told) == 6


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_however_it_is_cut_nothing_is_told_twice_or_left_out(console: Console, limit: int) -> None:
    assert story(console, limit=limit) == story(console, limit=200)


def test_only_the_kinds_that_are_asked_for_are_told(console: Console) -> None:
    told = story(console, kinds=["order", "refund"])
    assert {one["kind"] for one in told} == {"order", "refund"}
    (refund,) = [one for one in told if one["kind"] == "refund"]
    assert (refund["what"], refund["facts"]["amount_minor"]) == ("price_protect", 5_000)


def test_a_merge_brings_the_story_of_both(console: Console) -> None:
    first = members.NAMES.index("欧阳静远")
    told = story(console, first)
    orders = members.order_count_of(first) + members.order_count_of(first + 2)
    assert sum(one["kind"] == "order" for one in told) == orders
    assert sum(one["kind"] == "enrolment" for one in told) == 2
    assert sum(one["kind"] == "merge" for one in told) == 1


def test_points_are_told_with_why_and_what_was_left(console: Console) -> None:
    spent = next(one for one in story(console, kinds=["points"]) if one["what"] == "spent")
    assert (spent["facts"]["points"], spent["facts"]["reason"]) == (-60, "兑换帆布袋")


def test_a_tier_tells_from_where_to_where_it_went(console: Console) -> None:
    changes = story(console, kinds=["tier"])
    assert [one["what"] for one in changes] == ["rose", "rose", "began"]
    assert [one["facts"]["to_chinese"] for one in changes] == [
        "金卡会员",
        "银卡会员",
        "普通会员",
    ]
    assert changes[0]["ref"].startswith("ord_")


def test_what_needs_another_permission_is_left_out_and_named(console: Console) -> None:
    key = make_token(console.database, 1, Permission.CUSTOMERS_READ, name="story")
    path = f"/v1/customers/{console.id_of(0)}/timeline"
    told = console.client.get(path, headers=key, params={"limit": 200}).json()
    assert told["left_out"] == ["order", "refund", "points", "tier", "tag"]
    assert not {one["kind"] for one in told["items"]} & set(told["left_out"])


def test_a_cursor_of_another_list_is_refused(console: Console) -> None:
    path = f"/v1/customers/{console.id_of(0)}/timeline"
    answer = console.client.get(path, headers=console.key, params={"cursor": "WzFd"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "platform.wrong_cursor"


def test_every_kind_has_a_source() -> None:
    from huitong.entry.console.timeline_sources import SOURCES  # noqa: PLC0415 - needs every domain

    assert set(SOURCES) == set(Happening)
