"""What conditions may speak of: typed fields and facts, their names, and where they are kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from huitong.platform.conditions.tree import Condition

Value: TypeAlias = bool | str | int | date | datetime | frozenset[str]
Fact: TypeAlias = Mapping[str, Value | None]

# One bit for each value of a mask in a signed number of 64 bits.
MASK_VALUES_MAX = 63


class Language(StrEnum):
    """The languages in which conditions are told."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Names:
    """What people call it, in Chinese and in English."""

    zh: str
    en: str

    def told(self, language: Language) -> str:
        """Return the name in a language."""
        return self.zh if language is Language.ZH else self.en


class FieldType(StrEnum):
    """What a field holds. All numbers are whole; `codes` is a set of codes, empty when unknown."""

    BOOL = "bool"
    CODE = "code"
    CODES = "codes"
    INTEGER = "integer"
    DAY = "day"
    INSTANT = "instant"
    TEXT = "text"


class Unit(StrEnum):
    """What an integer counts."""

    FEN = "fen"
    POINTS = "points"
    DAYS = "days"
    PIECES = "pieces"
    BASIS_POINTS = "basis_points"


class Stored(StrEnum):
    """How a column holds codes.

    `plain`: text, or a list of text. `numbered`: the place of the code among the field's values,
    from 1 on, 0 for unknown; of several codes a mask whose lowest bit is the first value.
    """

    PLAIN = "plain"
    NUMBERED = "numbered"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value a field may have, and what people call it."""

    code: str
    names: Names


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view, and the column that says whose a row is."""

    name: str
    customer: str = "customer_id"


@dataclass(frozen=True, slots=True)
class Population:
    """The relation with one row for each customer; `alive` is a column that is true of the living.

    Who was merged away or erased is not alive.
    """

    relation: Relation
    alive: str


@dataclass(frozen=True, slots=True)
class Column:
    """Where SQL finds a field: a relation with at most one row for each customer, and a column.

    Booleans are BOOLEAN, integers BIGINT, days DATE, instants TIMESTAMPTZ, texts VARCHAR. Fields of
    a fact stand in the relation of the fact.
    """

    relation: Relation
    name: str
    stored: Stored = Stored.PLAIN


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a customer or of a fact.

    The name of a boolean reads after 是 and after “is”. `has_bitmap` says that the sets of its
    values, or of its numbers, are kept ready.
    """

    code: str
    type: FieldType
    names: Names
    column: Column
    unit: Unit | None = None
    values: tuple[Labelled, ...] = ()
    has_bitmap: bool = False

    def __post_init__(self) -> None:
        """Hold what registration must get right."""
        codes = [value.code for value in self.values]
        with_codes = self.type in {FieldType.CODE, FieldType.CODES}
        assert with_codes == bool(codes), f"{self.code}: codes, and they alone, list their values."
        assert len(set(codes)) == len(codes), f"{self.code}: each value is listed once."
        assert self.unit is None or self.type is FieldType.INTEGER, f"{self.code}: no number."
        if self.column.stored is Stored.NUMBERED:
            assert with_codes, f"{self.code}: only codes are numbered."
            fits = self.type is FieldType.CODE or len(codes) <= MASK_VALUES_MAX
            assert fits, f"{self.code}: a mask has room for {MASK_VALUES_MAX} values."
        without = {FieldType.TEXT, FieldType.INSTANT}
        assert not (self.has_bitmap and self.type in without), f"{self.code}: has no sets."

    def place_of(self, code: str) -> int:
        """Return the place of a code among the values, from 1 on."""
        return next(n for n, value in enumerate(self.values, start=1) if value.code == code)

    def label_of(self, code: str, language: Language) -> str:
        """Return what people call a value; a text is its own label."""
        found = (value.names.told(language) for value in self.values if value.code == code)
        return next(found, code)


@dataclass(frozen=True, slots=True)
class Counter:
    """The word that follows a number of facts: 次, time, times."""

    zh: str
    one: str
    many: str


TIMES = Counter("次", "time", "times")


@dataclass(frozen=True)
class FactKind:
    """Something that happens to customers again and again: a row each, with its own fields.

    `time` is a day or an instant among `fields`. `verb` is what the customer did: 下单, “ordered”.
    """

    code: str
    names: Names
    verb: Names
    relation: Relation
    time: str
    fields: tuple[Field, ...]
    counter: Counter = TIMES

    def __post_init__(self) -> None:
        """Hold what registration must get right."""
        _refuse_twice(each.code for each in self.fields)
        assert self.time_field.type in {FieldType.DAY, FieldType.INSTANT}, f"{self.code}: no time."
        strays = [each.code for each in self.fields if each.column.relation != self.relation]
        assert not strays, f"{self.code}: {strays} stand in another relation."

    @cached_property
    def time_field(self) -> Field:
        """Return the field that says when it happened."""
        return self.by_code[self.time]

    @cached_property
    def by_code(self) -> Mapping[str, Field]:
        """Return the fields by their codes."""
        return {each.code: each for each in self.fields}


@dataclass(frozen=True)
class Vocabulary:
    """All that conditions of a brand may speak of; domains bring theirs, `with_more` joins them."""

    population: Population
    fields: tuple[Field, ...] = ()
    facts: tuple[FactKind, ...] = ()

    def __post_init__(self) -> None:
        """Hold what registration must get right."""
        _refuse_twice(each.code for each in self.fields)
        _refuse_twice(each.code for each in self.facts)

    @cached_property
    def field_by_code(self) -> Mapping[str, Field]:
        """Return the fields by their codes."""
        return {each.code: each for each in self.fields}

    @cached_property
    def fact_by_code(self) -> Mapping[str, FactKind]:
        """Return the kinds of facts by their codes."""
        return {each.code: each for each in self.facts}

    def with_more(
        self, *, fields: tuple[Field, ...] = (), facts: tuple[FactKind, ...] = ()
    ) -> "Vocabulary":
        """Return a vocabulary that speaks of these too."""
        return Vocabulary(self.population, self.fields + fields, self.facts + facts)


@dataclass(frozen=True)
class Definitions:
    """The segments that a condition may name: their conditions, checked before, and their names."""

    conditions: Mapping[str, Condition] = field(default_factory=dict)
    names: Mapping[str, Names] = field(default_factory=dict)


NO_SEGMENTS = Definitions()


def _refuse_twice(codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        assert code not in seen, f"“{code}” is registered twice; a code means one thing."
        seen.add(code)
