"""Turns a condition into algebra over sets of customers, and evaluates it over any kind of set."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import and_, or_, sub
from typing import Protocol, Self, TypeAlias, TypeVar, assert_never

from huitong.platform.conditions.ranges import Range, Reading, range_of
from huitong.platform.conditions.tree import (
    AllOf,
    AnyOf,
    Condition,
    FieldLeaf,
    HasAll,
    InSegment,
    IsKnown,
    LastDays,
    NextDays,
    NotOf,
    OfFacts,
    OneOf,
    Within,
)
from huitong.platform.conditions.vocabulary import Field, FieldType


class Set(Protocol):
    """A set of customers that can be met, joined and lessened, leaving the operands as they are."""

    def __and__(self, other: Self, /) -> Self:
        """Return who is in both."""
        ...

    def __or__(self, other: Self, /) -> Self:
        """Return who is in either."""
        ...

    def __sub__(self, other: Self, /) -> Self:
        """Return who is in this one and not in the other."""
        ...


SetOf = TypeVar("SetOf", bound=Set)
SetOf_co = TypeVar("SetOf_co", bound=Set, covariant=True)


class Sets(Protocol[SetOf_co]):
    """The sets that are kept ready, and one way to get any other.

    They may hold customers who are not alive: what a plan answers is met with `alive`.
    """

    def alive(self) -> SetOf_co:
        """Return everyone who was not merged away or erased."""
        ...

    def value(self, field: str, code: str) -> SetOf_co:
        """Return who has this value, among others where there may be several.

        Of booleans the values are “true” and “false”.
        """
        ...

    def at_least(self, field: str, number: int) -> SetOf_co:
        """Return whose known number is at least this one; a day counts from 1970-01-01 as 0."""
        ...

    def known(self, field: str) -> SetOf_co:
        """Return of whom the field is known."""
        ...

    def computed(self, condition: Condition) -> SetOf_co:
        """Return which living customers meet a leaf that has no set ready."""
        ...


@dataclass(frozen=True, slots=True)
class Alive:
    """Everyone alive."""


@dataclass(frozen=True, slots=True)
class OfValue:
    """Who has a value."""

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Whose number is at least so much."""

    field: str
    number: int


@dataclass(frozen=True, slots=True)
class Known:
    """Of whom something is known."""

    field: str


@dataclass(frozen=True, slots=True)
class Computed:
    """Who meets a leaf that has to be computed."""

    condition: FieldLeaf | OfFacts


@dataclass(frozen=True, slots=True)
class Join:
    """Who is in at least one part; of no parts, nobody."""

    parts: tuple["Plan", ...]


@dataclass(frozen=True, slots=True)
class Meet:
    """Who is in every part and in none of `but_not`; there is at least one part."""

    parts: tuple["Plan", ...]
    but_not: tuple["Plan", ...] = ()

    def __post_init__(self) -> None:
        """Hold that there is something to take from."""
        assert self.parts, "Of no parts everyone is meant: say Alive."


Plan: TypeAlias = Alive | OfValue | AtLeast | Known | Computed | Join | Meet

EPOCH = date(1970, 1, 1)
NOBODY = Join(())
ALIVE = Alive()


def plan(condition: Condition, reading: Reading) -> Plan:
    """Return the set algebra of a checked condition, met with everyone alive.

    NOT has become “but not”, so an evaluator may take the parts in the order it likes and stop
    early where a part is empty.
    """
    return _meet([ALIVE, _plan(condition, reading)], [])


def computed_leaves(asked: Plan) -> tuple[FieldLeaf | OfFacts, ...]:
    """Return the leaves of a plan that have to be computed, each once, in their order."""
    return tuple(dict.fromkeys(_computed(asked)))


def evaluate(asked: Plan, sets: Sets[SetOf]) -> SetOf:
    """Return the set that a plan asks for, part by part as they stand."""
    match asked:
        case Join(parts=()):
            return sets.alive() - sets.alive()
        case Join(parts=parts):
            return reduce(or_, (evaluate(part, sets) for part in parts))
        case Meet(parts=parts, but_not=but_not):
            met = reduce(and_, (evaluate(part, sets) for part in parts))
            return reduce(sub, (evaluate(part, sets) for part in but_not), met)
        case _:
            return _ready(asked, sets)


