"""One box finds whoever is meant, whatever was typed, and nobody whom the caller may not see."""

import pytest

from huitong import customers, identity
from huitong.entry import wiring
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


def test_who_was_erased_is_found_by_nothing_of_theirs(console: Console) -> None:
    place = members.NAMES.index("秦朗")
    customer_id = console.members.customer_ids[place]
    with console.database.transaction(console.scope, now=console.now) as tx:
        person = customers.find_customers(tx, customer_ids=[customer_id])[customer_id].person_id
        assert found(console, "秦朗") == [(console.id_of(place), ["name"])]
        wiring.erase_person(tx, person, now=console.now)
    for text in ("秦朗", members.phone_of(place), f"{place + 1:04}", members.card_of(place)):
        assert found(console, text) == [], text
    with console.database.reading(console.scope) as tx:
        left = tx.row(
            "SELECT count(*) FROM customers.searched_name WHERE customer_id = %(id)s",
            {"id": customer_id},
        )
    assert left == (0,)


def test_identifiers_that_are_older_than_the_search_are_indexed_by_the_job(
    console: Console,
) -> None:
    with console.database.transaction(console.scope, now=console.now) as tx:
        tx.execute("UPDATE identity.identifier SET search_index = NULL")
    assert found(console, "0001") == []
    place: int | None = 0
    while place is not None:
        with console.database.transaction(console.scope, now=console.now) as tx:
            place = identity.index_due(tx, after=place, limit=7)
    assert found(console, "0001") == [(console.id_of(0), ["phone_tail"])]
    with console.database.transaction(console.scope, now=console.now) as tx:
        assert identity.index_due(tx, after=0, limit=7) is None, "Nothing is due any more."
