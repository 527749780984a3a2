"""Makes figures of measures: exact numbers in, sums and rounded ratios out."""

from collections.abc import Mapping

from huitong.metrics.model import Figure, Metric


def figure_of(metric: Metric, numbers: Mapping[str, int]) -> Figure:
    """Return a metric's figure from its measures' numbers; of a ratio to nothing it is unknown."""
    plus = sum(numbers[name] for name in metric.value.plus)
    of = plus - sum(numbers[name] for name in metric.value.minus)
    if metric.value.over is None:
        return Figure(of)
    to = numbers[metric.value.over]
    return Figure(rounded(of * metric.scale, to) if to else None, of, to)


def rounded(number: int, divisor: int) -> int:
    """Return a quotient as a whole number, halves away from nothing."""
    assert divisor != 0, "Whoever divides knows by what."
    negative = (number < 0) != (divisor < 0)
    number, divisor = abs(number), abs(divisor)
    whole = (2 * number + divisor) // (2 * divisor)
    return -whole if negative else whole


def change_of(figure: Figure, before: Figure) -> int | None:
    """Return by how much a figure changed, in its own unit."""
    if figure.value is None or before.value is None:
        return None
    return figure.value - before.value


def change_in_basis_points(figure: Figure, before: Figure) -> int | None:
    """Return by what share of what it was a figure changed; unknown where it was nothing."""
    change = change_of(figure, before)
    if change is None or not before.value:
        return None
    return rounded(change * 10_000, abs(before.value))
