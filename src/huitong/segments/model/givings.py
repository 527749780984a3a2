"""Why a tag is not said of somebody by hand or from a file."""

from dataclasses import dataclass
from typing import ClassVar

from huitong.platform.errors import DomainError, Kind


@dataclass(eq=False)
class GivenEndsBefore(DomainError):
    """What is said would end before it begins."""

    code: ClassVar[str] = "segments.given_ends_before"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "It would end before it begins: {until} is not after today."
    until: str


@dataclass(eq=False)
class TagIsComputed(DomainError):
    """The tag is worked out from data, so nobody says it."""

    code: ClassVar[str] = "segments.tag_computed"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "“{tag}” is computed; only tags by hand and from files are given."
    tag: str


@dataclass(eq=False)
class GivenNumberUnfit(DomainError):
    """The tag holds whole numbers, and this is none."""

    code: ClassVar[str] = "segments.number_unfit"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "“{value}” does not fit: a whole number of at most 15 digits is needed."
    )
    value: str


@dataclass(eq=False)
class GivenValueUnfit(DomainError):
    """The tag has no such value."""

    code: ClassVar[str] = "segments.value_unfit"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "“{tag}” has no value “{value}”; it has {values}."
    tag: str
    value: str
    values: str


@dataclass(eq=False)
class GivenToStranger(DomainError):
    """The brand has no such customer."""

    code: ClassVar[str] = "segments.customer_not_of_brand"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "The brand has no customer {customer}: check the id, and of which brand it is."
    )
    customer: str


@dataclass(eq=False)
class GivenToErased(DomainError):
    """The person behind the customer was erased."""

    code: ClassVar[str] = "segments.customer_erased"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Customer {customer} was erased: nothing can be said of them any more."
    )
    customer: str


@dataclass(eq=False)
class GivenToMerged(DomainError):
    """The customer is somebody else's record today."""

    code: ClassVar[str] = "segments.customer_merged"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Customer {customer} was merged into {merged_into}: say it of {merged_into}."
    )
    customer: str
    merged_into: str
