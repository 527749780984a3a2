"""Why a customer has a tag: every step of its expression, and the lines that counted in each."""
# ruff: noqa: S608 - The statements are made of names of ours and of sqlglot's trees.

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb
from sqlglot import exp

from huitong.platform.ids import bucket_of
from huitong.platform.lake import Opened
from huitong.segments.engine.tag_computing import Catalogue
from huitong.segments.engine.tag_facts import FactReader, Part
from huitong.segments.model.tag_expressions import Band, Score
from huitong.segments.model.tag_fact_primitives import Mode, OfValues, OverFacts
from huitong.segments.model.tags import CustomerNotTagged, Tag, TagInvalid
from huitong.segments.rules.compiler.compiling import Compiler, Step
from huitong.segments.rules.compiler.fields import EPOCH, Fields, Refused, is_word
from huitong.segments.rules.compiler.plan import Plan
from huitong.segments.rules.compiler.primitives import PRIMITIVES
from huitong.segments.rules.compiler.syntax import column, told
from huitong.segments.rules.compiler.typed import Shape, Typed

FACTS_SHOWN_MAX = 200
ONE = "explained_customer"


@dataclass(frozen=True, slots=True)
class CountedFact:
    """A fact that counted: which order, and for a line which; `value` is what was looked at."""

    order_id: int
    order_no: str
    on: date
    line_id: str | None
    sku: str | None
    value: str | int | None
    amount: int
    weight: int


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One part of the expression: what it came to, from which facts, by which borders.

    `facts` are the latest ones, `counted` is how many there are; a step not over facts has neither.
    """

    path: str
    primitive: str
    value: str | int | tuple[str, ...] | None
    days: int | None
    borders: Mapping[str, int | None]
    support: int | None
    counted: int | None
    facts: Sequence[CountedFact]


@dataclass(frozen=True, slots=True)
class ExplainedTag:
    """Why a customer has a value of a tag, or none; `until` is when a day alone may change it."""

    tag: str
    customer_id: int
    as_of: date
    value: str | int | tuple[str, ...] | None
    steps: Sequence[ExplainedStep]
    lineage: Sequence[str]
    until: date | None


def explain_tag(
    opened: Opened, catalogue: Catalogue, tag: Tag, customer_id: int, *, zone: str, today: date
) -> ExplainedTag:
    """Return why a customer has a tag: the same definition, run on that customer alone.

    :raises CustomerNotTagged: when the lake has no living customer of the id.
    :raises TagInvalid: when the definition asks for what is not there.
    """
    compiler = _compiled(catalogue, tag, today)
    plan = compiler.plan
    connection = opened.connection.cursor()
    _read_one(connection, catalogue, plan, customer_id, zone)
    explaining = _Explaining(connection, catalogue.fields, plan, tag, today)
    steps = [explaining.step(path, step) for path, step in sorted(compiler.steps.items())]
    turn = explaining.one(plan.turns[tag.code]) if tag.code in plan.turns else None
    (whole, _) = plan.outputs[tag.code]
    return ExplainedTag(
        tag=tag.code,
        customer_id=customer_id,
        as_of=today,
        value=explaining.in_words(tag, explaining.one(whole)),
        steps=steps,
        lineage=sorted(plan.lineage[tag.code]),
        until=None if turn is None else EPOCH + timedelta(days=int(turn)),
    )


def _compiled(catalogue: Catalogue, tag: Tag, today: date) -> Compiler:
    """Compile the definition alone, with what tells one fact from another beside."""
    compiler = Compiler(
        catalogue.tags, catalogue.fields, today=(today - EPOCH).days, primitives=PRIMITIVES
    )
    try:
        compiler.add(tag)
    except Refused as refused:
        raise TagInvalid.of([refused.fault]) from refused
    for facts in compiler.plan.fields:
        for name in ("order", "place", "day"):
            compiler.plan.use(facts, name)
    return compiler


def _read_one(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    plan: Plan,
    customer_id: int,
    zone: str,
) -> None:
    """Make the tables of the plan from the facts of one customer."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {ONE} AS SELECT CAST(? AS BIGINT) AS customer_id",
        [customer_id],
    )
    queries = plan.queries()
    reader = FactReader(connection, plan, catalogue.fields, zone=zone, wanted=ONE)
    reader.prepare()
    bucket = bucket_of(customer_id)
    reader.read(Part(bucket, bucket + 1))
    if not connection.execute("SELECT 1 FROM part_customers").fetchall():
        raise CustomerNotTagged(customer_id)
    for name, query in queries.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {told(query)}")


