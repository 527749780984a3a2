"""What models answer, in the shape that the command line and HTTP both tell."""

from datetime import date
from typing import Any, Literal

from huitong.segments.model.lifecycle import Cause
from huitong.segments.model.model_versions import ModelKind
from huitong.segments.model.models import ModelDocument, Names
from huitong.segments.model.rfm import RfmThresholds

LeftOut = Literal["not_paid", "closed", "kind", "account", "class", "window", "returned"]


class AnswerOf(ModelDocument):
    """Of which day, lake and version of the document an answer is.

    `fit` is the number of the stored thresholds or parameters, null where none are stored.
    """

    model: str
    as_of: date
    lake_version: int
    model_version: int
    fit: int | None


class Counted(ModelDocument):
    """How many customers have a value."""

    code: str
    names: Names
    customers: int


class SegmentCounted(Counted):
    """How many customers a segment has, and their fen in the window."""

    amount_minor: int


class CellCounted(ModelDocument):
    """How many customers a cell has, and their fen in the window."""

    recency: int
    frequency: int
    monetary: int
    customers: int
    amount_minor: int


class NamingCounted(ModelDocument):
    """The segments of a naming."""

    code: str
    names: Names
    segments: tuple[SegmentCounted, ...]


class RfmAnswer(AnswerOf):
    """The grid, the named segments, and the thresholds they are told by."""

    window_days: int
    customers: int
    buyers: int
    amount_minor: int
    thresholds: RfmThresholds
    cells: tuple[CellCounted, ...]
    namings: tuple[NamingCounted, ...]


class LifecycleAnswer(AnswerOf):
    """How many customers are in each state; `nobody_yet` are in none."""

    states: tuple[Counted, ...]
    nobody_yet: int


class StateStock(ModelDocument):
    """How many customers were in a state at the beginning and the end, and what came and went."""

    code: str
    names: Names
    at_since: int
    entered: int
    left: int
    at_until: int


class StateChanged(ModelDocument):
    """How often a state became another one, for which cause; null is in no state yet."""

    before: str | None
    after: str
    cause: Cause
    times: int


class StatePassed(ModelDocument):
    """How many customers were in one state at the beginning and in another one at the end."""

    before: str | None
    after: str | None
    customers: int


class LifecycleFlows(AnswerOf):
    """How customers passed between states from the day `since` on and before the day `until`.

    What is told at a day is how it stood before anything of that day happened. A customer may
    change several times; `passed` tells each once, by the two ends.
    """

    since: date
    until: date
    states: tuple[StateStock, ...]
    changes: tuple[StateChanged, ...]
    passed: tuple[StatePassed, ...]


class HorizonCounted(ModelDocument):
    """What is expected of all customers within so many days: thousandths of orders, fen."""

    days: int
    orders_milli: int
    value_minor: int


class LifetimeAnswer(AnswerOf):
    """What is expected of all who ever bought; `alive` is how many of them still are customers."""

    buyers: int
    alive: int
    horizons: tuple[HorizonCounted, ...]
    fitted: dict[str, Any]


class WeightedAnswer(AnswerOf):
    """How many customers are in each band, by the tags of a version of the bitmaps.

    Of `unknown` no input is known.
    """

    bitmap_version: int
    bands: tuple[Counted, ...]
    unknown: int


class BandPreviewed(Counted):
    """How many customers a band would have, and how many the band of this code has now."""

    at_least: int
    customers_now: int | None


class BandMove(ModelDocument):
    """Customers who would change from one band to another, some of them by id.

    Null is no score.
    """

    before: str | None
    after: str | None
    customers: int
    such_as: tuple[str, ...]


class WeightedPreview(ModelDocument):
    """What a document of a score would come to, without putting it into effect.

    `scores` has a place for each score from 0 to 100. What is now is of the last refresh, by the
    version `compared_with` of the document; null where there was none.
    """

    model: str
    bitmap_version: int
    compared_with: int | None
    scores: tuple[int, ...]
    bands: tuple[BandPreviewed, ...]
    unknown: int
    unknown_now: int | None
    moves: tuple[BandMove, ...]


ModelAnswer = RfmAnswer | LifecycleAnswer | LifetimeAnswer | WeightedAnswer


class OrderAnswer(ModelDocument):
    """An order and whether it counted; `left_out` says why not."""

    order_no: str
    day: date
    paid_minor: int
    refunded_minor: int
    counted: bool
    left_out: LeftOut | None


class WhyOf(AnswerOf):
    """Why a customer stands where; `customer` is who they are today, over merges."""

    customer: str
    orders: tuple[OrderAnswer, ...]


class AxisAnswer(ModelDocument):
    """A value on an axis, its score, the border it reached and the next one's."""

    axis: Literal["recency_days", "orders", "amount_minor"]
    value: int
    score: int
    reached_at: int | None
    next_at: int | None


class NamedSegment(ModelDocument):
    """What a naming calls a customer."""

    naming: str
    code: str
    names: Names


class RfmWhy(WhyOf):
    """Why a customer has these scores; no axes of who did not buy in the window."""

    window_days: int
    thresholds: RfmThresholds
    axes: tuple[AxisAnswer, ...]
    segments: tuple[NamedSegment, ...]


class StateEntered(ModelDocument):
    """A state that a customer entered, from which day on, out of which one, and why."""

    on: date
    state: str
    names: Names
    before: str | None
    cause: str


class LifecycleWhy(WhyOf):
    """A customer's way through the states, and what silence will do on which day."""

    state: str | None
    since: date | None
    history: tuple[StateEntered, ...]
    next_state: str | None
    next_names: Names | None
    next_on: date | None


class LifetimeWhy(WhyOf):
    """What is expected of a customer and from which facts; all null of who never bought."""

    repeats: int | None
    first_on: date | None
    last_on: date | None
    alive_bp: int | None
    own_order_minor: int | None
    own_weight_bp: int | None
    mean_order_minor: int | None
    expected_order_minor: int | None
    horizons: tuple[HorizonCounted, ...]


class ValueTold(ModelDocument):
    """A value of a tag that a customer has."""

    code: str
    names: Names


class TermWhy(ModelDocument):
    """What one input gave: a number or values (none of either: unknown), points, and weight."""

    input: str
    names: Names
    number: int | None
    values: tuple[ValueTold, ...]
    points: int
    weight: int


class DimensionWhy(ModelDocument):
    """What one side of a score came to, in hundredths of a point."""

    code: str
    names: Names
    weight: int
    score_hundredths: int
    terms: tuple[TermWhy, ...]


class WeightedWhy(AnswerOf):
    """How a customer's score comes about by the tags as they are; all null of no known input.

    `published_score` is that of the last refresh, which an audience finds.
    """

    customer: str
    bitmap_version: int
    score: int | None
    band: str | None
    names: Names | None
    published_score: int | None
    dimensions: tuple[DimensionWhy, ...]


ModelWhy = RfmWhy | LifecycleWhy | LifetimeWhy | WeightedWhy


class CalibrationAnswer(ModelDocument):
    """Customers who had bought again so many times before, and what they then did."""

    repeats: int
    repeats_to: int | None
    customers: int
    expected_orders_milli: int
    actual_orders: int
    expected_minor: int
    actual_minor: int


class ModelListed(ModelDocument):
    """A model as in effect, how it was fitted, and its last refresh."""

    code: str
    kind: ModelKind
    names: Names
    version: int
    fit: int | None
    fitted_on: date | None
    refresh: int | None
    as_of: date | None
    lake_version: int | None
    evaluated: int | None
    is_full: bool | None
