"""Compiles metrics to DuckDB's SQL, as syntax trees; no value is ever spelled into a text.

A statement gathers the rows of a fact that a question concerns, once, into a table; each measure is
then one plain aggregate of it, because several distinct counts in one would not fit into memory.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from sqlglot import exp, parse_one

from huitong.customers.model import Classed
from huitong.metrics.model import (
    ROWS_MAX,
    Fact,
    Grain,
    Measure,
    Metric,
    Relation,
    Repeated,
    Span,
    Within,
)

DIALECT = "duckdb"
FACT = "fact"
FIGURE = "figure"

Parameter: TypeAlias = str | date | list[str]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL, and the values of its named parameters."""

    sql: str
    parameters: Mapping[str, Parameter]


@dataclass(frozen=True, slots=True)
class Gathering:
    """Which rows measures are taken of; those with the same gathering share one table."""

    fact: str
    dated: str
    at_end: bool
    excludes: tuple[Classed, ...]


def gathering_of(metric: Metric, measure: Measure, fact: Fact) -> Gathering:
    """Return of which rows a measure is taken."""
    return Gathering(
        measure.of, measure.dated or fact.dated, measure.at_end, tuple(sorted(metric.excludes))
    )


def columns_used(measure: Measure) -> set[str]:
    """Return the columns of its fact that a measure reads."""
    used = {*measure.where, *filter(None, [measure.sum, measure.distinct])}
    if measure.repeated is not None:
        used |= {measure.repeated.each, measure.repeated.distinct}
    return used


def gather(
    table: str,
    gathering: Gathering,
    fact: Fact,
    relations: Mapping[str, Relation],
    *,
    columns: Collection[str],
    by: Sequence[str],
    span: Span,
    zone: str,
    within: Within | None = None,
) -> Statement:
    """Return the statement that makes a table of the rows, with columns for measures and cuts."""
    wanted = {
        name: fact.columns[name].sql for name in sorted({*columns, *_plain(by), gathering.dated})
    }
    counted = _of(fact.columns[gathering.dated].sql)
    query = exp.select(*(_of(sql).as_(name) for name, sql in wanted.items()))
    query = query.select(*(_period(one, counted, gathering).as_(one) for one in _grains(by)))
    query = query.from_(FACT).where(exp.LT(this=counted.copy(), expression=_parameter("until")))
    if not gathering.at_end:
        query = query.where(exp.GTE(this=counted.copy(), expression=_parameter("since")))
    if within is not None:
        query = query.where(_inside(fact))
    joined = {one for name in (*wanted, gathering.dated) for one in fact.columns[name].joins}
    needs = list(fact.source.needs)
    for alias in sorted(joined):
        join = fact.joins[alias]
        needs += join.needs
        target = exp.alias_(exp.to_table(join.table), alias, table=True)
        query = query.join(target, on=join.on, join_type="left", dialect=DIALECT)
    for name in _in_order(needs, relations):
        query = query.with_(name, as_=_of(relations[name].sql), materialized=False)
    query = query.with_(FACT, as_=_of(fact.source.sql), materialized=False)
    made = query.ctas(table, dialect=DIALECT)
    return Statement(made.sql(dialect=DIALECT), _values(made, gathering, span, zone, within))


def figures_of(table: str, measure: Measure, by: Sequence[str]) -> Statement:
    """Return the statement that answers a measure, one row for each cut: its keys, the number."""
    keys = [exp.column(one) for one in by]
    if measure.repeated is not None:
        rows: exp.Expr = _repeating(table, measure, measure.repeated, by)
    else:
        rows = exp.to_table(table)
    query = exp.select(*keys, _aggregate(measure).as_(FIGURE)).from_(rows)
    if measure.repeated is None:
        query = query.where(*_conditions(measure))
    if keys:
        query = query.group_by(*(key.copy() for key in keys))
    # One more than is answered, so that it shows when there are too many.
    return Statement(query.limit(ROWS_MAX + 1).sql(dialect=DIALECT), {})


