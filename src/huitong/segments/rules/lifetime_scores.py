"""The lifetime model as a whole: fitted, scored for all, explained for one, calibrated."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huitong.segments.model.lifetime import (
    CalibrationRow,
    Foreseen,
    LifetimeExplanation,
    LifetimeFit,
    LifetimeModel,
    LifetimeUnfit,
)
from huitong.segments.model.models import Names
from huitong.segments.rules.lifetime import (
    DAYS_A_WEEK,
    Amounts,
    Buying,
    Counts,
    Folded,
    fold,
    summarise,
)
from huitong.segments.rules.lifetime_purchases import alive, expected_orders, fit_purchases
from huitong.segments.rules.lifetime_spend import (
    expected_order,
    fit_spend,
    own_weight,
)
from huitong.segments.rules.rfm import NEVER, Purchases, day_number

Flags: TypeAlias = NDArray[np.bool_]

BASIS_POINTS: Final = 10_000
MILLI: Final = 1_000
REPEATS_SHOWN_MAX: Final = 7


class LifetimeScores(NamedTuple):
    """What is expected of each customer; all 0 where `is_known` is not, who never bought.

    Alive in hundredths of a per cent; a column for each horizon of the model, with orders in
    thousandths and their value in fen, not discounted. Rounded to the nearest, halves to even.
    """

    alive_bp: Counts
    orders_milli: tuple[Amounts, ...]
    value_minor: tuple[Amounts, ...]
    is_known: Flags


def fit(model: LifetimeModel, buying: Buying, *, until: date) -> LifetimeFit:
    """Return the parameters under which what customers bought up to a day is most likely.

    :raises LifetimeUnfit: when the purchases cannot carry a fit; it says why.
    """
    bought = buying.of(buying.repeats != NEVER)
    if not len(bought.repeats):
        problem = "nobody bought; import the orders first."
        raise LifetimeUnfit(model=model.code, problem=problem)
    least = model.repeat_buyers_min
    folded = fold(bought, grain_days=model.grain_days)
    return LifetimeFit(
        model=model.code,
        until=until,
        grain_days=model.grain_days,
        purchases=fit_purchases(folded, model=model.code, repeat_buyers_min=least),
        spend=fit_spend(bought, model=model.code, repeat_buyers_min=least),
    )


def score(model: LifetimeModel, found: LifetimeFit, buying: Buying) -> LifetimeScores:
    """Return what is expected of each customer from the day on up to which `buying` was taken."""
    is_known = buying.repeats != NEVER
    bought = buying.of(is_known)
    folded = fold(bought, grain_days=found.grain_days)
    size = len(is_known)
    living = _alive(found, folded) * BASIS_POINTS
    order = expected_order(
        found.spend,
        repeats=bought.repeats.astype(np.float64),
        repeat_minor=bought.repeat_minor.astype(np.float64),
    )
    columns, values = [], []
    for days in model.horizons_days:
        by_history = _orders(found, folded, days)
        by_customer = by_history[folded.history_of]
        columns.append(_spread(by_customer * MILLI, is_known))
        by_customer *= order
        values.append(_spread(by_customer, is_known))
    alive_bp = np.zeros(size, np.int32)
    alive_bp[is_known] = np.rint(living).astype(np.int32)[folded.history_of]
    return LifetimeScores(alive_bp, tuple(columns), tuple(values), is_known)


def explain(
    model: LifetimeModel, found: LifetimeFit, buying: Buying, *, until: date
) -> LifetimeExplanation | None:
    """Return why one customer has these scores, or `None` for who never bought.

    `buying` holds that customer alone, as taken up to `until`.
    """
    assert len(buying.repeats) == 1, "An explanation is of one customer."
    scored = score(model, found, buying)
    if not scored.is_known[0]:
        return None
    repeats, sum_minor = int(buying.repeats[0]), int(buying.repeat_minor[0])
    first_on = until - timedelta(days=int(buying.age_days[0]))
    spend = found.spend
    expected = expected_order(
        spend,
        repeats=np.array([0, repeats], np.float64),
        repeat_minor=np.array([0, sum_minor], np.float64),
    )
    columns = zip(model.horizons_days, scored.orders_milli, scored.value_minor, strict=True)
    return LifetimeExplanation(
        repeats=repeats,
        first_on=first_on,
        last_on=first_on + timedelta(days=int(buying.last_days[0])),
        until=until,
        alive_bp=int(scored.alive_bp[0]),
        own_order_minor=round(sum_minor / repeats) if repeats else None,
        own_weight_bp=round(own_weight(spend, repeats) * BASIS_POINTS),
        mean_order_minor=round(expected[0]),
        expected_order_minor=round(expected[1]),
        foreseen=tuple(
            Foreseen(days, int(orders[0]), int(value[0])) for days, orders, value in columns
        ),
    )


def calibrate(
    model: LifetimeModel, purchases: Purchases, *, customers: int, cut: date, until: date
) -> tuple[CalibrationRow, ...]:
    """Return what was expected at `cut` for the time to `until`, beside what customers did.

    Customers are grouped by how often they had bought again up to the cut; several purchases of a
    day are one. What follows is of those who had bought by then.

    :raises LifetimeUnfit: when the purchases up to the cut cannot carry a fit.
    """
    assert cut < until, "The hold-out begins after the cut."
    before = summarise(model, purchases, customers=customers, until=cut)
    found = fit(model, before, until=cut)
    held_out = model.model_copy(update={"horizons_days": ((until - cut).days,)})
    expected = score(held_out, found, before)
    after = purchases.of_days(after=day_number(cut), until=day_number(until))
    came = summarise(model, after, customers=customers, until=until)
    orders = came.repeats.astype(np.int64) + 1
    counted = after.counted(model.refunds)
    amounts = np.zeros(customers, np.int64)
    np.add.at(amounts, counted.customer, counted.paid_minor)
    rows = []
    for repeats in range(REPEATS_SHOWN_MAX + 1):
        is_last = repeats == REPEATS_SHOWN_MAX
        inside = before.repeats >= repeats if is_last else before.repeats == repeats
        rows.append(
            CalibrationRow(
                repeats=repeats,
                repeats_to=None if is_last else repeats,
                customers=int(np.count_nonzero(inside)),
                expected_orders_milli=int(expected.orders_milli[0][inside].sum()),
                actual_orders=int(orders[inside].sum()),
                expected_minor=int(expected.value_minor[0][inside].sum()),
                actual_minor=int(amounts[inside].sum()),
            )
        )
    return tuple(rows)


def shipped_lifetime(horizons_days: Sequence[int] = (90, 365)) -> LifetimeModel:
    """Return the model that a brand starts with."""
    names = Names(zh="客户终身价值", en="Lifetime value")
    return LifetimeModel(code="lifetime", names=names, horizons_days=tuple(horizons_days))


def _alive(found: LifetimeFit, folded: Folded) -> NDArray[np.float64]:
    return alive(found.purchases, repeats=folded.repeats, last=folded.last, age=folded.age)


def _orders(found: LifetimeFit, folded: Folded, days: int) -> NDArray[np.float64]:
    return expected_orders(
        found.purchases,
        repeats=folded.repeats,
        last=folded.last,
        age=folded.age,
        weeks=days / DAYS_A_WEEK,
    )


def _spread(values: NDArray[np.float64], is_known: Flags) -> Amounts:
    found = np.zeros(len(is_known), np.int64)
    found[is_known] = np.rint(values).astype(np.int64)
    return found
