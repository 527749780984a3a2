"""What comes from outside is read strictly, within limits, and refused with its place."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from huitong.platform.conditions import (
    ConditionInvalid,
    condition_schema,
    read_condition,
    write_condition,
)
from huitong.platform.conditions.documents import DEPTH_MAX, NODES_MAX
from huitong.platform.conditions.tree import Within

VIP: dict[str, Any] = {"field": "vip", "in": [True]}


def refusal(document: object) -> ConditionInvalid:
    with pytest.raises(ConditionInvalid) as refused:
        read_condition(document)
    return refused.value


def nested(depth: int) -> dict[str, Any]:
    document = VIP
    for _ in range(depth - 1):
        document = {"not": document}
    return document


def test_a_document_comes_back_as_it_was() -> None:
    document = {
        "all": [
            {"any": []},
            {"not": {"field": "tags.size", "has_all": ["s", "m"]}},
            {"field": "born", "at_least": "2000-02-29", "less_than": "2001-01-01"},
            {"field": "joined", "less_than": "2026-11-11T20:00:00+08:00"},
            {"field": "joined", "last_days": 30},
            {"field": "due", "next_days": 7},
            {"field": "born", "anniversary_in_days": 7},
            {"field": "city", "is_known": False},
            {"segment": "rich"},
            {
                "facts": "orders",
                "where": VIP,
                "since": "2026-11-01",
                "until": "2026-11-12",
                "measure": {"sum": "paid"},
                "at_least": 0,
            },
            {"facts": "orders", "last_days": 90, "measure": "count", "at_least": 2},
        ]
    }
    assert write_condition(read_condition(json.loads(json.dumps(document)))) == document


def test_days_that_yaml_has_read_are_days() -> None:
    read = read_condition({"field": "born", "at_least": date(2000, 1, 1)})
    assert read == read_condition({"field": "born", "at_least": "2000-01-01"})
    instant = datetime(2026, 11, 11, 12, tzinfo=UTC)
    assert read_condition({"field": "x", "less_than": instant}) == Within(
        field="x", less_than=instant
    )


@pytest.mark.parametrize(
    "document, path, told",
    [
        (3, "", "a condition is a mapping"),
        ({}, "", "What fits: all, any, not, facts, segment, field"),
        ({"field": "city"}, "", "the field has no operator. What fits: in, has_all"),
        ({"all": [VIP, {"any": [{"foo": 1}]}]}, "all[1].any[0]", "no word here says"),
        ({"all": [VIP | {"last_days": 3}]}, "all[0].last_days", "one operator"),
        ({"not": VIP | {"in_": [False]}}, "not.in_", "does not belong here"),
        ({"field": "city", "in": []}, "in", "at least one value"),
        ({"field": "city", "in": "sh"}, "in", "give a list"),
        ({"field": "city", "in": ["a\nb"]}, "in[0]", "visible characters"),
        ({"field": "City", "in": ["sh"]}, "field", "no name"),
        ({"field": "vip", "is_known": "yes"}, "is_known", "true or false"),
        ({"field": "joined", "last_days": 0}, "last_days", "from 1 on"),
        ({"field": "joined", "last_days": True}, "last_days", "whole number"),
        ({"field": "joined", "last_days": 36_601}, "last_days", "at most 36600"),
        ({"field": "points", "at_least": 1.0}, "at_least", "a whole number"),
        ({"field": "points", "at_least": True}, "at_least", "a whole number"),
        ({"field": "points", "at_least": 10**16}, "at_least", "15 digits"),
        ({"field": "points", "at_least": None}, "", "give “at_least”, “less_than” or both"),
        ({"field": "points", "at_least": 5, "less_than": 5}, "", "nothing is at least 5"),
        ({"field": "x", "at_least": 5, "less_than": "2026-01-01"}, "", "both be numbers"),
        ({"field": "born", "at_least": "2026-1-1"}, "at_least", "a day is written as 2026-11-11"),
        ({"field": "born", "at_least": "2026-W46-3"}, "at_least", "a day is written as"),
        ({"field": "born", "at_least": "2026-02-30"}, "at_least", "a day is written as"),
        ({"field": "born", "at_least": "1066-10-14"}, "at_least", "between 1900"),
        ({"field": "joined", "at_least": "2026-11-11T20:00:00"}, "at_least", "an instant as"),
        ({"facts": "orders", "at_least": 2}, "measure", "a measure is “count”"),
        ({"facts": "orders", "measure": "number", "at_least": 2}, "measure", "a measure is"),
        ({"facts": "orders", "measure": {"sum": 3}, "at_least": 2}, "measure", "a measure is"),
        ({"facts": "orders", "measure": "count"}, "", "give “at_least”"),
        (
            {
                "facts": "o",
                "measure": "count",
                "at_least": 1,
                "last_days": 3,
                "since": "2026-01-01",
            },
            "",
            "not both",
        ),
        (
            {"facts": "o", "measure": "count", "at_least": 1, "where": {"field": "x"}},
            "where",
            "no operator",
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_would_fit(
    document: object, path: str, told: str
) -> None:
    refused = refusal(document)
    assert refused.path == path
    assert told in str(refused)
    assert refused.count == 1


def test_every_fault_is_told_at_once() -> None:
    refused = refusal({"all": [{"field": "x"}, VIP, {"field": "a", "last_days": 0}]})
    assert refused.count == 2
    assert "At all[0]" in str(refused)
    assert "At all[2].last_days" in str(refused)


def test_a_tree_is_at_most_so_deep() -> None:
    assert write_condition(read_condition(nested(DEPTH_MAX))) == nested(DEPTH_MAX)
    assert "12 deep" in str(refusal(nested(DEPTH_MAX + 1)))
    # Far beyond what recursion would survive.
    assert "12 deep" in str(refusal(nested(100_000)))


def test_a_tree_has_at_most_so_many_parts() -> None:
    full = [{"all": [VIP] * 99} for _ in range(4)]
    largest = {"all": [*full, {"any": [VIP] * (NODES_MAX - 402)}]}
    assert write_condition(read_condition(largest)) == largest
    assert "at most 500 parts" in str(refusal({"all": [*full, {"any": [VIP] * 99}]}))


def test_a_list_has_at_most_a_thousand_values() -> None:
    many = [str(number) for number in range(1_001)]
    assert "at most 1000 values" in str(refusal({"field": "store", "in": many}))


def test_the_schema_knows_every_word_and_refuses_others() -> None:
    schema = condition_schema()
    words = {word for each in schema["$defs"].values() for word in each.get("properties", ())}
    assert {"all", "any", "not", "in", "has_all", "facts", "segment", "measure"} <= words
    assert "in_" not in words
    shapes = [each for each in schema["$defs"].values() if "properties" in each]
    assert all(each["additionalProperties"] is False for each in shapes)