def _ready(asked: Alive | OfValue | AtLeast | Known | Computed, sets: Sets[SetOf]) -> SetOf:
    match asked:
        case Alive():
            return sets.alive()
        case OfValue(field=field, code=code):
            return sets.value(field, code)
        case AtLeast(field=field, number=number):
            return sets.at_least(field, number)
        case Known(field=field):
            return sets.known(field)
        case Computed(condition=condition):
            return sets.computed(condition)
        case _ as never:
            assert_never(never)


def _plan(condition: Condition, reading: Reading) -> Plan:
    match condition:
        case AllOf(all=parts):
            return _plan_all(parts, reading)
        case AnyOf(any=parts):
            return _join([_plan(part, reading) for part in parts])
        case NotOf():
            return _plan_all((condition,), reading)
        case InSegment(segment=code):
            return _plan(reading.segments.conditions[code], reading)
        case OfFacts():
            return Computed(condition)
        case _:
            field = reading.vocabulary.field_by_code[condition.field]
            return (
                _plan_leaf(condition, field, reading) if field.has_bitmap else Computed(condition)
            )


def _plan_all(conditions: tuple[Condition, ...], reading: Reading) -> Plan:
    parts: list[Plan] = []
    but_not: list[Plan] = []
    for condition in conditions:
        part, positive = condition, True
        while isinstance(part, NotOf):
            part, positive = part.not_, not positive
        (parts if positive else but_not).append(_plan(part, reading))
    return _meet(parts, but_not)


def _plan_leaf(leaf: FieldLeaf, field: Field, reading: Reading) -> Plan:
    match leaf:
        case OneOf(in_=values):
            return _join([OfValue(field.code, code) for code in dict.fromkeys(map(_code, values))])
        case HasAll(has_all=values):
            return _meet([OfValue(field.code, code) for code in dict.fromkeys(values)], [])
        case IsKnown(is_known=True):
            return Known(field.code)
        case IsKnown():
            return Meet((ALIVE,), (Known(field.code),))
        case Within() | LastDays() | NextDays():
            return _plan_range(field, range_of(leaf, field.type, reading.as_of))
        case _:
            return Computed(leaf)


def _plan_range(field: Field, wanted: Range) -> Plan:
    low: Plan = Known(field.code)
    if wanted.low is not None:
        low = AtLeast(field.code, _number(field, wanted.low))
    if wanted.high is None:
        return low
    return Meet((low,), (AtLeast(field.code, _number(field, wanted.high)),))


def _meet(parts: list[Plan], but_not: list[Plan]) -> Plan:
    """Return a meet without meets inside, so that all parts can be ordered together."""
    flat: list[Plan] = []
    without = list(but_not)
    for part in parts:
        if isinstance(part, Meet):
            flat += part.parts
            without += part.but_not
        else:
            flat.append(part)
    # Who is joined in “but not” is taken away one by one.
    taken = [
        each for part in without for each in (part.parts if isinstance(part, Join) else [part])
    ]
    kept = tuple(dict.fromkeys(flat)) or (ALIVE,)
    if NOBODY in kept:
        return NOBODY
    return kept[0] if len(kept) == 1 and not taken else Meet(kept, tuple(dict.fromkeys(taken)))


def _join(parts: list[Plan]) -> Plan:
    flat: list[Plan] = []
    for part in parts:
        flat += part.parts if isinstance(part, Join) else [part]
    kept = tuple(dict.fromkeys(flat))
    return kept[0] if len(kept) == 1 else Join(kept)


def _computed(asked: Plan) -> Iterator[FieldLeaf | OfFacts]:
    match asked:
        case Computed(condition=condition):
            yield condition
        case Join(parts=parts):
            for part in parts:
                yield from _computed(part)
        case Meet(parts=parts, but_not=but_not):
            for part in parts + but_not:
                yield from _computed(part)
        case _:
            return


def _code(value: object) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _number(field: Field, edge: int | date | datetime) -> int:
    if field.type is FieldType.DAY:
        assert isinstance(edge, date), f"“{field.code}” is compared with days."
        return (edge - EPOCH).days
    assert isinstance(edge, int), f"“{field.code}” is compared with whole numbers."
    return edge
