"""One box finds whoever is meant, whatever was typed, and nobody whom the caller may not see."""

import pytest

from huitong.platform.auth import Permission
from tests.browser.worlds import members
from tests.console.customers_make import Console, console
from tests.entry.make import make_token

__all__ = ["console"]

PATH = f"/v1/brands/{members.BRAND}/customers/lookup"


def found(console: Console, text: str) -> list[tuple[str, list[str]]]:
    """Return who is found by a text and how, as (id, ways)."""
    told = console.post(PATH, {"text": text})
    return [(one["id"], one["found_by"]) for one in told["items"]]


@pytest.mark.parametrize(
    "text, way",
    [
        (members.phone_of(0), "phone"),
        ("199 0000 0001", "phone"),
        ("+8619900000001", "phone"),
        ("0001", "phone_tail"),
        (members.card_of(0), "card"),
        (members.card_of(0).lower(), "card"),
        ("林知夏", "name"),
        (" 林 知夏 ", "name"),
        (members.order_no_of(0, 0), "order_no"),
    ],
)
def test_somebody_is_found_by_what_they_say_of_themselves(
    console: Console, text: str, way: str
) -> None:
    assert found(console, text) == [(console.id_of(0), [way])]


def test_an_id_finds_the_customer_whoever_they_are_today(console: Console) -> None:
    first = members.NAMES.index("欧阳静远")
    second = members.NAMES.index("欧阳静远", first + 1)
    today = console.id_of(first)
    assert found(console, today) == [(today, ["customer_id"])]
    # Both phones lead to the one they are now, and so does the name that both had.
    assert found(console, members.phone_of(first)) == [(today, ["phone"])]
    assert found(console, members.phone_of(second)) == [(today, ["phone"])]
    assert found(console, "欧阳静远") == [(today, ["name"])]


def test_who_is_found_is_shown_masked_with_what_a_call_is_about(console: Console) -> None:
    (one,) = console.post(PATH, {"text": "0001"})["items"]
    assert (one["name"], one["phone"], one["city"]) == ("林**", "199****0001", "苏州市")
    assert one["tier"]["code"] == "gold"
    assert one["bought"]["orders"] == 6
    assert [note["value"]["code"] for note in one["notes"]] == ["call_evening", "vip_care"]
    assert "林知夏" not in str(one)


def test_a_name_that_attacks_is_found_like_any_other(console: Console) -> None:
    place = members.NAMES.index(members.ATTACK)
    assert found(console, members.ATTACK) == [(console.id_of(place), ["name"])]


@pytest.mark.parametrize("text", ["林知", "知夏", "199", "9999", "*", "%", "cus_", "\x00"])
def test_a_part_of_a_name_or_a_stranger_finds_nobody(console: Console, text: str) -> None:
    assert found(console, text) == []


def test_whoever_sees_another_brand_only_is_told_that_there_is_none(console: Console) -> None:
    key = make_token(console.database, 1, Permission.CUSTOMERS_READ, brand_ids=[7], name="other")
    answer = console.client.post(PATH, json={"text": "0001"}, headers=key)
    assert answer.status_code == 404


def test_a_number_of_sales_is_no_part_of_what_a_key_for_customers_alone_is_told(
    console: Console,
) -> None:
    key = make_token(console.database, 1, Permission.CUSTOMERS_READ, name="service")
    (one,) = console.client.post(PATH, json={"text": "0001"}, headers=key).json()["items"]
    assert (one["bought"], one["points"], one["notes"]) == (None, None, [])
