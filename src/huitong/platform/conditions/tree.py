"""The condition tree as documents write it: strict, frozen, the same JSON out as in."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    PlainValidator,
    SerializerFunctionWrapHandler,
    StrictBool,
    StrictInt,
    Tag,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from typing_extensions import TypeAliasType

# A field of a domain may stand behind the domain's name: `tags.shoe_size`.
NAME_PATTERN = r"^[a-z][a-z0-9_]{0,49}(\.[a-z][a-z0-9_]{0,49})?$"
# A value is compared as it stands, so nothing invisible may be part of it.
TEXT_PATTERN = r"^[^\x00-\x1f\x7f]{1,200}$"
PARTS_MAX = 200
VALUES_MAX = 1_000
DAYS_MAX = 36_600
ANNIVERSARY_DAYS_MAX = 366
WHOLE_MAX = 10**15
MOMENT_FORM = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?", re.ASCII
)
MOMENT_MIN = datetime(1900, 1, 1, tzinfo=UTC)
MOMENT_MAX = datetime(2200, 1, 1, tzinfo=UTC)

NO_VALUE = "a value is true, false, or a text of 1 to 200 visible characters"
NOT_A_MOMENT = (
    "a day is written as 2026-11-11, an instant as 2026-11-11T20:00:00+08:00, both between 1900"
    " and 2199"
)
NOT_A_BOUND = f"a bound is a whole number of at most 15 digits, a day or an instant; {NOT_A_MOMENT}"


def _moment(value: object) -> date | datetime:
    """Return a day, or an instant that says its offset, from text or from what YAML made of it."""
    said = value
    if isinstance(said, str):
        try:
            said = _day_or_instant(said)
        except ValueError as wrong:
            raise ValueError(NOT_A_MOMENT) from wrong
    if isinstance(said, datetime):
        if said.tzinfo is None or not MOMENT_MIN <= said < MOMENT_MAX:
            raise ValueError(NOT_A_MOMENT)
    elif not isinstance(said, date) or not MOMENT_MIN.date() <= said < MOMENT_MAX.date():
        raise ValueError(NOT_A_MOMENT)
    return said


def _day_or_instant(text: str) -> date | datetime:
    if not MOMENT_FORM.fullmatch(text):
        raise ValueError(NOT_A_MOMENT)
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _said(value: object) -> bool | str:
    """Return a value that a field may have: yes, no or a text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(TEXT_PATTERN, value):
        return value
    raise ValueError(NO_VALUE)


def _bound(value: object) -> int | date | datetime:
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > WHOLE_MAX:
            raise ValueError(NOT_A_BOUND)
        return value
    if isinstance(value, str | date):
        return _moment(value)
    raise ValueError(NOT_A_BOUND)


def _written(value: int | date | datetime) -> int | str:
    return value if isinstance(value, int) else value.isoformat()


_DAY_SCHEMA = {"type": "string", "format": "date"}
_INSTANT_SCHEMA = {"type": "string", "format": "date-time"}

Name: TypeAlias = Annotated[str, Field(pattern=NAME_PATTERN)]
Text: TypeAlias = Annotated[str, Field(pattern=TEXT_PATTERN)]
Said: TypeAlias = Annotated[
    bool | str,
    PlainValidator(_said),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": TEXT_PATTERN}]}),
]
Whole: TypeAlias = Annotated[StrictInt, Field(ge=-WHOLE_MAX, le=WHOLE_MAX)]
Days: TypeAlias = Annotated[StrictInt, Field(ge=1, le=DAYS_MAX)]
Moment: TypeAlias = Annotated[
    date | datetime,
    PlainValidator(_moment),
    PlainSerializer(_written, when_used="json"),
    WithJsonSchema({"anyOf": [_DAY_SCHEMA, _INSTANT_SCHEMA]}),
]
Bound: TypeAlias = Annotated[
    int | date | datetime,
    PlainValidator(_bound),
    PlainSerializer(_written, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "integer"}, _DAY_SCHEMA, _INSTANT_SCHEMA]}),
]


