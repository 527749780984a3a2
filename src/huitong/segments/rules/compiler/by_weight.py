"""Values by weight, in two levels: by customer and value, then by customer."""

from dataclasses import dataclass

from sqlglot import exp

from huitong.segments.model import tag_fact_primitives as of
from huitong.segments.model.tag_fact_primitives import BASIS_POINTS, OfValues
from huitong.segments.rules.compiler.compiling import Compiler
from huitong.segments.rules.compiler.fields import WORD_BITS, WORDS_MAX
from huitong.segments.rules.compiler.plan import ByValue
from huitong.segments.rules.compiler.syntax import (
    cast,
    chosen,
    column,
    every,
    filtered,
    is_known,
    narrow,
    number,
    surely,
    wide,
    written,
)
from huitong.segments.rules.compiler.typed import (
    VALUE,
    Shape,
    Typed,
    basis_points,
    filled_in,
    sum_of,
    supported,
    switch,
)

# A mode is the greatest of these keys: weight, then the last day, then the first word.
DAY_BITS = 16
WEIGHT_MAX = (1 << (63 - DAY_BITS - WORD_BITS)) - 1


def _weighed(compiler: Compiler, over: OfValues, path: str) -> "Weighed":
    value = compiler.word_field(over.facts, over.field, path)
    test = every([compiler.counted(over, path), value.neq(number(0))])
    by_value = compiler.by_value(over, test)
    amount = compiler.amount(over.facts, over.amount, path)
    day = compiler.field(over.facts, "day", path)
    weighed = amount.copy()
    if over.recency:
        for step in over.recency:
            compiler.border(step.last_days)
        steps = [
            (
                exp.GT(this=day.copy(), expression=number(compiler.today - step.last_days)),
                number(step.weight),
            )
            for step in over.recency
        ]
        weighed = exp.Mul(this=exp.paren(amount.copy()), expression=chosen(steps, number(0)))
    of_value = by_value.first.add(sum_of(weighed))
    own = by_value.first.add(sum_of(amount))
    last = by_value.first.add(exp.Max(this=day.copy()))
    total = by_value.second.add(exp.Sum(this=of_value))
    support = by_value.second.add(exp.Sum(this=own.copy()))
    return Weighed(by_value, of_value, own, last, total, support)


def mode(compiler: Compiler, over: of.Mode, path: str) -> Typed:
    """Give the value that weighs most."""
    found = _weighed(compiler, over, path)
    best = found.by_value.second.add(exp.Max(this=found.key()))
    enough = every([
        surely(exp.GTE(this=found.support, expression=number(over.support))),
        surely(reaches(weight_of(best), found.total, over.share_bp)),
    ])  # fmt: skip
    word = chosen([(enough, word_of(best))], exp.null())
    return Typed(word, Shape.CODE, compiler.fields.texts_of(over.field))


def top_share(compiler: Compiler, over: of.TopShare, path: str) -> Typed:
    """Give the share of the value that weighs most."""
    found = _weighed(compiler, over, path)
    best = found.by_value.second.add(exp.Max(this=found.of_value.copy()))
    share = basis_points(narrow(best), narrow(found.total))
    return Typed(compiler.plan.derived(supported(share, found.support, over.support)))


def top(compiler: Compiler, over: of.Top, path: str) -> Typed:
    """Give the values that weigh most."""
    found = _weighed(compiler, over, path)
    best = exp.Anonymous(this="max", expressions=[found.key(), number(over.most)])
    keys = found.by_value.second.add(best)
    bits = compiler.bits(over.field)
    template = written(
        "list_reduce(list_transform(keys, lambda x: CASE WHEN bit_of >= 0"
        " AND CAST(x >> shift AS INT128) * bp >= share * total"
        " THEN CAST(1 AS BIGINT) << greatest(bit_of, 0) ELSE 0 END),"
        " lambda x, y: x | y, CAST(0 AS BIGINT))"
    )
    values = {
        "keys": keys,
        "shift": number(DAY_BITS + WORD_BITS),
        "bp": number(BASIS_POINTS),
        "share": number(over.share_bp),
        "total": wide(found.total),
        "bit_of": exp.paren(switch(exp.paren(word_of(column("x"))), bits, -1)),
    }
    mask = filled_in(template, values)
    return Typed(supported(mask, found.support, over.support), Shape.CODES)


def members(compiler: Compiler, over: of.Members, path: str) -> Typed:
    """Give all values that have enough."""
    found = _weighed(compiler, over, path)
    bits = compiler.bits(over.field)
    bit = exp.BitwiseLeftShift(
        this=cast(number(1), "BIGINT"),
        expression=exp.paren(switch(column(VALUE), bits, 0)),
    )
    listed = column(VALUE).isin(*(number(one) for one in sorted(bits)))
    reached = exp.GTE(this=found.own.copy(), expression=number(over.each))
    mask = found.by_value.second.add(
        filtered(exp.BitwiseOrAgg(this=bit), every([listed, reached]) if bits else exp.false())
    )
    return Typed(supported(mask, found.support, over.support), Shape.CODES)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A field's values by weight: columns of the first level, and sums of the second."""

    by_value: ByValue
    of_value: exp.Column
    own: exp.Column
    last: exp.Column
    total: exp.Column
    support: exp.Column

    def key(self) -> exp.Expr:
        """Return the weight, the last day and the word in one number; the greatest wins."""
        template = written(
            "CASE WHEN w > 0 THEN (least(CAST(w AS BIGINT), top) << shift)"
            " | (CAST(greatest(d, 0) AS BIGINT) << word) | (words - v) END"
        )
        values = {
            "w": self.of_value,
            "top": number(WEIGHT_MAX),
            "shift": number(DAY_BITS + WORD_BITS),
            "d": self.last,
            "word": number(WORD_BITS),
            "words": number(WORDS_MAX),
            "v": column(VALUE),
        }
        return filled_in(template, values)


def reaches(weight: exp.Expr, total: exp.Expr, share_bp: int) -> exp.Expr:
    """Tell whether a weight has its share of the whole."""
    if not share_bp:
        return is_known(weight)
    over = exp.Mul(this=wide(weight), expression=number(BASIS_POINTS))
    under = exp.Mul(this=wide(total), expression=number(share_bp))
    return exp.GTE(this=over, expression=under)


def weight_of(key: exp.Expr) -> exp.Expr:
    """Return the weight in the key of a mode."""
    return exp.paren(
        exp.BitwiseRightShift(this=key.copy(), expression=number(DAY_BITS + WORD_BITS))
    )


def word_of(key: exp.Expr) -> exp.Expr:
    """Return the word in the key of a mode."""
    low = exp.paren(exp.BitwiseAnd(this=key.copy(), expression=number(WORDS_MAX)))
    return exp.Sub(this=number(WORDS_MAX), expression=low)
