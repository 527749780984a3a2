"""Takes the measures of metrics over a span of days, from an open lake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import duckdb

from huitong.metrics import tables
from huitong.metrics.model import (
    MONTHS_SINCE,
    ROWS_MAX,
    Figure,
    Grain,
    Key,
    Measure,
    Metric,
    Span,
    TooManyRows,
    Within,
)
from huitong.metrics.rules.asking import grain_of
from huitong.metrics.rules.compiling import (
    Gathering,
    columns_used,
    drop,
    figures_of,
    gather,
    gathering_of,
)
from huitong.metrics.rules.figures import figure_of
from huitong.metrics.rules.periods import count_of, months_between, periods
from huitong.platform.lake import Opened
from huitong.platform.lake.engine import naming_damage

Keys = tuple[Key, ...]
# The numbers of one measure by the dimensions it is cut by.
Numbers = Mapping[Keys, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """One measure of one metric: its numbers by the cuts it has, and over all of them."""

    by: tuple[str, ...]
    numbers: Numbers
    total: int


@dataclass(frozen=True)
class Measured:
    """The measures of metrics over a span, of which figures of any cut can be made."""

    metrics: tuple[Metric, ...]
    by: tuple[str, ...]
    span: Span
    today: date
    taken: Sequence[Mapping[str, Taken]]

    def figures(self, keys: Keys) -> tuple[Figure, ...]:
        """Return the figures of one cut; where nothing was counted there is nothing."""
        named = dict(zip(self.by, keys, strict=True))
        return tuple(
            figure_of(
                metric,
                {
                    name: one.numbers.get(tuple(named[part] for part in one.by), 0)
                    for name, one in taken.items()
                },
            )
            for metric, taken in zip(self.metrics, self.taken, strict=True)
        )

    def totals(self) -> tuple[Figure, ...]:
        """Return the figures of the whole span, taken anew and not added up."""
        return tuple(
            figure_of(metric, {name: one.total for name, one in taken.items()})
            for metric, taken in zip(self.metrics, self.taken, strict=True)
        )

    def cuts(self) -> set[Keys]:
        """Return every cut there is: where something was counted, and all periods beside it.

        :raises TooManyRows: when that is more than anybody reads.
        """
        found = {
            keys
            for taken in self.taken
            for one in taken.values()
            if one.by == self.by
            for keys in one.numbers
        }
        grain = grain_of(self.by)
        if grain is None:
            return found or ({()} if not self.by else set())
        return self._filled(found, grain)

    def _filled(self, found: set[Keys], grain: Grain) -> set[Keys]:
        filling = [place for place, one in enumerate(self.by) if one in {grain, MONTHS_SINCE}]
        others = {_without(keys, filling) for keys in found}
        if len(filling) == len(self.by):
            others = {()}
        starts = [(one, self._months(one)) for one in periods(grain, self._bounded(grain, others))]
        return {
            self._keys(other, start, month)
            for other in others
            for start, months in starts
            for month in months
        }

    def _bounded(self, grain: Grain, others: set[Keys]) -> Span:
        rows = count_of(grain, self.span) * max(1, len(others))
        if MONTHS_SINCE in self.by:
            rows *= max(1, months_between(self.span.since, self.today) + 1)
        if rows > ROWS_MAX:
            raise TooManyRows(rows=rows)
        return self.span

    def _months(self, start: date) -> list[int | None]:
        """Return the months since a first purchase that have begun, if figures are cut by them."""
        if MONTHS_SINCE not in self.by:
            return [None]
        return list(range(months_between(start, self.today) + 1))

    def _keys(self, other: Keys, start: date, month: int | None) -> Keys:
        rest = iter(other)
        return tuple(
            month if one == MONTHS_SINCE else start if one in set(Grain) else next(rest)
            for one in self.by
        )


def measure(
    opened: Opened,
    metrics: tuple[Metric, ...],
    by: tuple[str, ...],
    span: Span,
    *,
    zone: str,
    today: date,
    within: Within | None = None,
) -> Measured:
    """Take the measures of metrics over a span, cut by dimensions.

    :raises LakeDamaged: when one of the lake's files is missing or damaged.
    :raises TooManyRows: when it is cut into more rows than anybody reads.
    """
    with naming_damage(opened.manifest.files, opened.folder):
        gathered = _gathered(opened.connection, metrics, by, span, zone, within)
    taken = [
        {
            name: _take(opened.connection, gathered[_gathering(metric, one)], one, by, span)
            for name, one in metric.measures.items()
        }
        for metric in metrics
    ]
    for table in gathered.values():
        opened.connection.execute(drop(table))
    return Measured(metrics, by, span, today, taken)


def _gathering(metric: Metric, one: Measure) -> Gathering:
    return gathering_of(metric, one, tables.FACTS[one.of])


def _gathered(  # noqa: PLR0917 - all of it says which rows
    connection: duckdb.DuckDBPyConnection,
    metrics: tuple[Metric, ...],
    by: tuple[str, ...],
    span: Span,
    zone: str,
    within: Within | None,
) -> dict[Gathering, str]:
    """Gather the rows that measures are taken of, each once, and return their tables."""
    columns: dict[Gathering, set[str]] = {}
    for metric in metrics:
        for one in metric.measures.values():
            columns.setdefault(_gathering(metric, one), set()).update(columns_used(one))
    made = {}
    for number, (gathering, used) in enumerate(columns.items()):
        fact = tables.FACTS[gathering.fact]
        statement = gather(
            f"gathered_{number}",
            gathering,
            fact,
            tables.RELATIONS,
            columns=used,
            by=[one for one in by if one in set(Grain) or one in fact.columns],
            span=span,
            zone=zone,
            within=within,
        )
        connection.execute(statement.sql, dict(statement.parameters))
        made[gathering] = f"gathered_{number}"
    return made


def _take(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    one: Measure,
    by: tuple[str, ...],
    span: Span,
) -> Taken:
    cut = tuple(part for part in by if part not in one.ignores)
    numbers: Numbers = _numbers(connection, table, one, cut)
    grain = grain_of(cut)
    if one.at_end and grain is not None:
        numbers = _at_ends(numbers, cut.index(grain), periods(grain, span))
    return Taken(cut, numbers, _numbers(connection, table, one, ())[()])


def _numbers(
    connection: duckdb.DuckDBPyConnection, table: str, one: Measure, cut: tuple[str, ...]
) -> dict[Keys, int]:
    statement = figures_of(table, one, cut)
    rows = connection.execute(statement.sql, dict(statement.parameters)).fetchall()
    if len(rows) > ROWS_MAX:
        raise TooManyRows(rows=len(rows))
    return {tuple(keys): int(number) for *keys, number in rows}


def _at_ends(numbers: Numbers, place: int, starts: Sequence[date]) -> Numbers:
    """Return what there was at the end of each period, from what began in each."""
    others = {_without(keys, [place]) for keys in numbers}
    ends: dict[Keys, int] = {}
    for other in others:
        every = [(*other[:place], start, *other[place:]) for start in starts]
        ends.update(zip(every, accumulate(numbers.get(keys, 0) for keys in every), strict=True))
    return ends


def _without(keys: Keys, places: Sequence[int]) -> Keys:
    return tuple(key for place, key in enumerate(keys) if place not in places)
