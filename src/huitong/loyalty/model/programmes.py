"""The programme document, and what loyalty keeps of each order and each customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, LiteralString, NamedTuple, NoReturn, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from huitong.channels.model import OrderKind
from huitong.customers.model import Classed
from huitong.platform.errors import DomainError, Kind

CODE_PATTERN = r"^[a-z][a-z0-9_]{0,49}$"
RULES_MAX = 200
TIERS_MAX = 30
POINTS_MAX = 10**12

Code: TypeAlias = Annotated[str, Field(pattern=CODE_PATTERN)]
Points: TypeAlias = Annotated[int, Field(ge=0, le=POINTS_MAX)]
CategoryPath: TypeAlias = Annotated[tuple[str, ...], Field(min_length=1)]


class Asset(StrEnum):
    """What an earning rule gives: points are spent, growth decides the tier."""

    POINTS = "points"
    GROWTH = "growth"

    def of_brand(self, brand_id: int) -> str:
        """Return the ledger's name of this asset in one brand."""
        return f"{self}:{brand_id}"


class EarningBase(StrEnum):
    """What of a line earns: what the buyer paid, or what the merchant receives in the end."""

    BUYER_PAID = "buyer_paid"
    MERCHANT_RECEIVES = "merchant_receives"


class ClawBackPolicy(StrEnum):
    """How much a return takes back.

    `by_value`: the share of the grant that the returned value is of the earning value.
    `by_line`: the difference to what the lines that stay would have earned.
    """

    BY_VALUE = "by_value"
    BY_LINE = "by_line"


class ExpiryRounding(StrEnum):
    """When points of a month die: on their own day, or together at the end of the month."""

    DAY = "day"
    MONTH_END = "month_end"


class DowngradePolicy(StrEnum):
    """What a refund does to a tier whose growth is no longer there."""

    AT_ONCE = "at_once"
    KEEP = "keep"


class Document(BaseModel):
    """A piece of the programme document: unknown words are refused, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(Document):
    """What people call it, in Chinese and in English."""

    zh: Annotated[str, Field(min_length=1, max_length=100)]
    en: Annotated[str, Field(min_length=1, max_length=100)]


class ItemFilter(Document):
    """Which items a rule is about; an empty filter is about all of them.

    A category matches by its path from the top (“women / shoes” holds all shoes below it). With
    `except_for` the filter holds everything else.
    """

    categories: Annotated[tuple[CategoryPath, ...], Field(max_length=500)] = ()
    skus: Annotated[tuple[str, ...], Field(max_length=5_000)] = ()
    except_for: bool = False

    def is_empty(self) -> bool:
        """Tell whether the filter holds every item."""
        return not self.categories and not self.skus


class Caps(Document):
    """The most a rule gives; a day and a month are the brand's own."""

    per_order: Points | None = None
    per_day: Points | None = None
    per_month: Points | None = None


