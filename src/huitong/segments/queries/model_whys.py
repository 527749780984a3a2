"""Why a customer stands where a model says: from their own orders in the lake."""

from collections.abc import Mapping, Sequence
from datetime import date

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.platform import ids
from huitong.segments.model.lifecycle import LifecycleModel
from huitong.segments.model.lifetime import CalibrationRow, LifetimeFit, LifetimeModel
from huitong.segments.model.model_answers import (
    AxisAnswer,
    CalibrationAnswer,
    HorizonCounted,
    LifecycleWhy,
    LifetimeWhy,
    ModelWhy,
    NamedSegment,
    RfmWhy,
    StateEntered,
)
from huitong.segments.model.model_versions import (
    Fitted,
    ModelKind,
    ModelOfOtherKind,
    ModelVersion,
    OrderTold,
)
from huitong.segments.model.rfm import RefundHandling, RfmModel, RfmThresholds
from huitong.segments.queries.model_facts import ModelFacts, day_of
from huitong.segments.queries.model_rfm import explain_customer
from huitong.segments.rules import lifecycle_story, lifetime_scores
from huitong.segments.rules.lifecycle import NO_DAY
from huitong.segments.rules.lifetime import summarise
from huitong.segments.rules.model_answers import orders_answer


def why(
    facts: ModelFacts,
    version: ModelVersion,
    fitted: Fitted | None,
    *,
    customer_id: int,
    today: date,
    told: Mapping[str, object],
) -> ModelWhy:
    """Return why a customer stands where they do; `told` is of which day, lake and fit.

    :raises CustomerUnknown: when the lake has no such customer, or an erased one.
    :raises ModelOfOtherKind: for a weighted score, which reads tags.
    """
    document = version.document
    about = {"model": version.code, "model_version": version.version, "as_of": today, **told}
    if isinstance(document, RfmModel):
        assert isinstance(fitted, RfmThresholds), "Scores follow from thresholds."
        return _of_rfm(facts, document, fitted, customer_id=customer_id, today=today, about=about)
    if isinstance(document, LifecycleModel):
        return _of_lifecycle(facts, document, customer_id=customer_id, today=today, about=about)
    if isinstance(document, LifetimeModel):
        assert isinstance(fitted, LifetimeFit), "What is expected follows from a fit."
        return _of_lifetime(
            facts, document, fitted, customer_id=customer_id, today=today, about=about
        )
    explained = [one for one in ModelKind if one is not ModelKind.WEIGHTED]
    raise ModelOfOtherKind(model=version.code, found=version.kind, wanted=", ".join(explained))


def calibrate(
    facts: ModelFacts, document: LifetimeModel, *, cut: date, until: date
) -> list[CalibrationAnswer]:
    """Return what was expected at a day for the time to another one, beside what came.

    :raises LifetimeUnfit: when the purchases up to the cut cannot carry a fit.
    """
    customers = len(facts.place_living())
    purchases = facts.purchases(0, size=max(customers, 1))
    rows: Sequence[CalibrationRow] = lifetime_scores.calibrate(
        document, purchases, customers=customers, cut=cut, until=until
    )
    return [CalibrationAnswer(**row._asdict()) for row in rows]


def _of_rfm(
    facts: ModelFacts,
    document: RfmModel,
    thresholds: RfmThresholds,
    *,
    customer_id: int,
    today: date,
    about: Mapping[str, object],
) -> RfmWhy:
    found = explain_customer(facts, document, thresholds, customer_id=customer_id, today=today)
    axes, segments = [], []
    if found.explanation is not None:
        one = found.explanation
        for axis, told in (
            ("recency_days", one.recency_days),
            ("orders", one.orders),
            ("amount_minor", one.amount_minor),
        ):
            axes.append(AxisAnswer(axis=axis, **told._asdict()))
        segments = [
            NamedSegment(naming=naming, code=segment.code, names=segment.names)
            for naming, segment in one.segments
        ]
    return RfmWhy(
        **about,
        customer=ids.show(CUSTOMER_PREFIX, found.customer_id),
        orders=orders_answer(found.orders),
        window_days=document.window_days,
        thresholds=thresholds,
        axes=tuple(axes),
        segments=tuple(segments),
    )


def _of_lifecycle(
    facts: ModelFacts,
    document: LifecycleModel,
    *,
    customer_id: int,
    today: date,
    about: Mapping[str, object],
) -> LifecycleWhy:
    living = facts.place_one(customer_id)
    known = int(facts.known_days(0, places=1)[0])
    bought = facts.purchases().counted(RefundHandling.NET)
    story = lifecycle_story.explain(
        document,
        known_on=None if known == NO_DAY else day_of(known),
        bought_on=[day_of(int(day)) for day in bought.day],
        today=today,
    )
    names = {state.code: state.names for state in document.states}
    return LifecycleWhy(
        **about,
        customer=ids.show(CUSTOMER_PREFIX, living),
        orders=orders_answer(_judged(facts.orders(), RefundHandling.NET, today)),
        state=story.state,
        since=story.since,
        history=tuple(
            StateEntered(
                on=one.on,
                state=one.state,
                names=names[one.state],
                before=one.before,
                cause=one.cause,
            )
            for one in story.history
        ),
        next_state=story.next_state,
        next_names=None if story.next_state is None else names[story.next_state],
        next_on=story.next_on,
    )


def _of_lifetime(
    facts: ModelFacts,
    document: LifetimeModel,
    fit: LifetimeFit,
    *,
    customer_id: int,
    today: date,
    about: Mapping[str, object],
) -> LifetimeWhy:
    living = facts.place_one(customer_id)
    buying = summarise(document, facts.purchases(), customers=1, until=today)
    found = lifetime_scores.explain(document, fit, buying, until=today)
    facts_told = {
        name: None if found is None else getattr(found, name)
        for name in (
            "repeats",
            "first_on",
            "last_on",
            "alive_bp",
            "own_order_minor",
            "own_weight_bp",
            "mean_order_minor",
            "expected_order_minor",
        )
    }
    return LifetimeWhy(
        **about,
        **facts_told,
        customer=ids.show(CUSTOMER_PREFIX, living),
        orders=orders_answer(_judged(facts.orders(), document.refunds, today)),
        horizons=tuple(
            HorizonCounted(
                days=one.days, orders_milli=one.orders_milli, value_minor=one.value_minor
            )
            for one in (() if found is None else found.foreseen)
        ),
    )


def _judged(orders: Sequence[OrderTold], refunds: RefundHandling, today: date) -> list[OrderTold]:
    """Return orders with what these models leave out: those to come, and those come back whole."""
    judged = []
    for order in orders:
        left_out = order.left_out
        if left_out is None and order.day > today:
            left_out = "window"
        elif left_out is None and refunds is RefundHandling.NET:
            came_back = 0 < order.refunded_minor >= order.paid_minor
            left_out = "returned" if came_back else None
        judged.append(order._replace(left_out=left_out))
    return judged
