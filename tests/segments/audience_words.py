"""Conditions at random over a brand's whole vocabulary, with values that occur."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from huitong.platform.conditions import Candidate, FactKind, Field, FieldType, Vocabulary

Documents = st.SearchStrategy[dict[str, Any]]
DAYS = st.integers(1, 366)
TODAY = date(2026, 3, 2)
OF_CUSTOMER = ""


def within(measure: object, bound: Mapping[str, int]) -> dict[str, int]:
    """Return a bound that the measure may have: days go back a hundred years."""
    most = 36_600 if str(measure).startswith("days_since") else max(bound.values())
    return {word: min(number, most) for word, number in bound.items()}


def conditions(vocabulary: Vocabulary, people: Mapping[int, Candidate]) -> Documents:
    """Return documents of conditions over all fields and facts."""
    seen = _seen(people)
    leaves = st.one_of(
        *(_leaf(one, seen.get((OF_CUSTOMER, one.code), set())) for one in vocabulary.fields),
        *(_facts(one, seen) for one in vocabulary.facts),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda some: {"all": some}),
            st.lists(inner, max_size=3).map(lambda some: {"any": some}),
            inner.map(lambda one: {"not": one}),
        ),
        max_leaves=5,
    )


def _seen(people: Mapping[int, Candidate]) -> dict[tuple[str, str], set[Any]]:
    """Return the values that occur, by kind of fact and field."""
    seen: dict[tuple[str, str], set[Any]] = {}
    for person in people.values():
        for code, value in person.values.items():
            seen.setdefault((OF_CUSTOMER, code), set()).add(value)
        for kind, facts in person.facts.items():
            for fact in facts:
                for code, value in fact.items():
                    seen.setdefault((kind, code), set()).add(value)
    return seen


def _leaf(field: Field, values: set[Any]) -> Documents:
    known = st.booleans().map(lambda one: {"is_known": one})
    said = st.one_of(known, _said(field, sorted(values - {None}, key=str)))
    return said.map(lambda words: {"field": field.code, **words})


def _said(field: Field, values: list[Any]) -> Documents:
    match field.type:
        case FieldType.CODE | FieldType.CODES:
            codes = [one.code for one in field.values]
            words = ["in", "has_all"] if field.type is FieldType.CODES else ["in"]
            some = st.lists(st.sampled_from(codes), min_size=1, max_size=3)
            return st.tuples(st.sampled_from(words), some).map(lambda told: {told[0]: told[1]})
        case FieldType.TEXT:
            return st.sampled_from([*values, "nothing"]).map(lambda one: {"in": [one]})
        case FieldType.INTEGER:
            near = st.sampled_from([*values, 0]).flatmap(lambda n: st.integers(n - 1, n + 1))
            words = ["at_least", "less_than"]
            return st.tuples(st.sampled_from(words), near).map(lambda told: {told[0]: told[1]})
        case FieldType.INSTANT:
            return st.one_of(
                DAYS.map(lambda n: {"last_days": n}),
                DAYS.map(lambda n: {"next_days": n}),
                DAYS.map(lambda n: {"less_than": (TODAY - timedelta(days=n)).isoformat()}),
            )
        case _ if field.has_bitmap:
            ago = DAYS.map(lambda n: (TODAY - timedelta(days=n)).isoformat())
            return st.one_of(
                DAYS.map(lambda n: {"anniversary_in_days": n}),
                DAYS.map(lambda n: {"last_days": n}),
                ago.map(lambda day: {"at_least": day}),
            )
        case _:
            return DAYS.map(lambda n: {"anniversary_in_days": n})


def _facts(kind: FactKind, seen: Mapping[tuple[str, str], set[Any]]) -> Documents:
    wheres = st.one_of(
        st.just({}),
        *(
            _leaf(one, seen.get((kind.code, one.code), set())).map(lambda told: {"where": told})
            for one in kind.fields
        ),
    )
    numbers = [one.code for one in kind.fields if one.type is FieldType.INTEGER]
    texts = [one.code for one in kind.fields if one.type in {FieldType.TEXT, FieldType.CODE}]
    measures: list[Any] = ["count", "days_since_last", "days_since_first"]
    measures += [{word: one} for one in numbers for word in ("sum", "max")]
    measures += [{"distinct": one} for one in texts]
    bounds = st.one_of(
        st.sampled_from([0, 1, 2, 20, 50_000]).map(lambda n: {"at_least": n}),
        st.sampled_from([1, 2, 20, 50_000]).map(lambda n: {"less_than": n}),
    )
    windows: st.SearchStrategy[dict[str, Any]] = st.one_of(
        st.just({}), DAYS.map(lambda n: {"last_days": n})
    )
    return st.tuples(wheres, st.sampled_from(measures), bounds, windows).map(
        lambda told: {
            "facts": kind.code, **told[0], "measure": told[1], **told[3],
            **within(told[1], told[2]),
        }
    )  # fmt: skip
