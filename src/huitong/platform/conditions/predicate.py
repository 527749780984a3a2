"""Reads a condition for one customer: whether it holds, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from huitong.platform.conditions.days import month_and_day
from huitong.platform.conditions.ranges import (
    Range,
    Reading,
    ago_of,
    range_of,
    window_of,
)
from huitong.platform.conditions.tree import (
    AllOf,
    Anniversary,
    AnyOf,
    Condition,
    DistinctOf,
    FieldLeaf,
    HasAll,
    InSegment,
    IsKnown,
    LastDays,
    MaxOf,
    NextDays,
    NotOf,
    OfFacts,
    OneOf,
    SumOf,
    Within,
)
from huitong.platform.conditions.vocabulary import Fact, FactKind, Field, FieldType, Value


@dataclass(frozen=True, slots=True)
class Candidate:
    """One customer as conditions see them: values by field, facts by kind.

    What is missing or None is unknown. A fact may carry more than its kind has fields, such as the
    number of the order: explanations hand it out.
    """

    values: Mapping[str, Value | None] = field(default_factory=dict)
    facts: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    is_alive: bool = True


@dataclass(frozen=True, slots=True)
class Explained:
    """Whether a condition holds, and what made it so.

    `found` is the value of the field, or of the measure; None is unknown. `facts` are those that
    made the measure. `parts` are the inner conditions; of a segment, its definition.
    """

    condition: Condition
    holds: bool
    found: Value | None = None
    facts: tuple[Fact, ...] = ()
    parts: tuple["Explained", ...] = ()


def holds(condition: Condition, candidate: Candidate, reading: Reading) -> bool:
    """Tell whether a living customer meets a checked condition; nobody else meets any."""
    return candidate.is_alive and _holds(condition, candidate, reading)


def explain(condition: Condition, candidate: Candidate, reading: Reading) -> Explained:
    """Return every clause of a checked condition with what was found for it."""
    match condition:
        case AllOf(all=parts):
            inner = tuple(explain(part, candidate, reading) for part in parts)
            return Explained(condition, all(part.holds for part in inner), parts=inner)
        case AnyOf(any=parts):
            inner = tuple(explain(part, candidate, reading) for part in parts)
            return Explained(condition, any(part.holds for part in inner), parts=inner)
        case NotOf(not_=part):
            positive = explain(part, candidate, reading)
            return Explained(condition, not positive.holds, parts=(positive,))
        case InSegment(segment=code):
            definition = explain(reading.segments.conditions[code], candidate, reading)
            return Explained(condition, definition.holds, parts=(definition,))
        case OfFacts():
            return _explain_facts(condition, candidate, reading)
        case _:
            known = reading.vocabulary.field_by_code[condition.field]
            value = _value(candidate.values, known)
            return Explained(condition, _field_holds(condition, known, value, reading), value)


def _holds(condition: Condition, candidate: Candidate, reading: Reading) -> bool:
    match condition:
        case AllOf(all=parts):
            return all(_holds(part, candidate, reading) for part in parts)
        case AnyOf(any=parts):
            return any(_holds(part, candidate, reading) for part in parts)
        case NotOf(not_=part):
            return not _holds(part, candidate, reading)
        case InSegment(segment=code):
            return _holds(reading.segments.conditions[code], candidate, reading)
        case _:
            return explain(condition, candidate, reading).holds


def _value(values: Mapping[str, Value | None], known: Field) -> Value | None:
    value = values.get(known.code)
    # An empty set is what nothing is known of.
    return None if known.type is FieldType.CODES and not value else value


def _field_holds(leaf: FieldLeaf, known: Field, value: Value | None, reading: Reading) -> bool:
    if value is None or isinstance(leaf, IsKnown):
        # Whatever is asked of the unknown is false, but whether it is unknown.
        return isinstance(leaf, IsKnown) and leaf.is_known == (value is not None)
    match leaf:
        case OneOf(in_=wanted):
            several = value if isinstance(value, frozenset) else {value}
            return not several.isdisjoint(wanted)
        case HasAll(has_all=wanted):
            assert isinstance(value, frozenset), f"“{known.code}” holds a set of codes."
            return value.issuperset(wanted)
        case Within() | LastDays() | NextDays():
            return range_of(leaf, known.type, reading.as_of).holds(value)
        case Anniversary(anniversary_in_days=days):
            assert isinstance(value, date), f"“{known.code}” holds a day."
            return month_and_day(value) in reading.as_of.coming(days)
        case _ as never:
            assert_never(never)


def _explain_facts(leaf: OfFacts, candidate: Candidate, reading: Reading) -> Explained:
    kind = reading.vocabulary.fact_by_code[leaf.facts]
    counted = _counted(leaf, kind, candidate.facts.get(kind.code, ()), reading)
    bounds = Range(leaf.at_least, leaf.less_than)
    match leaf.measure:
        case "count":
            return Explained(leaf, bounds.holds(len(counted)), len(counted), tuple(counted))
        case SumOf(sum=name):
            known = [fact for fact in counted if fact.get(name) is not None]
            total = sum(_whole(fact[name]) for fact in known)
            return Explained(leaf, bounds.holds(total), total, tuple(known))
        case DistinctOf(distinct=name):
            known = [fact for fact in counted if fact.get(name) is not None]
            different = len({fact[name] for fact in known})
            return Explained(leaf, bounds.holds(different), different, tuple(known))
        case MaxOf(max=name):
            known = [fact for fact in counted if fact.get(name) is not None]
            if not known:
                return Explained(leaf, holds=False)
            most = max(_whole(fact[name]) for fact in known)
            with_most = tuple(fact for fact in known if fact[name] == most)
            return Explained(leaf, bounds.holds(most), most, with_most)
        case "days_since_last" | "days_since_first":
            return _explain_days_since(leaf, kind, counted, reading)
        case _ as never:
            assert_never(never)


def _explain_days_since(
    leaf: OfFacts, kind: FactKind, counted: Sequence[Fact], reading: Reading
) -> Explained:
    if not counted:
        return Explained(leaf, holds=False)
    times = [_time(fact, kind) for fact in counted]
    time = max(times) if leaf.measure == "days_since_last" else min(times)
    fits = ago_of(leaf, kind.time_field.type, reading.as_of).holds(time)
    ago = (reading.as_of.today - reading.as_of.on_day(time)).days
    return Explained(leaf, fits, ago, tuple(each for each in counted if each[kind.time] == time))


def _counted(leaf: OfFacts, kind: FactKind, facts: Sequence[Fact], reading: Reading) -> list[Fact]:
    window = window_of(leaf, kind.time_field.type, reading.as_of)
    dated = [fact for fact in facts if fact.get(kind.time) is not None]
    return [
        fact
        for fact in dated
        if window.holds(_time(fact, kind))
        and (leaf.where is None or _fact_holds(leaf.where, fact, kind, reading))
    ]


def _fact_holds(condition: Condition, fact: Fact, kind: FactKind, reading: Reading) -> bool:
    match condition:
        case AllOf(all=parts):
            return all(_fact_holds(part, fact, kind, reading) for part in parts)
        case AnyOf(any=parts):
            return any(_fact_holds(part, fact, kind, reading) for part in parts)
        case NotOf(not_=part):
            return not _fact_holds(part, fact, kind, reading)
        case OfFacts() | InSegment():
            message = "A checked condition speaks of the fact alone in “where”."
            raise AssertionError(message)
        case _:
            known = kind.by_code[condition.field]
            return _field_holds(condition, known, _value(fact, known), reading)


def _time(fact: Fact, kind: FactKind) -> date:
    time = fact[kind.time]
    assert isinstance(time, date), f"“{kind.time}” of “{kind.code}” is a day or an instant."
    return time


def _whole(value: Value | None) -> int:
    assert isinstance(value, int), "Only whole numbers are summed and compared."
    return value
