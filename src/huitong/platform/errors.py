"""Refusals as values and as exceptions: one shape from the ledger to the HTTP answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import ClassVar, Generic, TypeAlias, TypeVar

Value_co = TypeVar("Value_co", covariant=True)


class Kind(StrEnum):
    """The seven ways in which the platform says no; `platform/http.py` alone maps them to HTTP."""

    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    BUSY = "busy"
    UPSTREAM = "upstream"


FieldValue: TypeAlias = str | int | bool | None


@dataclass(eq=False)
class DomainError(Exception):
    """An expected refusal: a stable code, a kind, and the facts a person needs to act on it.

    A subclass sets `code`, `kind` and `sentence`; its dataclass fields fill the sentence.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind]
    sentence: ClassVar[str]

    def __str__(self) -> str:
        """Return the sentence with its facts filled in."""
        return self.sentence.format(**self.facts())

    def facts(self) -> dict[str, FieldValue]:
        """Return the structured fields of the refusal by name."""
        return {known.name: getattr(self, known.name) for known in fields(self)}

    def places(self) -> Sequence[Mapping[str, str]]:
        """Return single faults by `at`, their place, and `reason`; most refusals are one fault."""
        return ()

    def as_refused(self) -> "Refused":
        """Return the refusal as one item's result in a batch."""
        return Refused(code=self.code, reason=str(self), facts=self.facts())


@dataclass(frozen=True, slots=True)
class Ok(Generic[Value_co]):
    """One item of a batch was done; `value` is what came of it."""

    value: Value_co


@dataclass(frozen=True, slots=True)
class Refused:
    """One item of a batch was refused; `reason` is a sentence with the remedy in it."""

    code: str
    reason: str
    facts: Mapping[str, FieldValue] = field(default_factory=dict)


Result: TypeAlias = Ok[Value_co] | Refused