@dataclass(frozen=True)
class _Explaining:
    """The measures of one customer, and the facts they are from."""

    connection: duckdb.DuckDBPyConnection
    fields: Fields
    plan: Plan
    tag: Tag
    today: date

    def one(self, sql: exp.Expr) -> int | None:
        query = f"SELECT {told(sql)} FROM ({self.plan.measured()})"
        ((value,),) = self.connection.execute(query).fetchall()
        return None if value is None else int(value)

    def in_words(self, tag: Tag, number: int | None) -> str | int | tuple[str, ...] | None:
        if tag.is_number or number is None:
            return number
        if not isinstance(tag.values, tuple):
            return self.fields.texts_of(getattr(tag.expression, "field", "")).get(number)
        codes = [value.code for value in tag.values]
        if tag.multi:
            return tuple(code for place, code in enumerate(codes) if number >> place & 1)
        return codes[number - 1] if number else None

    def step(self, path: str, step: Step) -> ExplainedStep:
        found, over = step.found, step.expression
        counted: int | None = None
        facts: list[CountedFact] = []
        if step.counts is not None and isinstance(over, OverFacts):
            counted, facts = self.facts(over, step.counts)
        return ExplainedStep(
            path=path,
            primitive=over.primitive,
            value=self.of_step(found),
            days=self.window(over) if isinstance(over, OverFacts) else None,
            borders=_borders(over),
            support=getattr(over, "support", None),
            counted=counted,
            facts=facts,
        )

    def window(self, over: OverFacts) -> int | None:
        return None if over.ever else over.last_days or self.tag.window_days

    def of_step(self, found: Typed) -> str | int | tuple[str, ...] | None:
        number = self.one(found.sql)
        if found.shape is Shape.CODES:
            return self.in_words(self.tag, number)
        if found.shape is Shape.CODE and found.texts is not None:
            return found.texts.get(number) if number else None
        return number

    def facts(self, over: OverFacts, counts: exp.Expr) -> tuple[int, list[CountedFact]]:
        """Return how many facts counted, and the latest of them."""
        name = getattr(over, "field", None)
        amount = getattr(over, "amount", None)
        weight = told(_weight(over, (self.today - EPOCH).days)) if isinstance(over, OfValues) else 1
        line = "l.line_id, l.sku" if over.facts == "lines" else "NULL, NULL"
        join = (
            'LEFT JOIN lines AS l ON l.order_id = f."order" AND l.place = f.place'
            if over.facts == "lines"
            else ""
        )
        named = f'f."{name}"' if name else "NULL"
        added = f'f."{amount}"' if amount else "1"
        query = (
            f"SELECT o.id, o.order_no, f.day, {line}, {named}, {added}, {weight} FROM"
            f" (SELECT * FROM facts_{over.facts} WHERE {told(counts)}) AS f"
            f' JOIN orders AS o ON o.id = f."order" {join}'
            ' ORDER BY f.day DESC, f."order" DESC, f.place DESC'
        )
        rows = self.connection.execute(query).fetchall()
        texts = self.fields.texts_of(name) if name and self.is_word(over, name) else None
        return len(rows), [
            CountedFact(
                order_id=order_id,
                order_no=order_no,
                on=EPOCH + timedelta(days=day),
                line_id=line_id,
                sku=sku,
                value=texts.get(value) if texts is not None else value,
                amount=int(added_here or 0),
                weight=int(weighed),
            )
            for order_id, order_no, day, line_id, sku, value, added_here, weighed in rows[
                :FACTS_SHOWN_MAX
            ]
        ]

    def is_word(self, over: OverFacts, name: str) -> bool:
        return is_word(self.fields.of_facts(over.facts, name, name))


def _weight(over: OfValues, today: int) -> exp.Expr:
    if not over.recency:
        return exp.Literal.number(1)
    found = exp.Case()
    for step in over.recency:
        recent = exp.GT(
            this=column("day", "f"), expression=exp.Literal.number(today - step.last_days)
        )
        found = found.when(recent, exp.Literal.number(step.weight))
    return found.else_(exp.Literal.number(0))


def _borders(expression: object) -> Mapping[str, int | None]:
    match expression:
        case Band(steps=steps):
            return {step.value: step.at_least for step in steps}
        case Score(borders=borders):
            return {str(place): border for place, border in enumerate(borders, 2)}
        case Mode(share_bp=share) if share:
            return {"share_bp": share}
        case _:
            return {}


def for_one(catalogue: Catalogue, tag: Tag) -> Catalogue:
    """Return the catalogue with a tag as it might be defined, to try it on a customer."""
    return replace(catalogue, tags={**catalogue.tags, tag.code: tag})