class Node(BaseModel):
    """A place of the tree: unknown words are refused, nothing changes afterwards."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True
    )

    @model_serializer(mode="wrap")
    def _write(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # No word of a condition may be null, so what is None was not said.
        return {word: said for word, said in handler(self).items() if said is not None}


class AllOf(Node):
    """Every part holds; of no parts, everyone."""

    all: Annotated[tuple["Condition", ...], Field(max_length=PARTS_MAX)]


class AnyOf(Node):
    """At least one part holds; of no parts, nobody."""

    any: Annotated[tuple["Condition", ...], Field(max_length=PARTS_MAX)]


class NotOf(Node):
    """The part does not hold, be it that what it asks for is unknown."""

    not_: Annotated["Condition", Field(alias="not")]


class OneOf(Node):
    """The field has one of the values; a field of several values has at least one of them."""

    field: Name
    in_: Annotated[tuple[Said, ...], Field(alias="in", min_length=1, max_length=VALUES_MAX)]


class HasAll(Node):
    """A field of several values has each of these."""

    field: Name
    has_all: Annotated[tuple[Text, ...], Field(min_length=1, max_length=VALUES_MAX)]


class Within(Node):
    """The field is at least one bound, less than the other, or both."""

    field: Name
    at_least: Bound | None = None
    less_than: Bound | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        _refuse_empty(self.at_least, self.less_than, "at_least", "less_than")
        return self


class IsKnown(Node):
    """Something is known of the field, or nothing is."""

    field: Name
    is_known: StrictBool


class LastDays(Node):
    """The day or instant lies in so many whole days that end with today."""

    field: Name
    last_days: Days


class NextDays(Node):
    """The day or instant lies in so many whole days that begin with today."""

    field: Name
    next_days: Days


class Anniversary(Node):
    """Month and day come round in so many days that begin with today, whatever the year.

    29 February comes round on the 28th in years that have no 29th.
    """

    field: Name
    anniversary_in_days: Annotated[StrictInt, Field(ge=1, le=ANNIVERSARY_DAYS_MAX)]


class SumOf(Node):
    """What a field comes to over all facts; of none, 0."""

    sum: Name


class DistinctOf(Node):
    """How many different known values a field has over all facts."""

    distinct: Name


class MaxOf(Node):
    """The greatest known value of a field; of none, unknown."""

    max: Name


Measure: TypeAlias = (
    Literal["count", "days_since_last", "days_since_first"] | SumOf | DistinctOf | MaxOf
)


class OfFacts(Node):
    """A measure over the facts of a customer in a window lies within bounds.

    Without a window all facts until the end of today count; `until` is the first moment that does
    not count any more.
    """

    facts: Name
    where: "Condition | None" = None
    last_days: Days | None = None
    since: Moment | None = None
    until: Moment | None = None
    measure: Measure
    at_least: Whole | None = None
    less_than: Whole | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        _refuse_empty(self.at_least, self.less_than, "at_least", "less_than")
        if self.last_days is not None and (self.since is not None or self.until is not None):
            message = "give either “last_days” or “since” and “until”, not both."
            raise ValueError(message)
        if self.since is not None and self.until is not None:
            _refuse_empty(self.since, self.until, "since", "until")
        return self


class InSegment(Node):
    """The customer is in another segment as it is defined now."""

    segment: Name


FieldLeaf: TypeAlias = OneOf | HasAll | Within | IsKnown | LastDays | NextDays | Anniversary
FIELD_LEAVES = (OneOf, HasAll, Within, IsKnown, LastDays, NextDays, Anniversary)
Leaf: TypeAlias = FieldLeaf | OfFacts | InSegment

# The word by which a document tells which node it writes, the telling ones first.
SHAPES: Mapping[str, type[Node]] = {
    "all": AllOf,
    "any": AnyOf,
    "not": NotOf,
    "facts": OfFacts,
    "segment": InSegment,
}
OPERATORS: Mapping[str, type[Node]] = {
    "in": OneOf,
    "has_all": HasAll,
    "at_least": Within,
    "less_than": Within,
    "is_known": IsKnown,
    "last_days": LastDays,
    "next_days": NextDays,
    "anniversary_in_days": Anniversary,
}


def _shape_of(value: object) -> str | None:
    """Return the name of the class that a document's node wants to be."""
    if isinstance(value, Node):
        return type(value).__name__
    if not isinstance(value, Mapping):
        return None
    words = SHAPES if "field" not in value or SHAPES.keys() & value.keys() else OPERATORS
    return next((shape.__name__ for word, shape in words.items() if word in value), None)


Condition = TypeAliasType(
    "Condition",
    Annotated[
        Annotated[AllOf, Tag("AllOf")]
        | Annotated[AnyOf, Tag("AnyOf")]
        | Annotated[NotOf, Tag("NotOf")]
        | Annotated[OneOf, Tag("OneOf")]
        | Annotated[HasAll, Tag("HasAll")]
        | Annotated[Within, Tag("Within")]
        | Annotated[IsKnown, Tag("IsKnown")]
        | Annotated[LastDays, Tag("LastDays")]
        | Annotated[NextDays, Tag("NextDays")]
        | Annotated[Anniversary, Tag("Anniversary")]
        | Annotated[OfFacts, Tag("OfFacts")]
        | Annotated[InSegment, Tag("InSegment")],
        Discriminator(_shape_of),
    ],
)

for _each in (AllOf, AnyOf, NotOf, OfFacts):
    _each.model_rebuild()


def _refuse_empty(
    low: int | date | None, high: int | date | None, low_word: str, high_word: str
) -> None:
    """Refuse a range without bounds, and one in which nothing can lie."""
    if low is None and high is None:
        message = f"give “{low_word}”, “{high_word}” or both."
        raise ValueError(message)
    if low is None or high is None:
        return
    if isinstance(low, int) != isinstance(high, int):
        message = f"“{low_word}” and “{high_word}” must both be numbers, or both days."
        raise ValueError(message)
    # A day and an instant are compared where the zone is known.
    if type(low) is type(high) and not low < high:  # type: ignore[operator] # same type by now
        message = f"nothing is at least {low} and less than {high}: make “{high_word}” the greater."
        raise ValueError(message)
