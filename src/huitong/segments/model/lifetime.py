"""The document of lifetime value, what was fitted, and why a fit is refused.

Purchases by BG/NBD (Fader, Hardie and Lee 2005), money by Gamma-Gamma (Fader and Hardie 2013). The
parameters of a fit are the only numbers that are not whole; what is told of customers is whole.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, NamedTuple, Self

from pydantic import Field, model_validator

from huitong.platform.errors import DomainError, Kind
from huitong.segments.model.models import Code, ModelDocument, Names
from huitong.segments.model.rfm import RefundHandling

HORIZONS_MAX = 10


class LifetimeModel(ModelDocument):
    """How a brand foresees its customers' purchases; those of one day are one.

    Times are rounded to `grain_days` for the fit and the scores: weeks make ten million customers
    some hundred thousand different histories. `repeat_buyers_min` bought on two days at least.
    """

    code: Code
    names: Names
    refunds: RefundHandling = RefundHandling.NET
    grain_days: Annotated[int, Field(ge=1, le=31)] = 7
    horizons_days: Annotated[
        tuple[Annotated[int, Field(ge=1, le=3_660)], ...],
        Field(min_length=1, max_length=HORIZONS_MAX),
    ] = (90, 365)
    repeat_buyers_min: Annotated[int, Field(ge=30, le=10**7)] = 200

    @model_validator(mode="after")
    def _check(self) -> Self:
        if list(self.horizons_days) != sorted(set(self.horizons_days)):
            message = "Horizons must rise, such as 90, 365."
            raise ValueError(message)
        return self


class PurchaseFit(ModelDocument):
    """BG/NBD as fitted: the rate of purchases (`r`, `alpha` in weeks) and of leaving (`a`, `b`).

    `errors` are the standard errors of the logarithms of r, alpha, a, b.
    """

    r: Annotated[float, Field(gt=0)]
    alpha: Annotated[float, Field(gt=0)]
    a: Annotated[float, Field(gt=0)]
    b: Annotated[float, Field(gt=0)]
    log_likelihood: float
    errors: tuple[float, float, float, float]
    customers: int
    repeat_buyers: int
    different: int


class SpendFit(ModelDocument):
    """Gamma-Gamma as fitted: `p`, `q`, and `v` in yuan; the mean order is `p v / (q - 1)`.

    `correlation` is that of the number of repeat purchases with their mean, which the model takes
    for nothing.
    """

    p: Annotated[float, Field(gt=0)]
    q: Annotated[float, Field(gt=1)]
    v: Annotated[float, Field(gt=0)]
    log_likelihood: float
    buyers: int
    correlation: float


class LifetimeFit(ModelDocument):
    """What was fitted on the purchases up to a day; scores are told from it until it is renewed."""

    model: Code
    until: date
    grain_days: int
    purchases: PurchaseFit
    spend: SpendFit


class CalibrationRow(NamedTuple):
    """Customers who bought again `repeats` to `repeats_to` times before, and then in the hold-out.

    `repeats_to` is `None` where there is no end.
    """

    repeats: int
    repeats_to: int | None
    customers: int
    expected_orders_milli: int
    actual_orders: int
    expected_minor: int
    actual_minor: int


class Foreseen(NamedTuple):
    """What is expected within so many days, in thousandths of an order and in fen."""

    days: int
    orders_milli: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class LifetimeExplanation:
    """A customer's facts and what follows from them.

    The expected order is their own mean, weighing `own_weight_bp`, and that of all customers.
    """

    repeats: int
    first_on: date
    last_on: date
    until: date
    alive_bp: int
    own_order_minor: int | None
    own_weight_bp: int
    mean_order_minor: int
    expected_order_minor: int
    foreseen: tuple[Foreseen, ...]


@dataclass(eq=False)
class LifetimeUnfit(DomainError):
    """The purchases cannot carry a fit."""

    code: ClassVar[str] = "segments.lifetime_unfit"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "“{model}” cannot foresee purchases from these orders: {problem}"
    model: str
    problem: str
