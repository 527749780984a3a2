"""Points that somebody gives or takes by hand, with a reason, and what refuses it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from huitong.platform.errors import DomainError, Kind

ADJUSTMENT = "adjustment"
ADJUSTMENT_REVERSED = "adjustment_reversed"
# What one operation may move: by whoever may adjust at all, and with an approver's permission.
ADJUSTMENT_POINTS_MAX = 5_000
ADJUSTMENT_LARGE_POINTS_MAX = 1_000_000
# What may be moved in 24 hours without an approver's permission: of one member, by whomever, and by
# one hand. Small steps are no way around the limit of one operation.
ADJUSTMENT_MEMBER_POINTS_MAX = 5_000
ADJUSTMENT_HAND_POINTS_MAX = 20_000
ADJUSTMENT_SPAN = timedelta(hours=24)
ADJUSTMENT_REASON_LENGTH_MAX = 200


class AdjustmentReason(StrEnum):
    """Why points are moved by hand."""

    GOODWILL = "goodwill"
    MISSING_ORDER = "missing_order"
    CORRECTION = "correction"
    PROMOTION = "promotion"
    MISUSE = "misuse"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points to give (above zero) or take (below zero), once for the key, and why.

    With `as_far_as_there` no more is taken than can be spent, instead of a refusal.
    """

    key: str
    customer_id: int
    points: int
    reason: AdjustmentReason
    note: str
    actor: str
    may_large: bool = False
    as_far_as_there: bool = False


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What an adjustment did; `replayed` when an earlier call under its key had done it."""

    operation_id: int
    customer_id: int
    brand_id: int
    points: int
    replayed: bool


@dataclass(eq=False)
class AdjustmentTooLarge(DomainError):
    """One operation would move more than the caller may."""

    code: ClassVar[str] = "loyalty.adjustment_too_large"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "{points} points at once are too many: you may move {points_max}. Ask somebody who may"
        " adjust large amounts (“points.adjust_large”)."
    )
    points: int
    points_max: int


@dataclass(eq=False)
class MemberAdjustedEnough(DomainError):
    """As many points of a member were moved as a day allows."""

    code: ClassVar[str] = "loyalty.member_adjusted_enough"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "In 24 hours {points_max} points of one member may be moved by hand, and {left} of these"
        " are left: move no more than that, or ask somebody who may adjust large amounts"
        " (“points.adjust_large”)."
    )
    left: int
    points_max: int = ADJUSTMENT_MEMBER_POINTS_MAX


@dataclass(eq=False)
class AdjustedEnough(DomainError):
    """Somebody moved as many points as a day allows."""

    code: ClassVar[str] = "loyalty.adjusted_enough"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "In 24 hours you may move {points_max} points by hand, and {left} of these are left: move"
        " no more than that, or ask somebody who may adjust large amounts (“points.adjust_large”)."
    )
    left: int
    points_max: int = ADJUSTMENT_HAND_POINTS_MAX


@dataclass(eq=False)
class AdjustmentOfNothing(DomainError):
    """Zero points are neither given nor taken."""

    code: ClassVar[str] = "loyalty.adjustment_of_nothing"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "Say how many points are given (above zero) or taken (below zero)."


@dataclass(eq=False)
class NotEnoughPoints(DomainError):
    """More would be taken than can be spent."""

    code: ClassVar[str] = "loyalty.not_enough_points"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "{asked} points were to be taken and {spendable} can be: take those, or say that only what"
        " is there shall be taken."
    )
    asked: int
    spendable: int


@dataclass(eq=False)
class NotAMember(DomainError):
    """Only members have points."""

    code: ClassVar[str] = "loyalty.not_a_member"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "{customer} is no member of the brand: there are no points to move."
    customer: str


@dataclass(eq=False)
class AdjustmentKeyTaken(DomainError):
    """The key belongs to another adjustment."""

    code: ClassVar[str] = "loyalty.adjustment_key_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The key was already used for another adjustment of {points} points: repeat that one"
        " exactly, or take a new key."
    )
    points: int


@dataclass(eq=False)
class NoSuchAdjustment(DomainError):
    """The member has no such adjustment by hand."""

    code: ClassVar[str] = "loyalty.no_such_adjustment"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "{operation} is no adjustment by hand of this member: the history of points shows them."
    )
    operation: str


@dataclass(eq=False)
class AdjustmentReversed(DomainError):
    """The adjustment was undone before."""

    code: ClassVar[str] = "loyalty.adjustment_reversed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "{operation} was undone before; the history of points shows by whom."
    operation: str


@dataclass(eq=False)
class AdjustmentUsed(DomainError):
    """What the adjustment gave was spent meanwhile."""

    code: ClassVar[str] = "loyalty.adjustment_used"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Of the {granted} points that were given {left} are left: take those by hand instead."
    )
    granted: int
    left: int
