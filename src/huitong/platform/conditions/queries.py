"""Writes a condition as DuckDB's SQL, out of sqlglot's syntax trees; values are never spliced."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import assert_never

from sqlglot import exp

from huitong.platform.conditions.ranges import (
    Edge,
    Range,
    Reading,
    ago_of,
    holds_of_none,
    range_of,
    window_of,
)
from huitong.platform.conditions.tree import (
    AllOf,
    Anniversary,
    AnyOf,
    Condition,
    DistinctOf,
    FieldLeaf,
    HasAll,
    InSegment,
    IsKnown,
    LastDays,
    MaxOf,
    NextDays,
    NotOf,
    OfFacts,
    OneOf,
    SumOf,
    Within,
)
from huitong.platform.conditions.vocabulary import FactKind, Field, FieldType, Relation, Stored

POPULATION = "customer"
FACT = "fact"


def select_customers(condition: Condition, reading: Reading) -> exp.Select:
    """Return the query that answers the ids of all living customers who meet a checked condition.

    Its one column is `customer_id`. Print it with `.sql(dialect="duckdb")`.
    """
    population = reading.vocabulary.population
    aliases = _aliases(condition, reading)
    own = exp.column(population.relation.customer, table=POPULATION, quoted=True)
    alive = exp.column(population.alive, table=POPULATION, quoted=True)
    query = exp.select(exp.alias_(own, "customer_id", quoted=True)).from_(
        _table(population.relation, POPULATION)
    )
    for relation, alias in aliases.items():
        if alias != POPULATION:
            theirs = exp.column(relation.customer, table=alias, quoted=True)
            query = query.join(_table(relation, alias), on=theirs.eq(own), join_type="left")
    return query.where(alive, _Writer(reading, aliases).condition(condition))


def _aliases(condition: Condition, reading: Reading) -> dict[Relation, str]:
    """Return a name for each relation whose fields the condition asks for, joined once each."""
    aliases = {reading.vocabulary.population.relation: POPULATION}
    for field in _fields(condition, reading):
        aliases.setdefault(field.column.relation, f"joined_{len(aliases)}")
    return aliases


def _fields(condition: Condition, reading: Reading) -> Iterator[Field]:
    match condition:
        case AllOf(all=parts) | AnyOf(any=parts):
            for part in parts:
                yield from _fields(part, reading)
        case NotOf(not_=part):
            yield from _fields(part, reading)
        case InSegment(segment=code):
            yield from _fields(reading.segments.conditions[code], reading)
        case OfFacts():
            return
        case _:
            yield reading.vocabulary.field_by_code[condition.field]


class _Writer:
    """Writes conditions of two values: what is unknown is false, never NULL."""

    def __init__(self, reading: Reading, aliases: dict[Relation, str]) -> None:
        self.reading = reading
        self.aliases = aliases

    def condition(self, condition: Condition, within: FactKind | None = None) -> exp.Expr:
        match condition:
            case AllOf(all=parts):
                return _all([self.condition(part, within) for part in parts])
            case AnyOf(any=parts):
                return _any([self.condition(part, within) for part in parts])
            case NotOf(not_=part):
                return exp.not_(self.condition(part, within))
            case InSegment(segment=code):
                return self.condition(self.reading.segments.conditions[code])
            case OfFacts():
                return self.facts(condition)
            case _:
                return self.leaf(condition, within)

    def leaf(self, leaf: FieldLeaf, within: FactKind | None) -> exp.Expr:
        if within is None:
            field = self.reading.vocabulary.field_by_code[leaf.field]
            alias = self.aliases[field.column.relation]
        else:
            field, alias = within.by_code[leaf.field], FACT
        # FALSE AND NULL is FALSE: with this in front nothing comes out as NULL, and the comparison
        # stays one that the scan can skip row groups by.
        column = exp.column(field.column.name, table=alias, quoted=True)
        known = _is_known(field, column)
        if isinstance(leaf, IsKnown):
            return known if leaf.is_known else exp.not_(known)
        return _all([known, self.comparison(leaf, field, column)])

    def comparison(self, leaf: FieldLeaf, field: Field, column: exp.Column) -> exp.Expr:
        match leaf:
            case OneOf(in_=values):
                return _one_of(field, column, values)
            case HasAll(has_all=codes):
                return _has_all(field, column, codes)
            case Within() | LastDays() | NextDays():
                return _in_range(column, range_of(leaf, field.type, self.reading.as_of))
            case Anniversary(anniversary_in_days=days):
                coming = sorted(self.reading.as_of.coming(days))
                return _month_and_day(column).isin(*(_literal(each) for each in coming))
            case IsKnown():
                return exp.true()
            case _ as never:
                assert_never(never)

    def facts(self, leaf: OfFacts) -> exp.Expr:
        """Write a test for membership among those whose facts fit.

        Where nothing fits too, it is those whose facts do not fit who are left out: who has no fact
        that counts is in no group.
        """
        kind = self.reading.vocabulary.fact_by_code[leaf.facts]
        own = exp.column(
            self.reading.vocabulary.population.relation.customer, table=POPULATION, quoted=True
        )
        measured = self.measured(leaf, kind)
        if holds_of_none(leaf):
            return exp.not_(own.isin(query=self.owners(leaf, kind, exp.not_(measured))))
        return own.isin(query=self.owners(leaf, kind, measured))

    def owners(self, leaf: OfFacts, kind: FactKind, having: exp.Expr) -> exp.Select:
        owner = exp.column(kind.relation.customer, table=FACT, quoted=True)
        time = _own(kind.time_field)
        window = window_of(leaf, kind.time_field.type, self.reading.as_of)
        query = (
            exp.select(owner)
            .from_(_table(kind.relation, FACT))
            # Facts of nobody known would make NOT IN unknown for everybody.
            .where(_is_not_null(owner), _is_not_null(time), _in_range(time, window))
        )
        if leaf.where is not None:
            query = query.where(self.condition(leaf.where, kind))
        return query.group_by(owner).having(having)

    def measured(self, leaf: OfFacts, kind: FactKind) -> exp.Expr:
        bounds = Range(leaf.at_least, leaf.less_than)
        match leaf.measure:
            case "count":
                return _in_range(exp.Count(this=exp.Star()), bounds)
            case SumOf(sum=name):
                total = exp.Sum(this=_own(kind.by_code[name]))
                return _in_range(exp.func("COALESCE", total, _literal(0)), bounds)
            case DistinctOf(distinct=name):
                different = exp.Distinct(expressions=[_own(kind.by_code[name], of_codes=True)])
                return _in_range(exp.Count(this=different), bounds)
            case MaxOf(max=name):
                most = exp.Max(this=_own(kind.by_code[name]))
                return _all([_is_not_null(most), _in_range(most, bounds)])
            case "days_since_last":
                ago = ago_of(leaf, kind.time_field.type, self.reading.as_of)
                return _in_range(exp.Max(this=_own(kind.time_field)), ago)
            case "days_since_first":
                ago = ago_of(leaf, kind.time_field.type, self.reading.as_of)
                return _in_range(exp.Min(this=_own(kind.time_field)), ago)
            case _ as never:
                assert_never(never)


def _table(relation: Relation, alias: str) -> exp.Expr:
    schema, _, name = relation.name.rpartition(".")
    table = exp.table_(name, db=schema or None, quoted=True)
    return exp.alias_(table, alias, table=True, quoted=True)


def _all(parts: list[exp.Expr]) -> exp.Expr:
    return exp.and_(*parts, copy=False) if parts else exp.true()


def _any(parts: list[exp.Expr]) -> exp.Expr:
    return exp.or_(*parts, copy=False) if parts else exp.false()


def _is_not_null(value: exp.Expr) -> exp.Expr:
    return exp.not_(exp.Is(this=value.copy(), expression=exp.null()))


def _own(field: Field, *, of_codes: bool = False) -> exp.Expr:
    """Return the field of the fact at hand; where codes are counted, none of them is NULL."""
    column = exp.column(field.column.name, table=FACT, quoted=True)
    if of_codes and field.column.stored is Stored.NUMBERED:
        return exp.func("NULLIF", column, _literal(0))
    return column


def _is_known(field: Field, column: exp.Column) -> exp.Expr:
    known = _is_not_null(column)
    if field.column.stored is Stored.NUMBERED:
        return _all([known, column.copy().neq(_literal(0))])
    if field.type is FieldType.CODES:
        return _all([known, exp.GT(this=exp.func("LEN", column.copy()), expression=_literal(0))])
    return known


def _one_of(field: Field, column: exp.Column, values: tuple[bool | str, ...]) -> exp.Expr:
    codes = [value for value in values if isinstance(value, str)]
    if field.type is FieldType.CODES and field.column.stored is Stored.NUMBERED:
        return _masked(column, _mask(field, codes)).neq(_literal(0))
    if field.type is FieldType.CODES:
        return exp.ArrayOverlaps(this=column, expression=_list(codes))
    if field.column.stored is Stored.NUMBERED:
        return column.isin(*(_literal(field.place_of(code)) for code in codes))
    return column.isin(*(_literal(value) for value in values))


def _has_all(field: Field, column: exp.Column, codes: tuple[str, ...]) -> exp.Expr:
    if field.column.stored is Stored.NUMBERED:
        mask = _mask(field, codes)
        return _masked(column, mask).eq(_literal(mask))
    return exp.ArrayContainsAll(this=column, expression=_list(codes))


def _mask(field: Field, codes: Iterable[str]) -> int:
    return sum(1 << (field.place_of(code) - 1) for code in set(codes))


def _masked(column: exp.Column, mask: int) -> exp.Expr:
    return exp.paren(exp.BitwiseAnd(this=column, expression=_literal(mask)))


def _list(codes: Iterable[str]) -> exp.Expr:
    return exp.Array(expressions=[_literal(code) for code in codes])


def _in_range(value: exp.Expr, wanted: Range) -> exp.Expr:
    parts: list[exp.Expr] = []
    if wanted.low is not None:
        parts.append(exp.GTE(this=value.copy(), expression=_literal(wanted.low)))
    if wanted.high is not None:
        parts.append(exp.LT(this=value.copy(), expression=_literal(wanted.high)))
    return _all(parts)


def _month_and_day(column: exp.Column) -> exp.Expr:
    month = exp.Extract(this=exp.var("MONTH"), expression=column.copy())
    day = exp.Extract(this=exp.var("DAY"), expression=column.copy())
    hundreds = exp.Mul(this=month, expression=_literal(100))
    return exp.paren(exp.Add(this=hundreds, expression=day))


def _literal(value: Edge | str) -> exp.Expr:
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.astimezone(UTC).isoformat()), "TIMESTAMPTZ")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    if isinstance(value, int):
        return exp.Literal.number(value)
    return exp.Literal.string(value)