class Weekday(StrEnum):
    """A day of the week, in the brand's zone."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Days(Document):
    """On which days an order earns by a rule, as ordered in the brand's zone; empty is on all.

    `first_on` and `last_on` are both included.
    """

    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    first_on: date | None = None
    last_on: date | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.first_on and self.last_on and self.last_on < self.first_on:
            told = {"first": str(self.first_on), "last": str(self.last_on)}
            _refuse(
                "days_backwards", "The last day {last} lies before the first day {first}.", told
            )
        return self

    def hold(self, day: date) -> bool:
        """Tell whether a day of the brand is one of them."""
        if self.weekdays and tuple(Weekday)[day.weekday()] not in self.weekdays:
            return False
        return (self.first_on or day) <= day <= (self.last_on or day)


class EarningRule(Document):
    """One way to earn: so many points for each full amount, or a fixed bonus for a line.

    `points` are given for every `per_minor` fen of the base, rounded down once per order
    (`rounding` line: once per line). Without `per_minor`, `points` are given once for each order
    line that the filter holds.
    """

    code: Code
    names: Names
    asset: Asset = Asset.POINTS
    points: Annotated[int, Field(ge=1, le=10**9)]
    per_minor: Annotated[int, Field(ge=1, le=10**12)] | None = None
    items: ItemFilter = ItemFilter()
    days: Days = Days()
    order_discounts_reduce: bool = True
    caps: Caps = Caps()
    except_kinds: tuple[OrderKind, ...] = (OrderKind.RECHARGE,)
    # A purchase of staff, of a reseller, a brushed or a bulk one earns nothing unless a rule says
    # so: who is classified at all is classified in order to be treated otherwise.
    except_classes: tuple[Classed, ...] = tuple(Classed)


class ReturnWindow(Document):
    """How long after completion value stays pending; the first window that fits decides.

    `from_payment` starts the clock when the goods were paid, as at a till.
    """

    platform: str | None = None
    order_kind: OrderKind | None = None
    days: Annotated[int, Field(ge=0, le=366)]
    from_payment: bool = False


class Expiry(Document):
    """How long active points live: whole months to the end of their last day; none is for ever."""

    months: Annotated[int, Field(ge=0, le=1200)]
    rounding: ExpiryRounding = ExpiryRounding.DAY


class Tier(Document):
    """A step of the growth tier system, reached at `growth` growth value."""

    code: Code
    names: Names
    growth: Points


class WelcomeGift(Document):
    """Points for becoming a member, once for each person and brand."""

    points: Annotated[int, Field(ge=1, le=10**9)]


class DocumentGift(Document):
    """Points for a document that was looked at and found good, at most `most` times a member."""

    kind: Code
    points: Annotated[int, Field(ge=1, le=10**9)]
    most: Annotated[int, Field(ge=1, le=100)] = 1


class SurplusGifts(StrEnum):
    """What becomes of the second welcome gift of two members who turn out to be one."""

    CLAW_BACK = "claw_back"
    KEEP = "keep"


class Programme(Document):
    """What a brand promises its members: one versioned, effective-dated document."""

    names: Names
    base: EarningBase = EarningBase.BUYER_PAID
    stored_bonus_earns: bool = True
    rules: Annotated[tuple[EarningRule, ...], Field(max_length=RULES_MAX)]
    return_windows: Annotated[tuple[ReturnWindow, ...], Field(max_length=500)] = (
        ReturnWindow(platform="pos", days=0, from_payment=True),
        ReturnWindow(days=7),
    )
    claw_back: ClawBackPolicy = ClawBackPolicy.BY_VALUE
    expiry: Expiry | None = None
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=TIERS_MAX)]
    downgrade: DowngradePolicy = DowngradePolicy.AT_ONCE
    # An order made before enrolment still earns when it is at most this old.
    earn_before_enrolment_days: Annotated[int, Field(ge=0, le=366)] = 0

    welcome: WelcomeGift | None = None
    document_gifts: Annotated[tuple[DocumentGift, ...], Field(max_length=100)] = ()
    surplus_gifts: SurplusGifts = SurplusGifts.CLAW_BACK

    @model_validator(mode="after")
    def _check(self) -> Self:
        _refuse_twice("rule", [rule.code for rule in self.rules])
        _refuse_twice("document gift", [gift.kind for gift in self.document_gifts])
        _refuse_twice("tier", [tier.code for tier in self.tiers])
        growths = [tier.growth for tier in self.tiers]
        if growths[0] != 0:
            _refuse(
                "first_tier",
                "The first tier must be reached at growth 0, so that every member has one.",
            )
        if growths != sorted(set(growths)):
            _refuse(
                "tiers_rise",
                "Tiers must stand in rising order of growth, each above the one before.",
            )
        if not any(window.platform is None and window.order_kind is None
                   for window in self.return_windows):  # fmt: skip
            _refuse(
                "window_for_all",
                "The last return window must fit every order: give no platform and no kind.",
            )
        return self


def _refuse(
    code: LiteralString, sentence: LiteralString, told: Mapping[str, object] | None = None
) -> NoReturn:
    """Refuse a document with a complaint whose code `rules/placing.py` knows in words."""
    raise PydanticCustomError(code, sentence, None if told is None else {**told})


def _refuse_twice(noun: str, codes: list[str]) -> None:
    for code in codes:
        if codes.count(code) > 1:
            _refuse(
                "code_twice",
                "The {noun} “{code}” is there twice; a code names one {noun}.",
                {"noun": noun, "code": code},
            )


@dataclass(frozen=True, slots=True)
class Version:
    """A programme as it took effect for a brand."""

    brand_id: int
    version: int
    effective_from: datetime
    programme: Programme


class RuleShare(NamedTuple):
    """What one rule gave of a grant, and the base it gave it for: the “why”."""

    rule: str
    base_minor: int
    amount: int
    capped_by: str | None = None


class Position(NamedTuple):
    """What an order has granted of one asset so far, what of it was taken back, and why.

    `earned` is what it earns while nothing has come back; `frozen` is held in an open dispute.
    """

    order_id: int
    asset: Asset
    customer_id: int
    earned: int
    granted: int
    clawed: int
    frozen: int
    frozen_revision: int
    revision: int
    programme_version: int
    activates_at: datetime | None
    shares: tuple[RuleShare, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer's tier and since when."""

    customer_id: int
    brand_id: int
    tier: str
    since: datetime


@dataclass(frozen=True, slots=True)
class TierExplanation:
    """Why a member has this tier, and what reaches the next one."""

    tier: str
    names: Names
    growth: int
    since: datetime
    reached_at_growth: int
    next_tier: str | None
    next_names: Names | None
    growth_missing: int
    pending_growth: int


@dataclass(eq=False)
class ProgrammeNotFound(DomainError):
    """The brand has no programme at that time."""

    code: ClassVar[str] = "loyalty.programme_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "Brand {brand} has no programme; apply one with `huitong programme apply FILE`."
    )
    brand: str


@dataclass(eq=False)
class ProgrammeInvalid(DomainError):
    """The programme document cannot be read."""

    code: ClassVar[str] = "loyalty.programme_invalid"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The programme cannot take effect: {problems}"
    problems: str


@dataclass(eq=False)
class ProgrammeChanged(DomainError):
    """Somebody else changed the programme since it was read."""

    code: ClassVar[str] = "loyalty.programme_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The programme is at version {version} now and your change was made on {expected};"
        " read it again and repeat the change."
    )
    version: int
    expected: int


@dataclass(eq=False)
class ProgrammeInstantTaken(DomainError):
    """Another version takes effect at the very same instant."""

    code: ClassVar[str] = "loyalty.programme_instant_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Version {version} takes effect at {effective_from} already; choose another instant."
    )
    version: int
    effective_from: str
