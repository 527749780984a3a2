"""A condition may only say what the vocabulary carries and what its use allows."""

from typing import Any

import pytest

from huitong.platform.conditions import (
    Column,
    ConditionInvalid,
    Definitions,
    Feature,
    Field,
    FieldType,
    Labelled,
    Names,
    Relation,
    Stored,
    Use,
    check_condition,
    describe,
    problems_of,
    read_condition,
)
from tests.platform.conditions.made_up import SEGMENTS, VOCABULARY

COUNT = {"measure": "count", "at_least": 1}
EARNING = Use(
    Names("积分规则", "earning rules"),
    fields=frozenset({"vip", "born"}),
    facts=frozenset({"visits"}),
    features=frozenset({Feature.FACTS}),
)


def problems(document: dict[str, Any], use: Use | None = None) -> list[str]:
    condition = read_condition(document)
    if use is None:
        found = problems_of(condition, VOCABULARY, segments=SEGMENTS)
    else:
        found = problems_of(condition, VOCABULARY, use=use, segments=SEGMENTS)
    return [str(each) for each in found]


@pytest.mark.parametrize(
    "document, told",
    [
        (
            {"all": [{"field": "citi", "in": ["sh"]}]},
            "At all[0].field: there is no field “citi”. What fits: city.",
        ),
        (
            {"field": "city", "in": ["sh", "ha"]},
            "At in[1]: “city” has no value “ha”. What fits: sh, hz.",
        ),
        ({"field": "city", "at_least": 3}, "At at_least: “city” holds one of its listed values"),
        ({"field": "city", "has_all": ["sh"]}, "What fits: in, is_known."),
        ({"field": "points", "in": ["3"]}, "What fits: at_least, is_known, less_than."),
        ({"field": "points", "at_least": "2026-01-01"}, "“points” is compared with a whole number"),
        ({"field": "born", "less_than": 3}, "“born” is compared with a day"),
        ({"field": "born", "less_than": "2026-01-01T00:00:00Z"}, "“born” is compared with a day"),
        ({"field": "joined", "less_than": 3}, "“joined” is compared with a day or an instant"),
        ({"field": "joined", "anniversary_in_days": 3}, "“anniversary_in_days” says nothing of it"),
        (
            {"field": "vip", "in": ["yes"]},
            "At in[0]: “vip” holds yes or no. What fits: true, false",
        ),
        ({"field": "store", "in": [True]}, "At in[0]: “store” holds a text"),
        ({"segment": "rch"}, "At segment: there is no segment “rch”. What fits: rich"),
        ({"facts": "order"} | COUNT, "there are no facts “order” here. What fits: orders."),
        (
            {"facts": "visits", "since": "2026-01-01T00:00:00Z"} | COUNT,
            "At since: “visits” are dated by the day; give a day without a time.",
        ),
        (
            {"facts": "orders", "measure": {"sum": "item"}, "at_least": 1},
            "“item” is no field of “orders” that “sum” can be taken of. What fits: paid.",
        ),
        (
            {"facts": "orders", "measure": {"distinct": "colours"}, "at_least": 1},
            "What fits: shipped_on, paid, item, channel, place.",
        ),
        (
            {"facts": "orders", "measure": "days_since_last", "at_least": -1},
            "At at_least: days since are from 0 to 36600.",
        ),
        (
            {"facts": "orders", "where": {"any": [{"segment": "rich"}]}} | COUNT,
            "At where.any[0]: “where” speaks of the fields of one fact alone.",
        ),
        (
            {"facts": "orders", "where": {"field": "city", "in": ["sh"]}} | COUNT,
            "At where.field: there is no field “city”.",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_what_would(document: dict[str, Any], told: str) -> None:
    (problem,) = problems(document)
    assert told in problem


def test_all_that_does_not_fit_is_refused_together() -> None:
    wrong = {"all": [{"field": "a", "is_known": True}, {"segment": "b"}]}
    with pytest.raises(ConditionInvalid) as refused:
        check_condition(read_condition(wrong), VOCABULARY)
    assert refused.value.facts()["count"] == 2
    assert refused.value.path == "all[0].field"


@pytest.mark.parametrize(
    "document, told",
    [
        ({"field": "city", "in": ["sh"]}, "“city” may not be used here (积分规则, earning rules)"),
        ({"segment": "rich"}, "segments may not be named here"),
        ({"facts": "orders"} | COUNT, "there are no facts “orders” here. What fits: visits."),
        ({"facts": "visits", "last_days": 3} | COUNT, "this changes as days go by"),
        ({"field": "born", "anniversary_in_days": 3}, "this changes as days go by"),
        ({"facts": "visits", "measure": "days_since_last", "at_least": 1}, "changes as days go by"),
    ],
)
def test_a_use_allows_a_part_of_the_vocabulary(document: dict[str, Any], told: str) -> None:
    assert problems(document) == []
    (problem,) = problems(document, EARNING)
    assert told in problem


def test_a_use_without_facts_refuses_them() -> None:
    use = Use(Names("商品", "items"), features=frozenset())
    (problem,) = problems({"facts": "visits"} | COUNT, use)
    assert problem == "At facts: facts may not be asked for here (商品, items)."


def test_a_fault_inside_a_segment_is_told_where_the_segment_is_named() -> None:
    segments = Definitions({"old": read_condition({"not": {"field": "gone", "in": ["x"]}})})
    (problem,) = problems_of(read_condition({"segment": "old"}), VOCABULARY, segments=segments)
    assert problem.path == "segment"
    assert "segment “old”, at not.field: there is no field “gone”" in problem.reason


def test_a_segment_cannot_depend_on_itself() -> None:
    segments = Definitions(
        {
            "a": read_condition({"any": [{"segment": "b"}]}),
            "b": read_condition({"not": {"segment": "a"}}),
        }
    )
    (problem,) = problems_of(segments.conditions["a"], VOCABULARY, segments=segments)
    assert "a segment cannot depend on itself (b → a → b)" in problem.reason


def test_segments_that_multiply_are_stopped() -> None:
    vip = read_condition({"field": "vip", "in": [True]})
    conditions = {"s0": vip} | {
        f"s{level}": read_condition({"all": [{"segment": f"s{level - 1}"}] * 10})
        for level in range(1, 12)
    }
    found = problems_of(conditions["s11"], VOCABULARY, segments=Definitions(conditions))
    assert any("more than 5000 leaves" in each.reason for each in found)


def test_segments_that_stand_deep_in_one_another_are_stopped() -> None:
    vip = read_condition({"field": "vip", "in": [True]})
    conditions = {"s0": vip} | {
        f"s{level}": read_condition({"segment": f"s{level - 1}"}) for level in range(1, 3_000)
    }
    (problem,) = problems_of(conditions["s2999"], VOCABULARY, segments=Definitions(conditions))
    assert "more than 32 deep" in problem.reason


def test_a_form_is_told_what_a_use_may_ask() -> None:
    told = describe(VOCABULARY, use=EARNING)
    assert [each["code"] for each in told["fields"]] == ["vip", "born"]
    born = told["fields"][1]
    assert [each["code"] for each in born["operators"]] == ["at_least", "less_than", "is_known"]
    assert born["names"] == {"zh": "生日", "en": "birthday"}
    (visits,) = told["facts"]
    assert [each["code"] for each in visits["measures"]] == ["count", "sum", "distinct", "max"]
    assert next(each for each in visits["measures"] if each["code"] == "distinct")["fields"] == [
        "visited_on"
    ]


def test_every_operator_that_a_form_is_told_of_passes_the_check() -> None:
    arguments: dict[str, Any] = {
        "is_known": True,
        "last_days": 3,
        "next_days": 3,
        "anniversary_in_days": 3,
    }
    edges = {"integer": 3, "day": "2026-01-01", "instant": "2026-01-01T00:00:00Z"}
    for field in describe(VOCABULARY)["fields"]:
        first = field["values"][0]["code"] if field["values"] else field["type"] == "bool" or "x"
        for operator in field["operators"]:
            word = operator["code"]
            said = arguments.get(word, edges.get(field["type"], [first]))
            assert problems({"field": field["code"], word: said}) == []


def test_a_vocabulary_that_contradicts_itself_is_not_registered() -> None:
    column = Column(Relation("people"), "x")
    x = Names("某", "x")
    with pytest.raises(AssertionError, match="list their values"):
        Field("x", FieldType.CODE, x, column)
    with pytest.raises(AssertionError, match="has no sets"):
        Field("x", FieldType.TEXT, x, column, has_bitmap=True)
    many = tuple(Labelled(str(number), x) for number in range(64))
    with pytest.raises(AssertionError, match="room for 63"):
        Field("x", FieldType.CODES, x, Column(Relation("t"), "x", Stored.NUMBERED), values=many)
    with pytest.raises(AssertionError, match="registered twice"):
        VOCABULARY.with_more(fields=(Field("vip", FieldType.BOOL, x, column),))
