"""Whether a question can be answered: the metrics there are, and what each can be cut by."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from huitong.metrics.model import (
    DIMENSIONS_MAX,
    METRICS_MAX,
    MONTHS_SINCE,
    DimensionMissing,
    Fact,
    Grain,
    Metric,
    NotByStore,
    Question,
    Span,
    UnknownDimension,
    UnknownMetric,
    Within,
    WrongQuestion,
)

YEAR_MIN, YEAR_MAX = 1900, 2200
ONE_DAY = timedelta(days=1)


def metrics_of(question: Question, known: Mapping[str, Metric]) -> tuple[Metric, ...]:
    """Return the metrics that are asked for, once it is sure that they can be answered.

    :raises UnknownMetric: when there is none of that code.
    :raises UnknownDimension: when one of them cannot be cut by a dimension.
    :raises DimensionMissing: when one of them says nothing without a dimension.
    :raises NotByStore: when the caller sees some stores only, and one of them is not of stores.
    :raises WrongQuestion: when the question contradicts itself or is too large.
    """
    _check_shape(question)
    for code in question.metrics:
        if code not in known:
            raise UnknownMetric(metric=code)
    wanted = tuple(known[code] for code in question.metrics)
    for metric in wanted:
        _check_cuts(metric, question.by)
        if question.within is not None:
            _check_within(metric, question.within)
    return wanted


def span_of(question: Question, today: date) -> Span:
    """Return the days that a question is about.

    :raises WrongQuestion: when there are none, or more than anybody keeps records of.
    """
    until = question.until or today + ONE_DAY
    since = question.since or (until - ONE_DAY).replace(day=1)
    if since >= until:
        raise WrongQuestion(reason=f"it is about no day: {since} lies after {until - ONE_DAY}")
    if since.year < YEAR_MIN or until.year > YEAR_MAX:
        raise WrongQuestion(reason=f"ask for days between {YEAR_MIN} and {YEAR_MAX}")
    return Span(since, until)


def grain_of(by: Sequence[str]) -> Grain | None:
    """Return the length of time that figures are cut by, if they are."""
    return next((Grain(one) for one in by if one in set(Grain)), None)


def problems_of(metric: Metric, facts: Mapping[str, Fact]) -> list[str]:
    """Return what of a definition does not fit the facts, each in a sentence."""
    problems = []
    for name, measure in metric.measures.items():
        fact = facts.get(measure.of)
        if fact is None:
            problems.append(f"{name}: there is no fact “{measure.of}”.")
            continue
        named = {*measure.where, *filter(None, [measure.sum, measure.distinct, measure.dated])}
        if measure.repeated is not None:
            named |= {measure.repeated.each, measure.repeated.distinct}
        named |= {one for one in metric.dimensions if one not in measure.ignores}
        problems += [
            f"{name}: “{measure.of}” has no column “{one}”."
            for one in sorted(named - set(fact.columns))
        ]
    return problems


def _check_within(metric: Metric, within: Within) -> None:
    """Refuse a metric of which a part would be of the whole brand."""
    for dimension in ("store", "guide") if within.guides else ("store",):
        ignored = any(dimension in measure.ignores for measure in metric.measures.values())
        if dimension not in metric.dimensions or ignored:
            raise NotByStore(metric=metric.code, dimension=dimension)


def _check_shape(question: Question) -> None:
    reason = None
    if not 1 <= len(question.metrics) <= METRICS_MAX:
        reason = f"ask for 1 to {METRICS_MAX} metrics"
    elif len(set(question.metrics)) < len(question.metrics):
        reason = "a metric is named twice"
    elif len(set(question.by)) < len(question.by):
        reason = "a dimension is named twice"
    elif len(question.by) > DIMENSIONS_MAX:
        reason = f"cut by {DIMENSIONS_MAX} dimensions at most"
    elif sum(one in set(Grain) for one in question.by) > 1:
        reason = "cut by one length of time: day, week, month, quarter or year"
    if reason is not None:
        raise WrongQuestion(reason=reason)


def _check_cuts(metric: Metric, by: Sequence[str]) -> None:
    allowed = [*Grain, *metric.dimensions]
    for one in by:
        if one not in allowed:
            raise UnknownDimension(
                metric=metric.code, dimension=one, allowed=", ".join(map(str, allowed))
            )
    if missing := [one for one in metric.grain if one not in by]:
        raise DimensionMissing(metric=metric.code, dimensions=" and ".join(missing))
    if MONTHS_SINCE in by and Grain.MONTH not in by:
        raise DimensionMissing(metric=metric.code, dimensions=Grain.MONTH)
