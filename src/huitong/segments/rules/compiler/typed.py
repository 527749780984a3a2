"""What an expression gives, as a column with its meaning, and the sums that all primitives use."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlglot import exp

from huitong.segments.model.tag_fact_primitives import BASIS_POINTS
from huitong.segments.model.tags import Tag
from huitong.segments.rules.compiler.syntax import (
    chosen,
    filled,
    filtered,
    halves_up,
    is_known,
    number,
    surely,
)

VALUE = "value"


class Shape(StrEnum):
    """What an expression gives: a number, one value, several values."""

    NUMBER = "number"
    CODE = "code"
    CODES = "codes"


@dataclass(frozen=True)
class Typed:
    """A column over the measures, with what it means.

    Values are numbers by `texts`. `since_day` is set where the number is just the days from that
    day to today; `daily` where it changes from day to day in another way.
    """

    sql: exp.Expr
    shape: Shape = Shape.NUMBER
    texts: Mapping[int, str] | None = None
    since_day: exp.Expr | None = None
    daily: tuple[exp.Expr, ...] = ()


def days_since(day: exp.Expr, today: int) -> Typed:
    """Return the days from a day to today."""
    found = exp.paren(exp.Sub(this=number(today), expression=day.copy()))
    return Typed(found, since_day=day)


def changing(*parts: Typed) -> tuple[exp.Expr, ...]:
    """Return what makes a number of other numbers change from day to day."""
    found: list[exp.Expr] = []
    for part in parts:
        found += part.daily
        if part.since_day is not None:
            found.append(is_known(part.sql))
    return tuple(found)


def supported(found: exp.Expr, support: exp.Expr, least: int) -> exp.Expr:
    """Return a value where there is enough to know it by, else NULL."""
    enough = surely(exp.GTE(this=exp.paren(support.copy()), expression=number(max(least, 1))))
    return chosen([(enough, found)], exp.null())


def basis_points(over: exp.Expr, under: exp.Expr) -> exp.Expr:
    """Return a number in basis points of another, unknown where that is 0 or less."""
    # Up to 4.6e14 fen of one customer this stays within 64 bits; beyond, DuckDB refuses.
    scaled = exp.Mul(this=exp.paren(over.copy()), expression=number(BASIS_POINTS))
    found = halves_up(scaled, under)
    return chosen([(surely(exp.GT(this=exp.paren(under.copy()), expression=number(0))), found)],
                  exp.null())  # fmt: skip


def how_many() -> exp.Expr:
    """Return how many rows there are."""
    return exp.Count(this=exp.Star())


def sum_of(amount: exp.Expr) -> exp.Expr:
    """Return the sum of a number."""
    return exp.Sum(this=amount.copy())


def sum_where(amount: exp.Expr, test: exp.Expr) -> exp.Expr:
    """Return the sum over the rows for which a test holds."""
    return filtered(exp.Sum(this=amount), test)


def switch(value: exp.Expr, numbers: Mapping[int, int], other: int) -> exp.Expr:
    """Return another number for a number."""
    if not numbers:
        return number(other)
    found = exp.Case(this=value.copy())
    for one, place in sorted(numbers.items()):
        found = found.when(number(one), number(place))
    return found.else_(number(other))


def places_of(tag: Tag) -> Mapping[str, int]:
    """Return the place of each value in the list of a tag, from 1 on."""
    assert isinstance(tag.values, tuple), "Only listed values have places."
    return {value.code: place for place, value in enumerate(tag.values, 1)}


def placed(tag: Tag, found: Typed) -> exp.Expr:
    """Return the place of a value in the tag's list, 0 where it is unknown or not in it."""
    places = places_of(tag)
    numbers = {one: places[text] for one, text in (found.texts or {}).items() if text in places}
    if all(one == place for one, place in numbers.items()) and len(numbers) == len(
        found.texts or ()
    ):
        return filled(found.sql, 0)
    return switch(filled(found.sql, 0), numbers, 0)


def filled_in(template: exp.Expr, values: Mapping[str, exp.Expr]) -> exp.Expr:
    """Return a template with its columns filled in."""

    def replace(node: exp.Expr) -> exp.Expr:
        known = isinstance(node, exp.Column) and not node.table and node.name in values
        return values[node.name].copy() if known else node

    return template.copy().transform(replace)
