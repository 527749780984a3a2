"""The policy of an identity domain: one document that says what each kind of identifier may do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from huitong.channels.model import IdentifierKind
from huitong.identity.model.people import Strength
from huitong.platform.errors import DomainError, Kind

PATTERN_LENGTH_MAX = 200
PATTERNS_MAX = 100
BLOCKED_VALUES_MAX = 10_000
DAYS_MAX = 36_500


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as wrong:
        message = f"“{text}” is not a regular expression: {wrong}"
        raise ValueError(message) from None
    return text


Value: TypeAlias = Annotated[str, Field(min_length=1, max_length=PATTERN_LENGTH_MAX)]
Pattern: TypeAlias = Annotated[Value, AfterValidator(_pattern)]
Days: TypeAlias = Annotated[int, Field(ge=1, le=DAYS_MAX)]
Count: TypeAlias = Annotated[int, Field(ge=1)]


class KindRules(BaseModel):
    """What identifiers of one kind may do; null means no limit.

    A person has at most `living_max` living ones of the kind and a scope: ever, or told within
    `living_days` of each other where these are given. One that was told with
    more than `neighbours_max` identifiers of the kinds `anchors` within `window_days` is shared. A
    silence of more than `expires_after_days` with other neighbours before and after it means that
    somebody else has it now. Values are compared in their normal form: `+8613800138000`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verified: Strength = Strength.PROVES
    unverified: Strength = Strength.PROVES
    living_max: Count | None = None
    living_days: Annotated[int, Field(ge=0, le=DAYS_MAX)] | None = None
    neighbours_max: Count | None = None
    window_days: Days = 365
    anchors: frozenset[IdentifierKind] = frozenset(IdentifierKind)
    expires_after_days: Days | None = None
    priority: Annotated[int, Field(ge=0, le=1_000)] = 5
    blocked_values: Annotated[frozenset[Value], Field(max_length=BLOCKED_VALUES_MAX)] = frozenset()
    blocked_patterns: Annotated[tuple[Pattern, ...], Field(max_length=PATTERNS_MAX)] = ()
    virtual: Strength = Strength.SUGGESTS
    virtual_prefixes: Annotated[tuple[Value, ...], Field(max_length=PATTERNS_MAX)] = ()


class PolicyDocument(BaseModel):
    """The rules of every kind, and how many identifiers one person has at most.

    A kind that the document does not name keeps the rules that the platform brings along.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_identifiers_max: Count | None = None
    kinds: Mapping[IdentifierKind, KindRules] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy that was put into effect; version 0 is what the platform brings along."""

    version: int
    document: PolicyDocument
    digest: str
    actor: str
    reason: str
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Weighing:
    """What came of weighing some persons anew.

    `left` counts identifiers that hang together with more than one transaction weighs; they stay as
    they are until the one that glues them is taken out.
    """

    has_changed: bool
    left: int


@dataclass(eq=False)
class PolicyChanged(DomainError):
    """Somebody else changed the policy meanwhile."""

    code: ClassVar[str] = "identity.policy_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The policy is at version {version} and not at {expected}: read it again, then change it."
    )
    version: int
    expected: int


@dataclass(eq=False)
class PreviewNotDone(DomainError):
    """The job of a preview has not come to its end, or never will."""

    code: ClassVar[str] = "identity.preview_not_done"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The preview is {state}: wait for it, or ask for it again where it failed."
    )
    state: str
