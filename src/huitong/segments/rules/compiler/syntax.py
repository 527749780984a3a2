"""Small pieces of SQL as sqlglot's trees, so that no value is ever spliced into a text."""

from collections.abc import Iterable, Mapping, Sequence

from sqlglot import exp, parse_one

DIALECT = "duckdb"
WHO = "who"


def column(name: str, table: str | None = None) -> exp.Column:
    """Return a column."""
    return exp.column(name, table=table, quoted=True)


def number(value: int) -> exp.Expr:
    """Return a whole number; one below 0 stands in brackets."""
    literal = exp.Literal.number(abs(value))
    return exp.paren(exp.Neg(this=literal)) if value < 0 else literal


def written(text: str) -> exp.Expr:
    """Return the tree of an expression of ours."""
    return parse_one(text, dialect=DIALECT)


def every(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Return that all parts hold; of none, true."""
    return exp.and_(*parts) if parts else exp.true()


def some(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Return that at least one part holds; of none, false."""
    return exp.or_(*parts) if parts else exp.false()


def surely(test: exp.Expr) -> exp.Expr:
    """Return a test that is false where it would be unknown."""
    return exp.Coalesce(this=test, expressions=[exp.false()])


def is_known(value: exp.Expr) -> exp.Expr:
    """Return that a value is not NULL."""
    return exp.not_(exp.Is(this=exp.paren(value.copy()), expression=exp.null()))


def within(value: exp.Expr, at_least: int | None, less_than: int | None) -> exp.Expr:
    """Return that a number reaches a border and stays below another."""
    parts: list[exp.Expr] = []
    if at_least is not None:
        parts.append(exp.GTE(this=exp.paren(value.copy()), expression=number(at_least)))
    if less_than is not None:
        parts.append(exp.LT(this=exp.paren(value.copy()), expression=number(less_than)))
    return every(parts)


def chosen(cases: Iterable[tuple[exp.Expr, exp.Expr]], other: exp.Expr) -> exp.Expr:
    """Return the value of the first test that holds, else the other one."""
    found = exp.Case()
    for test, value in cases:
        found = found.when(test, value)
    return found.else_(other) if found.args.get("ifs") else other


def filled(value: exp.Expr, other: int) -> exp.Expr:
    """Return a number, or another where it is NULL."""
    return exp.Coalesce(this=value, expressions=[number(other)])


def filtered(aggregate: exp.Expr, test: exp.Expr) -> exp.Expr:
    """Return an aggregate over the rows for which a test holds."""
    if isinstance(test, exp.Boolean) and test.this:
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=test))


def cast(value: exp.Expr, kind: str) -> exp.Expr:
    """Return a value as another type of DuckDB's."""
    return exp.cast(value, kind, dialect=DIALECT)


def wide(value: exp.Expr) -> exp.Expr:
    """Return a number in 128 bits, for products that leave 64."""
    return cast(value, "INT128")


def narrow(value: exp.Expr) -> exp.Expr:
    """Return a number in 64 bits."""
    return cast(value, "BIGINT")


def halves_up(over: exp.Expr, under: exp.Expr) -> exp.Expr:
    """Return a quotient of whole numbers to the nearest one, halves up; `under` is above 0.

    That is the floor of (2 * over + under) / (2 * under), and `//` rounds towards 0.
    """
    template = written(
        "CASE WHEN 2 * x + y >= 0 THEN (2 * x + y) // (2 * y)"
        " ELSE -((2 * y - 1 - (2 * x + y)) // (2 * y)) END"
    )
    values = {"x": exp.paren(over.copy()), "y": exp.paren(under.copy())}
    return replaced(template, values)


def replaced(template: exp.Expr, values: Mapping[str, exp.Expr]) -> exp.Expr:
    """Return a template with its columns replaced by other expressions."""

    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in values:
            return values[node.name].copy()
        return node

    return template.copy().transform(replace)


def told(query: exp.Expr) -> str:
    """Return SQL as DuckDB reads it."""
    return query.sql(dialect=DIALECT)
