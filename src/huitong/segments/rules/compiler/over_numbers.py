"""Numbers and values made of other expressions."""

from sqlglot import exp

from huitong.segments.model import tag_expressions as of
from huitong.segments.rules.compiler.compiling import Compiler
from huitong.segments.rules.compiler.fields import Refused
from huitong.segments.rules.compiler.syntax import (
    chosen,
    every,
    filled,
    halves_up,
    is_known,
    number,
    surely,
    within,
)
from huitong.segments.rules.compiler.typed import (
    Shape,
    Typed,
    basis_points,
    changing,
    supported,
    switch,
)


def constant(_compiler: Compiler, constant: of.Constant, _path: str) -> Typed:
    """Give a number."""
    return Typed(number(constant.number))


def ratio(compiler: Compiler, ratio: of.Ratio, path: str) -> Typed:
    """Give a number in basis points of another."""
    over, under = (
        compiler.number_of(ratio.of, f"{path}.of"),
        compiler.number_of(ratio.to, f"{path}.to"),
    )
    found = basis_points(over.sql, under.sql)
    enough = compiler.plan.derived(supported(found, under.sql, ratio.support))
    return Typed(enough, daily=changing(over, under))


def quotient(compiler: Compiler, quotient: of.Quotient, path: str) -> Typed:
    """Give a number divided by another."""
    over = compiler.number_of(quotient.of, f"{path}.of")
    under = compiler.number_of(quotient.by, f"{path}.by")
    found = supported(halves_up(over.sql, under.sql), under.sql, 1)
    return Typed(compiler.plan.derived(found), daily=changing(over, under))


def plus(compiler: Compiler, plus: of.Plus, path: str) -> Typed:
    """Add numbers up."""
    parts = [compiler.number_of(each, f"{path}.of.{n}") for n, each in enumerate(plus.of)]
    found: exp.Expr = exp.paren(parts[0].sql)
    for part in parts[1:]:
        found = exp.Add(this=found, expression=exp.paren(part.sql))
    return Typed(compiler.plan.derived(found), daily=changing(*parts))


def minus(compiler: Compiler, minus: of.Minus, path: str) -> Typed:
    """Give a number less another."""
    over, less = (
        compiler.number_of(minus.of, f"{path}.of"),
        compiler.number_of(minus.less, f"{path}.less"),
    )
    found = exp.Sub(this=exp.paren(over.sql), expression=exp.paren(less.sql))
    return Typed(compiler.plan.derived(found), daily=changing(over, less))


def band(compiler: Compiler, band: of.Band, path: str) -> Typed:
    """Give the value of the last step that a number reaches."""
    found = compiler.number_of(band.of, f"{path}.of")
    codes = list(dict.fromkeys(step.value for step in band.steps))
    codes += [band.unknown] if band.unknown is not None and band.unknown not in codes else []
    places = {code: place for place, code in enumerate(codes, 1)}
    cases = []
    for step in reversed(band.steps):
        test = (
            is_known(found.sql)
            if step.at_least is None
            else surely(within(found.sql, step.at_least, None))
        )
        cases.append((test, number(places[step.value])))
    if band.unknown is not None:
        cases.append((exp.not_(is_known(found.sql)), number(places[band.unknown])))
    borders = [step.at_least for step in band.steps if step.at_least is not None]
    daily = compiler.passes(found, borders)
    texts = {place: code for code, place in places.items()}
    return Typed(chosen(cases, exp.null()), Shape.CODE, texts, daily=daily)


def score(compiler: Compiler, score: of.Score, path: str) -> Typed:
    """Count the borders that a number reaches."""
    found = compiler.number_of(score.of, f"{path}.of")
    return scored(compiler, found, score.borders, less_is_more=score.less_is_more)


def recode(compiler: Compiler, recode: of.Recode, path: str) -> Typed:
    """Give another value for a value."""
    found = compiler.expression(recode.of, f"{path}.of")
    if found.shape is not Shape.CODE or found.texts is None:
        msg = f"{path}.of"
        raise Refused(msg, "One value is needed here.")
    codes = list(dict.fromkeys([*recode.to.values(), *([recode.other] if recode.other else [])]))
    places = {code: place for place, code in enumerate(codes, 1)}
    numbers = {
        one: places[code]
        for one, text in found.texts.items()
        if (code := recode.to.get(text, recode.other)) is not None
    }
    switched = switch(filled(found.sql, 0), numbers, 0)
    texts = {place: code for code, place in places.items()}
    return Typed(switched, Shape.CODE, texts, daily=found.daily)


def cases(compiler: Compiler, cases: of.Cases, path: str) -> Typed:
    """Give the value of the first case that holds."""
    codes = list(dict.fromkeys([case.value for case in cases.cases]))
    codes += [cases.other] if cases.other is not None and cases.other not in codes else []
    places = {code: place for place, code in enumerate(codes, 1)}
    found: list[tuple[exp.Expr, exp.Expr]] = []
    daily: list[exp.Expr] = []
    for place, case in enumerate(cases.cases):
        tests = []
        for n, test in enumerate(case.when):
            held, changing = _test(compiler, test, f"{path}.cases.{place}.when.{n}")
            tests.append(held)
            daily += changing
        found.append((every(tests), number(places[case.value])))
    other = exp.null() if cases.other is None else number(places[cases.other])
    texts = {place: code for code, place in places.items()}
    return Typed(chosen(found, other), Shape.CODE, texts, daily=tuple(daily))


def _test(compiler: Compiler, test: of.Test, path: str) -> tuple[exp.Expr, tuple[exp.Expr, ...]]:
    found = compiler.expression(test.of, f"{path}.of")
    if test.is_known is not None:
        known = is_known(found.sql)
        if found.shape is not Shape.NUMBER:
            known = exp.GT(this=filled(found.sql, 0), expression=number(0))
        return (known if test.is_known else exp.not_(exp.paren(known))), found.daily
    if test.in_:
        if found.shape is not Shape.CODE or found.texts is None:
            msg = f"{path}.in"
            raise Refused(msg, "Only one value can be `in` a list.")
        wanted = sorted(one for one, text in found.texts.items() if text in test.in_)
        if not wanted:
            return exp.false(), found.daily
        value = exp.paren(filled(found.sql, 0))
        return value.isin(*(number(one) for one in wanted)), found.daily
    if found.shape is not Shape.NUMBER:
        raise Refused(path, "Only a number has a range.")
    borders = [one for one in (test.at_least, test.less_than) if one is not None]
    held = surely(within(found.sql, test.at_least, test.less_than))
    return held, compiler.passes(found, borders)


def scored(
    compiler: Compiler, found: Typed, borders: tuple[int, ...], *, less_is_more: bool
) -> Typed:
    """Return 1 and one more for each border that a number reaches."""
    total: exp.Expr = number(1)
    for border in borders:
        value = exp.paren(found.sql.copy())
        reached = (
            exp.LTE(this=value, expression=number(border))
            if less_is_more
            else exp.GTE(this=value, expression=number(border))
        )
        total = exp.Add(this=total, expression=chosen([(reached, number(1))], number(0)))
    turning = [border + 1 for border in borders] if less_is_more else list(borders)
    daily = compiler.passes(found, turning)
    return Typed(chosen([(is_known(found.sql), exp.paren(total))], exp.null()), daily=daily)
