"""RFM of a whole brand straight from the lake: measures, thresholds, scores, the grid, the why."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from huitong.segments.model.model_versions import OrderTold
from huitong.segments.model.rfm import RefundHandling, RfmExplanation, RfmModel, RfmThresholds
from huitong.segments.queries.model_facts import ModelFacts
from huitong.segments.rules.bitmaps.parts import SHARD_SIZE, shard_count
from huitong.segments.rules.rfm import (
    NEVER,
    RfmGrid,
    RfmMeasures,
    RfmScores,
    explain,
    grid,
    measure,
    score,
    take_thresholds,
    window,
)


@dataclass(frozen=True, slots=True)
class RfmScored:
    """Every living customer with measures and scores, the thresholds, and the grid."""

    customers: NDArray[np.int64]
    measures: RfmMeasures
    scores: RfmScores
    thresholds: RfmThresholds
    grid: RfmGrid


@dataclass(frozen=True, slots=True)
class RfmOfOne:
    """Why a customer is scored so: `explanation` is None for who did not buy in the window."""

    customer_id: int
    thresholds: RfmThresholds
    explanation: RfmExplanation | None
    orders: list[OrderTold]


def measure_shards(
    facts: ModelFacts, model: RfmModel, *, customers: int, today: date
) -> RfmMeasures:
    """Return the measures of the placed customers at places 0 to `customers`, shard by shard."""
    parts = [
        measure(
            model,
            facts.purchases(shard),
            customers=min(SHARD_SIZE, customers - shard * SHARD_SIZE),
            today=today,
        )
        for shard in range(shard_count(customers))
    ]
    if not parts:
        none = np.zeros(0, np.int32)
        return RfmMeasures(none, none, none.astype(np.int64))
    return RfmMeasures(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def score_brand(
    facts: ModelFacts, model: RfmModel, thresholds: RfmThresholds | None, *, today: date
) -> RfmScored:
    """Return how every living customer scores, by given thresholds or those of this day.

    :raises NobodyBought: when there are no thresholds and nobody to take them from.
    """
    customers = facts.place_living()
    measures = measure_shards(facts, model, customers=len(customers), today=today)
    borders = thresholds or take_thresholds(model, measures, today=today)
    scores = score(borders, measures)
    return RfmScored(customers, measures, scores, borders, grid(scores, measures.amount_minor))


def explain_customer(
    facts: ModelFacts,
    model: RfmModel,
    thresholds: RfmThresholds,
    *,
    customer_id: int,
    today: date,
) -> RfmOfOne:
    """Return why a customer has these scores, with every order and why it counted or not.

    :raises CustomerUnknown: when the lake has no such customer, or an erased one.
    """
    living = facts.place_one(customer_id)
    found = measure(model, facts.purchases(), customers=1, today=today)
    told = [_judged(order, model, today) for order in facts.orders()]
    days, orders, amount = (int(column[0]) for column in found)
    why = None
    if days != NEVER:
        why = explain(model, thresholds, recency_days=days, orders=orders, amount_minor=amount)
    return RfmOfOne(living, thresholds, why, told)


def _judged(order: OrderTold, model: RfmModel, today: date) -> OrderTold:
    """Return an order with what the model itself leaves out."""
    first, last = window(model, today)
    if order.left_out is None and not first <= order.day <= last:
        return order._replace(left_out="window")
    came_back = 0 < order.refunded_minor >= order.paid_minor
    if order.left_out is None and came_back and model.refunds is RefundHandling.NET:
        return order._replace(left_out="returned")
    return order
