"""What the reason of a refusal may quote: nothing that could name a person."""

from collections.abc import Iterator
from typing import get_args

import orjson
import pytest
from pydantic import BaseModel

from huitong.channels.model import QUOTABLE_FIELDS, RECORD_OF_KIND, RecordKind
from huitong.channels.rules import read_record
from huitong.platform.errors import Refused
from tests.channels.make import make_order_text
from tests.rights.make import ANNA, ANNA_MAIL, ANNA_NAME, ANNA_STREET, member

# Fields in which people write words, or by which a person is known.
PERSONAL = {
    "attributes", "birthday_on", "card_no", "carrier", "city", "close_reason", "content", "gender",
    "guide", "identifiers", "member_no", "name", "opening_no", "parties", "properties", "reason",
    "receiver_city", "reference", "scope", "serving_guide", "share_guide", "source_guide", "tags",
    "touchpoint", "value", "event_id", "author",
}  # fmt: skip
LONG = f"{ANNA_NAME}，{ANNA_STREET} " * 200


def reason_of(kind: RecordKind, text: bytes) -> str:
    read = read_record(kind, text)
    assert isinstance(read, Refused)
    return read.reason


def names_of(kind: object) -> Iterator[str]:
    """Yield the names of all fields of a record and of its parts."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield name
            yield from names_of(field.annotation)
    for inner in get_args(kind):
        yield from names_of(inner)


def test_every_field_that_is_quoted_exists_and_none_of_them_is_personal() -> None:
    known = {name for record in RECORD_OF_KIND.values() for name in names_of(record)}
    assert known >= QUOTABLE_FIELDS
    assert known >= PERSONAL
    assert not QUOTABLE_FIELDS & PERSONAL


@pytest.mark.parametrize(
    "field", ["close_reason", "serving_guide", "receiver_city", "store", "parent_no"]
)
def test_words_that_are_too_long_are_not_quoted(field: str) -> None:
    reason = reason_of(RecordKind.ORDER, make_order_text("A1", **{field: LONG}))
    assert "longer than" in reason
    assert ANNA_NAME not in reason


@pytest.mark.parametrize("value", [ANNA, f"+86{ANNA}", f"+86 {ANNA}", "138-0000-5678", ANNA_MAIL])
@pytest.mark.parametrize("field", ["status", "ordered_at", "order_no"])
def test_what_looks_like_a_phone_or_an_address_is_quoted_nowhere(field: str, value: str) -> None:
    told = {"unreadable": value}
    reason = reason_of(RecordKind.ORDER, make_order_text(**{field: told}))
    assert field in reason
    assert value not in reason


def test_the_names_that_a_source_gives_to_further_fields_are_not_repeated() -> None:
    reason = reason_of(RecordKind.ORDER, make_order_text("A1", attributes={ANNA_NAME: {}}))
    assert reason == "“attributes” is not a text."
    for key in (ANNA, ANNA_MAIL, "x" * 80):
        reason = reason_of(RecordKind.ORDER, make_order_text("A1", **{key: "x"}))
        assert reason == "A field is no field of this kind of record."


def test_nothing_of_a_member_but_its_dates_is_quoted() -> None:
    told = member(ANNA, ANNA, name={"unreadable": ANNA_NAME}, gender=ANNA_NAME, enrolled_at="March")
    reason = reason_of(RecordKind.MEMBER, orjson.dumps(told))
    assert "(“March”)" in reason
    assert ANNA_NAME not in reason
    assert ANNA not in reason
