"""What a refresh keeps of each customer of a shard, computed from facts; the same in any part.

A state has one place per customer. `due_day` is the next day on which it will change though no new
fact comes; until then only customers with changed facts are computed again.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huitong.segments.model.lifecycle import LifecycleModel
from huitong.segments.model.lifetime import LifetimeFit, LifetimeModel
from huitong.segments.model.model_versions import Document, Fitted
from huitong.segments.model.rfm import RefundHandling, RfmModel, RfmThresholds
from huitong.segments.model.weighted import WeightedModel
from huitong.segments.rules.lifecycle import (
    LATEST,
    NO_DAY,
    Days,
    Histories,
    Lifecycles,
    evaluate,
    facts_of,
    renew,
)
from huitong.segments.rules.lifetime import summarise
from huitong.segments.rules.lifetime_scores import score as score_lifetime
from huitong.segments.rules.rfm import NEVER, Purchases, day_number, measure, score
from huitong.segments.rules.weighted import Inputs, read_points
from huitong.segments.rules.weighted import score as score_weighted

# Columns are of different whole types; the names say which.
Column: TypeAlias = NDArray[Any]
State: TypeAlias = Mapping[str, Column]

DUE_DAY: Final = "due_day"
IS_LIVING: Final = "is_living"
# In the summary of a weighted score: by which version of the bitmaps it was worked out.
BITMAPS_READ: Final = "bitmaps"


class ShardState(NamedTuple):
    """The columns of a shard's customers, and their dated history where the model has one."""

    columns: State
    history: Histories | None = None


def rfm_state(
    model: RfmModel,
    thresholds: RfmThresholds,
    purchases: Purchases,
    *,
    customers: int,
    today: date,
) -> ShardState:
    """Return measures, scores and due days; who did not buy in the window has cell 0."""
    measures = measure(model, purchases, customers=customers, today=today)
    scores = score(thresholds, measures)
    until = day_number(today)
    bought = measures.recency_days != NEVER
    last = np.where(bought, until - measures.recency_days, NO_DAY).astype(np.int32)
    return ShardState(
        {
            "last_day": last,
            "orders": measures.orders,
            "amount_minor": measures.amount_minor,
            "recency": scores.recency,
            "frequency": scores.frequency,
            "monetary": scores.monetary,
            "cell": scores.cell,
            DUE_DAY: _rfm_due(model, thresholds, purchases, last, until),
        }
    )


def lifecycle_state(
    model: LifecycleModel, purchases: Purchases, known_day: Days, *, today: date
) -> ShardState:
    """Return states, since when, due days, and the dated history.

    What came back whole was no purchase.
    """
    bought = purchases.counted(RefundHandling.NET)
    facts = facts_of(bought.customer, bought.day, known_day)
    return _of_lifecycles(evaluate(model, facts, today=day_number(today)))


def lifetime_state(
    model: LifetimeModel, fit: LifetimeFit, purchases: Purchases, *, customers: int, today: date
) -> ShardState:
    """Return what is expected of each customer; it changes every day, so no day is due."""
    found = score_lifetime(
        model, fit, summarise(model, purchases, customers=customers, until=today)
    )
    columns: dict[str, Column] = {"is_known": found.is_known, "alive_bp": found.alive_bp}
    for place, days in enumerate(model.horizons_days):
        columns[f"orders_milli_{days}"] = found.orders_milli[place]
        columns[f"value_minor_{days}"] = found.value_minor[place]
    return ShardState(columns)


def weighted_state(model: WeightedModel, inputs: Inputs, is_living: NDArray[np.bool_]) -> State:
    """Return scores and bands of the living."""
    found = score_weighted(model, read_points(model, inputs))
    is_known = found.is_known & is_living
    return {
        IS_LIVING: is_living,
        "score": found.score * is_known,
        "band": found.band * is_known,
        "is_known": is_known,
    }


