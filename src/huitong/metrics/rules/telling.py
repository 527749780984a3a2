"""How figures, units and cuts are told to people; programs get whole numbers instead."""

from collections.abc import Mapping
from datetime import date

from huitong.metrics.model import Grain, Key, Measure, Metric, Names, Unit
from huitong.metrics.rules.periods import told

# Money is kept in fen and told in yuan, shares are kept in basis points and told in percent.
HUNDREDTHS = 2

UNITS: Mapping[Unit, Names] = {
    Unit.FEN: Names(zh="元", en="yuan"),
    Unit.ORDERS: Names(zh="单", en="orders"),
    Unit.CUSTOMERS: Names(zh="人", en="customers"),
    Unit.PIECES: Names(zh="件", en="pieces"),
    Unit.POINTS: Names(zh="分", en="points"),
    Unit.DAYS: Names(zh="天", en="days"),
    Unit.BASIS_POINTS: Names(zh="%", en="%"),
}


def told_figure(metric: Metric, value: int | None) -> str | None:
    """Return a figure in the unit people use, such as 1234.50 for fen; None is unknown."""
    if value is None:
        return None
    places = metric.decimals + (HUNDREDTHS if metric.unit in {Unit.FEN, Unit.BASIS_POINTS} else 0)
    return _with_places(value, places)


def told_share(basis_points: int | None) -> str | None:
    """Return basis points in percent, such as 12.34; None is unknown."""
    return None if basis_points is None else _with_places(basis_points, HUNDREDTHS)


def formula(metric: Metric) -> str:
    """Return how a figure is made of its measures, with the names of the columns that they read."""
    told_of = {name: told_measure(measure) for name, measure in metric.measures.items()}
    minus = "".join(f" - {told_of[name]}" for name in metric.value.minus)
    of = " + ".join(told_of[name] for name in metric.value.plus) + minus
    if metric.value.over is None:
        return of
    compound = len(metric.value.plus) + len(metric.value.minus) > 1
    return f"{f'({of})' if compound else of} / {told_of[metric.value.over]}"


def told_measure(measure: Measure) -> str:
    """Return what a measure counts, such as “sum of sold_lines.paid_minor”."""
    if measure.sum is not None:
        told_of = f"sum of {measure.of}.{measure.sum}"
    elif measure.distinct is not None:
        told_of = f"distinct {measure.of}.{measure.distinct}"
    elif measure.repeated is not None:
        repeated = measure.repeated
        told_of = (
            f"distinct {measure.of}.{repeated.each} with {repeated.at_least} or more different"
            f" {repeated.distinct}"
        )
    else:
        told_of = f"rows of {measure.of}"
    parts = [
        f"{name} is {str(wanted).lower() if isinstance(wanted, bool) else ' or '.join(wanted)}"
        for name, wanted in measure.where.items()
    ]
    parts += ["at the end of the period"] if measure.at_end else []
    parts += [f"dated by {measure.dated}"] if measure.dated else []
    parts += [f"over all {', '.join(measure.ignores)}"] if measure.ignores else []
    return f"[{told_of}{' where ' if parts else ''}{', '.join(parts)}]"


def told_key(dimension: str, key: Key) -> str | int | None:
    """Return a value of a dimension as people write it; None is unknown."""
    if isinstance(key, date):
        return told(Grain(dimension), key)
    return key


def _with_places(number: int, places: int) -> str:
    if places == 0:
        return str(number)
    whole, rest = divmod(abs(number), 10**places)
    return f"{'-' if number < 0 else ''}{whole}.{rest:0{places}}"
