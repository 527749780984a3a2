"""The documents of tags: definitions, their values, packs of them; and the refusals."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field, ValidationError, model_validator

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.platform.errors import DomainError, FieldValue, Kind
from huitong.platform.ids import show
from huitong.segments.model.models import Code, ModelDocument, Names, refuse_twice
from huitong.segments.model.tag_expressions import Expression

VALUES_MAX = 5_000
# A mask has 64 bits; the first stays free, as in every numbered field.
MULTI_VALUES_MAX = 63
TAGS_MAX = 500
LOOKUP_MAX = 20_000
PROBLEMS_SHOWN_MAX = 5


# What a saying of a number looks like: it always fits into 64 bits.
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,15}", re.ASCII)
# Columns of the table of tags that no tag may be called by.
RESERVED_CODES = frozenset({"customer_id", "ordinal", "next_turn", "is_gone", "who"})


class TagKind(StrEnum):
    """Where a tag comes from."""

    RULE = "rule"
    STATISTIC = "statistic"
    MODEL = "model"
    MANUAL = "manual"
    IMPORTED = "imported"


class Refresh(StrEnum):
    """When a tag may change: with new facts and days; once a week is refused until it is done."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Sensitivity(StrEnum):
    """Who may see it: everybody with customers, or only who may see sensitive things."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"


class TagValue(ModelDocument):
    """A value of a tag; its number is its place in the list, from 1 on."""

    code: Annotated[str, Field(min_length=1, max_length=100)]
    names: Names


class OpenValues(ModelDocument):
    """The values are whatever the field has; their numbers are given when they are first seen."""

    open: Literal[True]


class NumberValues(ModelDocument):
    """The tag is a whole number of this unit."""

    unit: Literal["fen", "pieces", "days", "points", "basis_points", "times", "score"]


Values: TypeAlias = (
    Annotated[tuple[TagValue, ...], Field(min_length=1, max_length=VALUES_MAX)]
    | OpenValues
    | NumberValues
)


class Tag(ModelDocument):
    """A tag: what people call it, its values, and what they are computed from.

    `window_days` is how far back its primitives look unless they say otherwise.
    """

    code: Code
    names: Names
    meaning: Names
    kind: TagKind
    values: Values
    multi: bool = False
    window_days: Annotated[int, Field(ge=1, le=36_600)] | None = None
    expression: Expression
    refresh: Refresh = Refresh.DAILY
    owner: Annotated[str, Field(min_length=1, max_length=100)] = "operations"
    sensitivity: Sensitivity = Sensitivity.ORDINARY

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.code in RESERVED_CODES:
            message = f"“{self.code}” is a word of the table of tags; call the tag otherwise."
            raise ValueError(message)
        if isinstance(self.values, tuple):
            refuse_twice("value", [value.code for value in self.values])
            if self.multi and len(self.values) > MULTI_VALUES_MAX:
                message = f"A tag of several values has at most {MULTI_VALUES_MAX} of them."
                raise ValueError(message)
        elif self.multi:
            message = "A tag of several values lists them."
            raise ValueError(message)
        by_hand = self.kind in {TagKind.MANUAL, TagKind.IMPORTED}
        if self.refresh is Refresh.WEEKLY:
            message = "Tags that change once a week are not there yet: leave `refresh` out."
            raise ValueError(message)
        if by_hand != (self.expression.primitive == "given"):
            message = "Tags by hand and from files, and they alone, have the expression `given`."
            raise ValueError(message)
        return self

    @property
    def is_number(self) -> bool:
        """Tell whether its values are numbers."""
        return isinstance(self.values, NumberValues)


def is_whole_number(text: str) -> bool:
    """Tell whether a text is a whole number as sayings of a number have it."""
    return WHOLE_NUMBER.fullmatch(text) is not None


class Lookup(ModelDocument):
    """A field made from another: texts become codes; with `contains`, by the first text in it.

    A text of Latin letters is in another as a whole word or its plural. What is in no list becomes
    `other`, or stays unknown.
    """

    field: Code
    source: Code
    contains: bool = False
    codes: Annotated[dict[Code, tuple[str, ...]], Field(min_length=1, max_length=LOOKUP_MAX)]
    other: Code | None = None


class Festival(ModelDocument):
    """Days on which a festival is shopped for, both ends included."""

    code: Code
    days: Annotated[tuple[tuple[date, date], ...], Field(max_length=100)]


class Pack(ModelDocument):
    """Tags that come together, with the fields they are made from."""

    code: Code
    names: Names
    lookups: Annotated[tuple[Lookup, ...], Field(max_length=100)] = ()
    festivals: Annotated[tuple[Festival, ...], Field(max_length=50)] = ()
    tags: Annotated[tuple[Tag, ...], Field(max_length=TAGS_MAX)] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse_twice("tag", [tag.code for tag in self.tags])
        refuse_twice("field", [lookup.field for lookup in self.lookups])
        return self


@dataclass(frozen=True, slots=True)
class TagFault:
    """What is wrong in a document, and where."""

    path: str
    message: str


@dataclass(eq=False)
class TagInvalid(DomainError):
    """A document of tags says something that cannot be computed."""

    code: ClassVar[str] = "segments.tag_invalid"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "{told}"
    told: str
    faults: Sequence[TagFault] = ()

    def facts(self) -> dict[str, FieldValue]:
        """Return the first faults as told, and how many there are."""
        return {"told": self.told, "count": len(self.faults)}

    def places(self) -> Sequence[Mapping[str, str]]:
        """Return every fault at its place."""
        return [{"at": one.path, "reason": one.message} for one in self.faults]

    @classmethod
    def of(cls, faults: Sequence[TagFault]) -> Self:
        """Tell the first faults in one sentence."""
        shown = "; ".join(f"{one.path}: {one.message}" for one in faults[:PROBLEMS_SHOWN_MAX])
        more = len(faults) - PROBLEMS_SHOWN_MAX
        return cls(shown + (f"; and {more} more" if more > 0 else ""), tuple(faults))

    @classmethod
    def of_pydantic(cls, trouble: ValidationError) -> Self:
        """Tell what Pydantic found."""
        return cls.of(
            [
                TagFault(".".join(str(part) for part in error["loc"]) or "document", error["msg"])
                for error in trouble.errors(include_url=False, include_input=False)
            ]
        )


@dataclass(eq=False)
class TagNotFound(DomainError):
    """The brand has no tag of this code."""

    code: ClassVar[str] = "segments.tag_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is no tag “{tag}”: “huitong tags list” shows those there are."
    tag: str


@dataclass(eq=False)
class TagsNotRefreshed(DomainError):
    """No tags of the brand were computed yet."""

    code: ClassVar[str] = "segments.tags_not_refreshed"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "The tags of brand {brand_id} have not been computed yet: run “huitong tags refresh”."
    )
    brand_id: int


@dataclass(eq=False)
class CustomerNotTagged(DomainError):
    """The customer is not in the lake: unknown, merged into another, or erased."""

    code: ClassVar[str] = "segments.customer_not_tagged"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "The lake has no living customer {customer}: check the id, or run “huitong lake refresh”."
    )
    customer: int

    def facts(self) -> dict[str, FieldValue]:
        """Return the customer's id as people see it."""
        return {"customer": show(CUSTOMER_PREFIX, self.customer)}


class RefreshKind(StrEnum):
    """Whether a refresh computed everybody, or only who could have changed."""

    FULL = "full"
    INCREMENTAL = "incremental"


@dataclass(frozen=True, slots=True)
class TagRefresh:
    """A refresh of a brand's tags that was published."""

    version: int
    lake_version: int
    as_of: date
    kind: RefreshKind
    definitions: str
    customers: int
    computed: int
    changed: int
    finished_at: datetime
