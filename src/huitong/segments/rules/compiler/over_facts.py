"""Numbers and values over facts: counts, sums, quantiles, gaps, the first and the last."""

from sqlglot import exp

from huitong.segments.model import tag_fact_primitives as of
from huitong.segments.model.tag_fact_primitives import BASIS_POINTS, OverFacts
from huitong.segments.rules.compiler.compiling import Compiler
from huitong.segments.rules.compiler.fields import Refused, is_word
from huitong.segments.rules.compiler.syntax import (
    chosen,
    column,
    every,
    filled,
    filtered,
    halves_up,
    is_known,
    narrow,
    number,
    within,
    written,
)
from huitong.segments.rules.compiler.typed import (
    VALUE,
    Shape,
    Typed,
    basis_points,
    days_since,
    how_many,
    sum_of,
    supported,
)

# So many words fit into a mask of 64 bits, where they are counted in one plain pass.
MASKED_WORDS_MAX = 62


def count(compiler: Compiler, over: OverFacts, path: str) -> Typed:
    """Count facts; of none 0."""
    test = compiler.counted(over, path)
    return Typed(filled(compiler.measured(over.facts, how_many(), test), 0))


def has_any(compiler: Compiler, over: of.HasAny, path: str) -> Typed:
    """Give 1 when there is a fact, else 0."""
    counted = count(compiler, over, path).sql
    return Typed(chosen([(exp.GT(this=counted, expression=number(0)), number(1))], number(0)))


def total(compiler: Compiler, over: of.Sum, path: str) -> Typed:
    """Add a number up; of none 0."""
    value = compiler.number_field(over.facts, over.field, path)
    found = compiler.measured(over.facts, exp.Sum(this=value), compiler.counted(over, path))
    return Typed(filled(narrow(found), 0))


def mean(compiler: Compiler, over: of.Mean, path: str) -> Typed:
    """Give the mean of a number, halves up."""
    value = compiler.number_field(over.facts, over.field, path)
    test = compiler.counted(over, path)
    total = compiler.measured(over.facts, exp.Sum(this=value), test)
    known = compiler.measured(over.facts, exp.Count(this=value.copy()), test.copy())
    found = compiler.plan.derived(supported(halves_up(narrow(total), known), known, over.support))
    return Typed(found)


def minimum(compiler: Compiler, over: of.Minimum, path: str) -> Typed:
    """Give the least number."""
    value = compiler.number_field(over.facts, over.field, path)
    return Typed(compiler.measured(over.facts, exp.Min(this=value), compiler.counted(over, path)))


def maximum(compiler: Compiler, over: of.Maximum, path: str) -> Typed:
    """Give the greatest number."""
    value = compiler.number_field(over.facts, over.field, path)
    return Typed(compiler.measured(over.facts, exp.Max(this=value), compiler.counted(over, path)))


def quantile(compiler: Compiler, over: of.Quantile | of.Median, path: str) -> Typed:
    """Give a quantile, in a pass of its own."""
    value = compiler.number_field(over.facts, over.field, path)
    share = over.share_bp if isinstance(over, of.Quantile) else BASIS_POINTS // 2
    test = compiler.counted(over, path)
    aggregate = exp.Anonymous(this="quantile_disc", expressions=[value, share_of(share)])
    quantiles = compiler.plan.of_quantiles(over.facts, over.field)
    found = quantiles.add(filtered(aggregate, test))
    known = compiler.measured(over.facts, exp.Count(this=value.copy()), test.copy())
    return Typed(supported(found, known, over.support))


def distinct(compiler: Compiler, over: of.Distinct, path: str) -> Typed:
    """Count different words by a mask, or different numbers by value."""
    field = compiler.fields.of_facts(over.facts, over.field, f"{path}.field")
    value = compiler.field(over.facts, over.field, path)
    test = compiler.counted(over, path)
    words = compiler.fields.numbers_of(over.field)
    if is_word(field) and words and max(words.values()) <= MASKED_WORDS_MAX:
        # Word 0 is “unknown” and stays out of the count.
        bit = written("CASE WHEN x > 0 THEN CAST(1 AS UBIGINT) << x END").transform(
            lambda node: value.copy() if isinstance(node, exp.Column) else node
        )
        seen = compiler.measured(over.facts, exp.BitwiseOrAgg(this=bit), test)
        return Typed(filled(exp.Anonymous(this="bit_count", expressions=[seen]), 0))
    known = value.neq(number(0)) if is_word(field) else is_known(value)
    by_value = compiler.by_value(over, every([test, known]))
    seen = by_value.second.add(how_many())
    return Typed(filled(narrow(seen), 0))


