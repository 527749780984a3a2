"""The SQL that metrics become: as few rows as needed, and no value spelled into it."""

from datetime import date

import duckdb

from huitong.metrics import FACTS, shipped
from huitong.metrics.model import Span
from huitong.metrics.rules.compiling import columns_used, figures_of, gather, gathering_of
from huitong.metrics.tables import RELATIONS
from tests.metrics.make import HandMade

SPAN = Span(date(2026, 1, 1), date(2026, 2, 1))

GATHERED = """\
SELECT fact.enrolled_on AS enrolled_on, standing.tier AS tier,
CAST(DATE_TRUNC('month', fact.enrolled_on) AS DATE) AS month FROM fact
LEFT JOIN standings AS standing ON standing.customer_id = fact.customer_id
WHERE fact.enrolled_on < CAST($until AS DATE) AND fact.enrolled_on >= CAST($since AS DATE)"""


def test_a_metric_becomes_one_gathering_and_one_aggregate_of_it() -> None:
    metric = shipped()["new_members"]
    measure = metric.measures["enrolled"]
    fact = FACTS[measure.of]
    statement = gather(
        "gathered", gathering_of(metric, measure, fact), fact, RELATIONS,
        columns=columns_used(measure), by=("month", "tier"), span=SPAN, zone="Asia/Shanghai",
    )  # fmt: skip
    before, _, after = statement.sql.rpartition(") SELECT ")
    assert before.startswith("CREATE TABLE gathered AS WITH fact AS NOT MATERIALIZED (SELECT")
    assert f"SELECT {after}" == GATHERED.replace("\n", " ")
    assert statement.parameters == {
        "zone": "Asia/Shanghai", "since": SPAN.since, "until": SPAN.until,
    }  # fmt: skip
    assert figures_of("gathered", measure, ("month", "tier")).sql == (
        "SELECT month, tier, COUNT(*) AS figure FROM gathered GROUP BY month, tier LIMIT 50001"
    )


def test_those_who_bought_twice_are_counted_in_two_steps() -> None:
    assert figures_of("gathered", shipped()["repurchase_rate"].measures["again"], ()).sql == (
        "SELECT COUNT(*) AS figure FROM (SELECT customer_id FROM gathered WHERE is_purchase IS TRUE"
        " AND NOT customer_id IS NULL GROUP BY customer_id HAVING COUNT(DISTINCT sold_on) >= 2)"
        " AS repeating LIMIT 50001"
    )


def test_what_a_question_does_not_ask_for_is_not_read(lake: HandMade) -> None:
    metric = shipped()["sales"]
    measure = metric.measures["sold"]
    fact = FACTS[measure.of]
    gathering = gathering_of(metric, measure, fact)
    read = {}
    for by in ((), ("category", "tier", "new_or_old")):
        statement = gather(
            "gathered", gathering, fact, RELATIONS,
            columns=columns_used(measure), by=by, span=SPAN, zone="Asia/Shanghai",
        )  # fmt: skip
        read[by] = {name for name in ("skus", "standings") if name in statement.sql}
        run(lake.connection, statement.sql, dict(statement.parameters))
    assert list(read.values()) == [set(), {"skus", "standings"}]


def run(connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, object]) -> None:
    connection.execute(sql, parameters)
    connection.execute("DROP TABLE gathered")