def state_of(
    document: Document, fitted: Fitted | None, purchases: Purchases, known_day: Days, *, today: date
) -> ShardState:
    """Return the state of as many customers as `known_day` has places.

    Who is not known on any day was merged away or erased, and has no purchases either.
    """
    found = _state_of(document, fitted, purchases, known_day, today)
    return found._replace(columns={IS_LIVING: known_day != NO_DAY, **found.columns})


def _state_of(
    document: Document, fitted: Fitted | None, purchases: Purchases, known_day: Days, today: date
) -> ShardState:
    customers = len(known_day)
    if isinstance(document, RfmModel):
        assert isinstance(fitted, RfmThresholds), "Scores follow from thresholds."
        return rfm_state(document, fitted, purchases, customers=customers, today=today)
    if isinstance(document, LifetimeModel):
        assert isinstance(fitted, LifetimeFit), "What is expected follows from a fit."
        return lifetime_state(document, fitted, purchases, customers=customers, today=today)
    assert isinstance(document, LifecycleModel), "A weighted score reads tags, not facts."
    return lifecycle_state(document, purchases, known_day, today=today)


def is_due(state: ShardState, *, today: date) -> NDArray[np.bool_]:
    """Return who changes until a day though no new fact came."""
    due = state.columns.get(DUE_DAY)
    if due is None:
        size = len(next(iter(state.columns.values())))
        return np.zeros(size, np.bool_)
    return np.asarray((due != NO_DAY) & (due <= day_number(today)), np.bool_)


def patched(
    former: ShardState, fresh: ShardState, places: NDArray[np.int64], *, customers: int
) -> ShardState:
    """Return a former state, of as many customers as there are now, with some computed anew.

    `fresh` holds the customers at `places` alone, in that order; who is new is among them.
    """
    columns: dict[str, Column] = {}
    for name, new in fresh.columns.items():
        column = np.zeros(customers, new.dtype)
        old = former.columns[name]
        column[: len(old)] = old
        column[places] = new
        columns[name] = column
    if fresh.history is None or former.history is None:
        return ShardState(columns)
    whole = Lifecycles(columns["state"], columns["since_day"], columns[DUE_DAY], former.history)
    renewed = Lifecycles(
        fresh.columns["state"], fresh.columns["since_day"], fresh.columns[DUE_DAY], fresh.history
    )
    return ShardState(columns, renew(whole, places, renewed).history)


def only(purchases: Purchases, places: NDArray[np.int64], *, customers: int) -> Purchases:
    """Return the purchases of the customers at `places`, who are numbered anew from 0."""
    number = np.full(customers, -1, np.int64)
    number[places] = np.arange(len(places))
    mine = number[purchases.customer]
    kept = mine >= 0
    return Purchases(
        mine[kept],
        purchases.day[kept],
        purchases.paid_minor[kept],
        purchases.refunded_minor[kept],
    )


def _of_lifecycles(found: Lifecycles) -> ShardState:
    return ShardState(
        {"state": found.state, "since_day": found.since_day, DUE_DAY: found.due_day},
        found.history,
    )


def _rfm_due(
    model: RfmModel, thresholds: RfmThresholds, purchases: Purchases, last: Days, until: int
) -> Days:
    """Return the first day that an order leaves the window, a score falls, or an order is dated."""
    soonest = np.full(len(last), LATEST, np.int64)
    inside = purchases.of_days(after=until - model.window_days, until=until).counted(model.refunds)
    np.minimum.at(soonest, inside.customer, inside.day.astype(np.int64) + model.window_days)
    for border in thresholds.recency_at_most_days:
        day = last.astype(np.int64) + border + 1
        np.minimum(soonest, day, out=soonest, where=(last != NO_DAY) & (day > until))
    ahead = purchases.of_days(after=until, until=LATEST).counted(model.refunds)
    np.minimum.at(soonest, ahead.customer, ahead.day.astype(np.int64))
    return np.where(soonest == LATEST, NO_DAY, soonest).astype(np.int32)