def drop(table: str) -> str:
    """Return the statement that lets go of a table that was made."""
    return exp.Drop(tables=[exp.to_table(table)], kind="TABLE").sql(dialect=DIALECT)


def _repeating(table: str, measure: Measure, repeated: Repeated, by: Sequence[str]) -> exp.Subquery:
    """Return whoever has enough different values, one row for each and cut."""
    keys = [exp.column(one) for one in (*by, repeated.each)]
    different = exp.Count(this=exp.Distinct(expressions=[exp.column(repeated.distinct)]))
    known = exp.column(repeated.each).is_(exp.null()).not_()
    return (
        exp.select(*keys)
        .from_(table)
        .where(*_conditions(measure), known)
        .group_by(*(key.copy() for key in keys))
        .having(exp.GTE(this=different, expression=exp.Literal.number(repeated.at_least)))
        .subquery("repeating")
    )


def _aggregate(measure: Measure) -> exp.Expr:
    if measure.sum is not None:
        # A sum of nothing is nothing, and never unknown.
        added = exp.Sum(this=exp.column(measure.sum))
        return exp.Coalesce(this=added, expressions=[exp.Literal.number(0)])
    if measure.distinct is not None:
        return exp.Count(this=exp.Distinct(expressions=[exp.column(measure.distinct)]))
    return exp.Count(this=exp.Star())


def _conditions(measure: Measure) -> Iterator[exp.Expr]:
    for name, wanted in measure.where.items():
        if isinstance(wanted, bool):
            yield exp.column(name).is_(exp.true() if wanted else exp.false())
        else:
            yield exp.column(name).isin(*wanted)


def _period(grain: str, counted: exp.Expr, gathering: Gathering) -> exp.Expression:
    """Return the first day of a row's period; what was there before begins with the first one."""
    day = counted.copy()
    if gathering.at_end:
        day = exp.Greatest(this=day, expressions=[_parameter("since")])
    name = exp.Literal.string(grain)
    return exp.cast(exp.Anonymous(this="date_trunc", expressions=[name, day]), "date")


def _in_order(wanted: Sequence[str], relations: Mapping[str, Relation]) -> list[str]:
    """Return relations with all they need, each after what it reads."""
    found: dict[str, None] = {}
    for name in wanted:
        found.update(dict.fromkeys(_in_order(relations[name].needs, relations)))
        found[name] = None
    return list(found)


def _inside(fact: Fact) -> exp.Expr:
    """Return whether a row is of one of the stores, or by one of the guides, that are seen."""
    listed = [
        exp.Anonymous(
            this="list_contains", expressions=[exp.Placeholder(this=name), _of(column.sql)]
        )
        for name, column in (("stores", fact.columns["store"]), ("guides", fact.columns["guide"]))
    ]
    # What is in no store, such as an order of the web shop, is in none of theirs.
    return exp.or_(
        *(exp.Coalesce(this=one, expressions=[exp.false()]) for one in listed), dialect=DIALECT
    )


def _values(
    made: exp.Expr, gathering: Gathering, span: Span, zone: str, within: Within | None
) -> dict[str, Parameter]:
    """Return the values of the parameters that a statement has."""
    known: dict[str, Parameter] = {
        "zone": zone,
        "since": span.since,
        "until": span.until,
        "excluded": [str(one) for one in gathering.excludes],
        "stores": [] if within is None else [*within.stores],
        "guides": [] if within is None else [*within.guides],
    }
    used = {str(one.this) for one in made.find_all(exp.Placeholder)}
    return {name: value for name, value in known.items() if name in used}


def _of(sql: str) -> exp.Expr:
    return parse_one(sql, dialect=DIALECT)


def _parameter(name: str) -> exp.Expr:
    return exp.cast(exp.Placeholder(this=name), "date")


def _grains(by: Sequence[str]) -> list[str]:
    return [one for one in by if one in set(Grain)]


def _plain(by: Sequence[str]) -> list[str]:
    return [one for one in by if one not in set(Grain)]
