"""Computes tags: from the lake's views to one row per living customer, part by part."""
# ruff: noqa: S608 - The statements are made of names of ours and of sqlglot's trees.

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import duckdb

from huitong.segments.engine.tag_facts import FactReader, Part, distinct_queries
from huitong.segments.model.tags import Tag, TagFault, TagInvalid
from huitong.segments.rules.compiler.compiling import Compiler
from huitong.segments.rules.compiler.fields import EPOCH, Fields, Refused
from huitong.segments.rules.compiler.plan import TURN_OF_ORDERS, Plan
from huitong.segments.rules.compiler.primitives import PRIMITIVES
from huitong.segments.rules.compiler.syntax import told

COMPUTED = "computed"
NEXT_TURN = "next_turn"
BUCKETS = 4_096
# A part costs a third of a second besides its lines; 4 M lines take about 2 GB.
LINES_A_PART = 4_000_000

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Catalogue:
    """The tags of a brand with the fields they may use."""

    tags: Mapping[str, Tag]
    fields: Fields

    def compiled(self, today: date) -> Plan:
        """Return the plan of all tags for a day.

        :raises TagInvalid: with everything that does not fit.
        """
        compiler = Compiler(
            self.tags, self.fields, today=(today - EPOCH).days, primitives=PRIMITIVES
        )
        faults = []
        for tag in self.tags.values():
            try:
                compiler.add(tag)
            except Refused as refused:
                fault = refused.fault
                faults.append(TagFault(f"tags.{tag.code}.{fault.path}", fault.message))
        if faults:
            raise TagInvalid.of(faults)
        return compiler.plan


def say_nothing(_done: int, _all: int) -> None:
    """Let a computation tell nobody how far it is."""


def with_words(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, today: date
) -> Catalogue:
    """Return the catalogue with a number for every word of the lake; known ones keep theirs."""
    plan = catalogue.compiled(today)
    words = {name: dict(known) for name, known in catalogue.fields.words.items()}
    for name, query in distinct_queries(plan, catalogue.fields).items():
        own = words.setdefault(name, {})
        texts = {text for (text,) in connection.execute(query).fetchall() if text}
        for text in sorted(texts - own.keys()):
            own[text] = len(own) + 1
    return replace(catalogue, fields=replace(catalogue.fields, words=words))


def compute(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    *,
    zone: str,
    today: date,
    wanted: str | None = None,
    lines_a_part: int = LINES_A_PART,
    tell: Tell = say_nothing,
) -> Plan:
    """Compute all tags of all living customers, or of the `wanted` ones, and return the plan.

    The result is the table `computed`: `customer_id`, a column for each tag by its code, and
    `next_turn`, the first day on which something may change without a new fact.
    """
    plan = catalogue.compiled(today)
    reader = FactReader(connection, plan, catalogue.fields, zone=zone, wanted=wanted)
    # Written once: putting the statement into words takes a tenth of a second.
    joined = _joined(plan)
    reader.prepare()
    columns = ", ".join(f'"{code}" {kind}' for code, (_, kind) in plan.outputs.items())
    connection.execute(
        f"CREATE OR REPLACE TABLE {COMPUTED} (customer_id BIGINT, {columns}, {NEXT_TURN} INTEGER)"
    )
    parts = _parts(connection, wanted, lines_a_part)
    for done, part in enumerate(parts):
        tell(done, len(parts))
        reader.read(part)
        connection.execute(joined)
    tell(len(parts), len(parts))
    return plan


def _parts(
    connection: duckdb.DuckDBPyConnection, wanted: str | None, lines_a_part: int
) -> Sequence[Part]:
    """Return ranges of buckets of about as many lines each; buckets are equally large."""
    ((lines,),) = connection.execute("SELECT count(*) FROM lines").fetchall()
    if wanted is not None:
        ((some,),) = connection.execute(f"SELECT count(*) FROM {wanted}").fetchall()
        ((everybody,),) = connection.execute("SELECT count(*) FROM customers").fetchall()
        lines = lines * some // max(everybody, 1)
    count = min(max(-(-lines // lines_a_part), 1), BUCKETS)
    borders = [BUCKETS * place // count for place in range(count + 1)]
    return [Part(low, high) for low, high in pairwise(borders)]


def _joined(plan: Plan) -> str:
    """Return the statement that adds a part's customers with their tags to the result.

    All passes in one statement are a fifth faster than a table for each: what one gives goes
    straight into the join.
    """
    passes = ", ".join(
        f"{name} AS NOT MATERIALIZED ({told(query)})" for name, query in plan.queries().items()
    )
    first = f"WITH {passes} " if passes else ""
    joins = ""
    outputs = [f'{told(sql)} AS "{code}"' for code, (sql, _) in plan.outputs.items()]
    turns = [told(sql) for sql in plan.turns.values()]
    turns += [TURN_OF_ORDERS] if plan.borders else []
    if plan.given:
        joins = " LEFT JOIN given_turns USING (customer_id)"
        turns.append("given_turn")
    joins += (
        " LEFT JOIN (SELECT who, min(day) AS turn_future FROM part_orders"
        f" WHERE day > {plan.today} GROUP BY who) AS future USING (who)"
    )
    turns.append("turn_future")
    return (
        f"INSERT INTO {COMPUTED} {first}SELECT customer_id, {', '.join(outputs)},"
        f" CAST(least({', '.join(turns)}) AS INTEGER) FROM ({plan.measured()}) {joins}"
    )