def share(compiler: Compiler, over: of.Share_, path: str) -> Typed:
    """Give the share of what a part leaves, in basis points."""
    test = compiler.counted(over, path)
    part = compiler.filter_of(over.part, over.facts, f"{path}.part")
    amount = compiler.amount(over.facts, over.amount, path)
    whole = filled(narrow(compiler.measured(over.facts, sum_of(amount), test)), 0)
    inside = compiler.measured(over.facts, sum_of(amount), every([test.copy(), part]))
    found = basis_points(filled(narrow(inside), 0), whole)
    return Typed(compiler.plan.derived(supported(found, whole, over.support)))


def gap(compiler: Compiler, over: of.Gap, path: str) -> Typed:
    """Give the mean number of days between different days."""
    test = compiler.counted(over, path)
    compiler.field(over.facts, "day", path)
    by_value = compiler.by_value(over, test, field="day")
    days = by_value.second.add(how_many())
    last = by_value.second.add(exp.Max(this=column(VALUE)))
    first = by_value.second.add(exp.Min(this=column(VALUE)))
    between = exp.paren(exp.Sub(this=last, expression=first))
    gaps = exp.paren(exp.Sub(this=days.copy(), expression=number(1)))
    found = supported(halves_up(between, gaps), days, over.days_min)
    return Typed(compiler.plan.derived(found))


def since_last(compiler: Compiler, over: of.SinceLast, path: str) -> Typed:
    """Give the days since the last fact."""
    return _since(compiler, exp.Max, over, path)


def since_first(compiler: Compiler, over: of.SinceFirst, path: str) -> Typed:
    """Give the days since the first fact."""
    return _since(compiler, exp.Min, over, path)


def _since(compiler: Compiler, extreme: type[exp.Expr], over: OverFacts, path: str) -> Typed:
    day = compiler.field(over.facts, "day", path)
    found = compiler.measured(over.facts, extreme(this=day), compiler.counted(over, path))
    return days_since(found, compiler.today)


def trend(compiler: Compiler, over: of.Trend, path: str) -> Typed:
    """Compare the last days with as many before them."""
    if over.last_days is not None or over.ever:
        raise Refused(path, "A trend says its own `days`.")
    where = [] if over.where is None else [compiler.filter_of(over.where, over.facts, path)]
    day = compiler.field(over.facts, "day", path)
    compiler.border(over.days)
    compiler.border(2 * over.days)
    amount = compiler.amount(over.facts, over.amount, path)
    border, start = compiler.today - over.days, compiler.today - 2 * over.days
    late = every([exp.GT(this=day, expression=number(border)), *where])
    early = every([within(day, start + 1, border + 1), *where])
    now = filled(narrow(compiler.measured(over.facts, sum_of(amount), late)), 0)
    before = filled(narrow(compiler.measured(over.facts, sum_of(amount), early)), 0)
    return Typed(compiler.plan.derived(basis_points(now, before)))


def first(compiler: Compiler, over: of.First, path: str) -> Typed:
    """Give the value of the first fact."""
    return _extreme(compiler, "arg_min", over, path)


def last(compiler: Compiler, over: of.Last, path: str) -> Typed:
    """Give the value of the last fact."""
    return _extreme(compiler, "arg_max", over, path)


def _extreme(compiler: Compiler, function: str, over: of.First | of.Last, path: str) -> Typed:
    field = compiler.fields.of_facts(over.facts, over.field, f"{path}.field")
    value = compiler.field(over.facts, over.field, path)
    order = exp.Anonymous(
        this="row",
        expressions=[compiler.plan.use(over.facts, name) for name in ("instant", "order", "place")],
    )
    known = value.neq(number(0)) if is_word(field) else is_known(value)
    test = every([compiler.counted(over, path), known])
    aggregate = exp.Anonymous(this=function, expressions=[value.copy(), order])
    found = compiler.measured(over.facts, aggregate, test)
    if is_word(field):
        return Typed(found, Shape.CODE, compiler.fields.texts_of(over.field))
    return Typed(found)


def share_of(share_bp: int) -> exp.Expr:
    """Return basis points as a decimal, so that no double rounds them."""
    return exp.Literal.number(f"0.{share_bp:04d}" if share_bp < BASIS_POINTS else "1.0")
