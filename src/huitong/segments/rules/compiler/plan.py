"""A plan: in which passes over the facts everything that tags need is measured, and what it gives.

A holistic aggregate (a quantile, a mode, a count of different values) never shares a GROUP BY with
others: DuckDB keeps all rows of a group for it, which took 12 GB where this takes one. A mode is
two levels of sums; different values are counted on the first of those levels; a quantile has a
query of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from huitong.segments.rules.compiler.syntax import WHO, column, told

TURN_OF_ORDERS = "turn_orders"


@dataclass(slots=True)
class Measures:
    """Named aggregates, each written once however many tags ask for it."""

    prefix: str
    by_text: dict[str, str] = field(default_factory=dict)
    columns: dict[str, exp.Expr] = field(default_factory=dict)

    def add(self, aggregate: exp.Expr) -> exp.Column:
        """Return the column of an aggregate."""
        text = told(aggregate)
        name = self.by_text.get(text)
        if name is None:
            name = self.by_text[text] = f"{self.prefix}_{len(self.columns)}"
            self.columns[name] = aggregate
        return column(name)


@dataclass(slots=True)
class ByValue:
    """A pass in two levels: by customer and value of a field, then by customer.

    It reads the facts that count alone, so its measures need no test of their own: one pass for
    each test is three times faster than one pass whose measures each filter.
    """

    result: str
    facts: str
    name: str
    counted: exp.Expr
    first: Measures
    second: Measures


@dataclass(frozen=True, slots=True)
class Given:
    """A tag by hand: the column that the customer's present value comes in."""

    tag: str
    is_multi: bool


@dataclass(slots=True)
class Plan:
    """What to measure, and how each tag follows from it.

    `outputs` are columns over the measured ones by the code of the tag, with their SQL type.
    `turns` say on which day, since 1970-01-01, an output may change though no fact does.
    """

    today: int
    simple: dict[str, Measures] = field(default_factory=dict)
    by_value: dict[tuple[str, str, str], ByValue] = field(default_factory=dict)
    quantiles: dict[tuple[str, str], Measures] = field(default_factory=dict)
    fields: dict[str, set[str]] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    given: dict[str, Given] = field(default_factory=dict)
    outputs: dict[str, tuple[exp.Expr, str]] = field(default_factory=dict)
    turns: dict[str, exp.Expr] = field(default_factory=dict)
    # So many days after an order, what belongs to it leaves a window.
    borders: set[int] = field(default_factory=set)
    lineage: dict[str, set[str]] = field(default_factory=dict)
    # Numbers made of measures, each worked out once; a later level may ask for an earlier one.
    levels: list[Measures] = field(default_factory=list)

    def derived(self, value: exp.Expr) -> exp.Column:
        """Return the column of a number made of measures, so that it is worked out once."""
        asked = {node.name for node in value.find_all(exp.Column)}
        below = [n for n, level in enumerate(self.levels, 1) if asked & level.columns.keys()]
        place = max(below, default=0)
        if place == len(self.levels):
            self.levels.append(Measures(prefix=f"d{place}"))
        return self.levels[place].add(value)

    def measured(self) -> str:
        """Return the query of all that is measured of the customers of a part, by `who`."""
        source = exp.select("*").from_("part_customers")
        for name in self.queries():
            source = source.join(name, using="who", join_type="left")
        for level in self.levels:
            named = [exp.alias_(each, name) for name, each in level.columns.items()]
            source = exp.select("*", *named).from_(source.subquery())
        return told(source)

    def use(self, facts: str, name: str) -> exp.Column:
        """Return a field of the facts at hand, and note that it is needed."""
        self.fields.setdefault(facts, set()).add(name)
        return column(name)

    def of_facts(self, facts: str) -> Measures:
        """Return the plain aggregates over facts."""
        self.fields.setdefault(facts, set())
        return self.simple.setdefault(facts, Measures(f"m_{facts}"))

    def of_values(self, facts: str, name: str, counted: exp.Expr) -> ByValue:
        """Return the pass by the values of a field over the facts that count."""
        self.use(facts, name)
        key = (facts, name, told(counted))
        if key not in self.by_value:
            earlier = sum(known[:2] == key[:2] for known in self.by_value)
            result = f"{facts}_by_{name}" + (f"_{earlier}" if earlier else "")
            self.by_value[key] = ByValue(
                f"pass_{result}",
                facts,
                name,
                counted,
                Measures(f"fv_{result}"),
                Measures(f"v_{result}"),
            )
        return self.by_value[key]

    def of_quantiles(self, facts: str, name: str) -> Measures:
        """Return the quantiles of a number."""
        self.use(facts, name)
        return self.quantiles.setdefault((facts, name), Measures(f"q_{facts}_{name}"))

    def queries(self) -> Mapping[str, exp.Expr]:
        """Return the passes by the name of their result; each has a row per customer with facts."""
        found: dict[str, exp.Expr] = {}
        for facts, measures in self.simple.items():
            columns = {**measures.columns, **(self._turning() if facts == "orders" else {})}
            if columns:
                found[f"pass_{facts}"] = _grouped(facts, columns)
        for by_value in self.by_value.values():
            found[by_value.result] = _two_levels(by_value)
        for (facts, _), measures in self.quantiles.items():
            for own, aggregate in measures.columns.items():
                found[f"pass_{own}"] = _grouped(facts, {own: aggregate})
        return found

    def _turning(self) -> Mapping[str, exp.Expr]:
        """Return on which day the next order leaves a window."""
        if not self.borders:
            return {}
        self.use("orders", "day")
        found = exp.Case()
        for days in sorted(self.borders):
            leaves = exp.Add(this=column("day"), expression=exp.Literal.number(days))
            found = found.when(
                exp.GT(this=leaves, expression=exp.Literal.number(self.today)), leaves.copy()
            )
        return {TURN_OF_ORDERS: exp.Min(this=found)}


def _grouped(facts: str, columns: Mapping[str, exp.Expr]) -> exp.Select:
    named = [exp.alias_(each.copy(), name, quoted=True) for name, each in columns.items()]
    return (
        exp.select(column(WHO), *named)
        .from_(exp.table_(f"facts_{facts}", quoted=True))
        .group_by(column(WHO))
    )


def _two_levels(by_value: ByValue) -> exp.Select:
    value = column(by_value.name)
    first = [
        exp.alias_(each.copy(), name, quoted=True) for name, each in by_value.first.columns.items()
    ]
    inner = (
        exp.select(column(WHO), exp.alias_(value, "value", quoted=True), *first)
        .from_(exp.table_(f"facts_{by_value.facts}", quoted=True))
        .where(by_value.counted.copy())
        .group_by(column(WHO), value.copy())
    )
    second = [
        exp.alias_(each.copy(), name, quoted=True) for name, each in by_value.second.columns.items()
    ]
    return exp.select(column(WHO), *second).from_(inner.subquery("by_value")).group_by(column(WHO))
