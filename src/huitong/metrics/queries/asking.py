"""Answers questions on metrics from the lake of a brand."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from zoneinfo import ZoneInfo

from huitong import org
from huitong.metrics import tables
from huitong.metrics.model import (
    ROWS_MAX,
    Answer,
    Figure,
    Key,
    Metric,
    Question,
    Row,
    TooManyRows,
)
from huitong.metrics.queries.measuring import Measured, measure
from huitong.metrics.rules.asking import grain_of, metrics_of, span_of
from huitong.metrics.rules.periods import compared, periods
from huitong.metrics.rules.shipped import shipped
from huitong.platform.db import ReadTx
from huitong.platform.lake import Opened, Place

OpenLake: TypeAlias = Callable[[Place], AbstractContextManager[Opened]]
UNKNOWN = Figure(None)


@dataclass(frozen=True, slots=True)
class BrandFigures:
    """The figures of one brand; they are read from its lake, so no transaction stays open."""

    place: Place
    open_lake: OpenLake

    def query(self, question: Question) -> Answer:
        """Answer a question; every number in the answer is exact.

        :raises LakeEmpty: when the brand's lake was never refreshed.
        :raises LakeDamaged: when one of the lake's files is missing or damaged.
        :raises UnknownMetric: when there is none of that code.
        :raises UnknownDimension: when one of them cannot be cut by a dimension.
        :raises DimensionMissing: when one of them says nothing without a dimension.
        :raises NotByStore: when the caller sees some stores only, and one of them is not of stores.
        :raises WrongQuestion: when it contradicts itself or is too large.
        :raises TooManyRows: when it is cut into more rows than anybody reads.
        """
        metrics = metrics_of(question, shipped())
        with self.open_lake(self.place) as opened:
            return answer(opened, metrics, question, zone=self.place.time_zone)


def figures_of_brand(tx: ReadTx, *, code: str, open_lake: OpenLake) -> BrandFigures:
    """Return what answers questions on a brand.

    :raises BrandNotFound: when the scope sees no such brand.
    """
    brand = org.brand(tx, code=code)
    return BrandFigures(Place(brand.group_id, brand.id, brand.time_zone), open_lake)


def answer(opened: Opened, metrics: tuple[Metric, ...], question: Question, *, zone: str) -> Answer:
    """Answer a question, known to be answerable, from an open lake."""
    today = opened.manifest.as_of.astimezone(ZoneInfo(zone)).date()
    span = span_of(question, today)
    before, was = None, None
    within = question.within
    now = measure(opened, metrics, question.by, span, zone=zone, today=today, within=within)
    if question.compare is not None:
        before = compared(span, question.compare, grain_of(question.by))
        was = measure(opened, metrics, question.by, before, zone=zone, today=today, within=within)
    makes_sense_uncut = not any(metric.grain for metric in metrics)
    rows = _beside(now, was) if was else _rows(now)
    return Answer(
        metrics=metrics,
        by=question.by,
        span=span,
        before=before,
        rows=rows,
        total=_total(now, was) if makes_sense_uncut else None,
        as_of=opened.manifest.as_of,
        version=opened.manifest.version,
        labels=_of_rows(_labels(opened, question.by), question.by, rows),
    )


def _labels(opened: Opened, by: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    """Return the names of the codes that figures are cut by, where the lake has them."""
    return {
        dimension: dict(opened.connection.execute(query).fetchall())
        for dimension, query in tables.NAMED_BY.items()
        if dimension in by
    }


def _of_rows(
    labels: Mapping[str, Mapping[str, str]], by: tuple[str, ...], rows: tuple[Row, ...]
) -> Mapping[str, Mapping[str, str]]:
    """Return the names of what is told, and of nothing else: a list of stores is not for all."""
    told = {one: {row.keys[place] for row in rows} for place, one in enumerate(by)}
    return {
        dimension: {code: name for code, name in names.items() if code in told[dimension]}
        for dimension, names in labels.items()
    }


def _rows(now: Measured) -> tuple[Row, ...]:
    return tuple(Row(keys, now.figures(keys)) for keys in _sorted(now.cuts()))


def _beside(now: Measured, was: Measured) -> tuple[Row, ...]:
    """Return the figures of both spans, each cut beside the one that it is held against."""
    there = {_moved(keys, was, now): keys for keys in was.cuts()}
    here = now.cuts()
    every = {*here, *(keys for keys in there if keys is not None)}
    if len(every) > ROWS_MAX:
        raise TooManyRows(rows=len(every))
    return tuple(Row(keys, now.figures(keys), _before(keys, now, was)) for keys in _sorted(every))


def _before(keys: tuple[Key, ...], now: Measured, was: Measured) -> tuple[Figure, ...]:
    """Return the earlier figures of a cut; unknown where the earlier span has no such period."""
    earlier = _moved(keys, now, was)
    return (UNKNOWN,) * len(now.metrics) if earlier is None else was.figures(earlier)


def _moved(keys: tuple[Key, ...], of: Measured, to: Measured) -> tuple[Key, ...] | None:
    """Return the keys of the same place in another span, or None where it has no such period."""
    grain = grain_of(of.by)
    if grain is None:
        return keys
    place = of.by.index(grain)
    others: Mapping[Key, date] = dict(
        zip(periods(grain, of.span), periods(grain, to.span), strict=False)
    )
    moved = others.get(keys[place])
    return None if moved is None else (*keys[:place], moved, *keys[place + 1 :])


def _total(now: Measured, was: Measured | None) -> Row:
    return Row((), now.totals(), None if was is None else was.totals())


def _sorted(cuts: set[tuple[Key, ...]]) -> list[tuple[Key, ...]]:
    """Return cuts in order, what is unknown last."""
    return sorted(
        cuts, key=lambda keys: [(one is None, "" if one is None else one) for one in keys]
    )
