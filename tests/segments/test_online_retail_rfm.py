"""RFM of Online Retail through the whole product, beside SQL on the file that was given.

Invoices go through the inbox into the database, from there into the lake, and `huitong rfm` scores
the customers from it. The SQL here reads the file as UCI publishes it.
"""

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from examples.online_retail.run import BRAND, run
from huitong import org
from huitong.entry import wiring
from huitong.entry.published import CATALOGUE
from huitong.platform import ids, lake
from huitong.platform.assembly import Platform
from huitong.platform.db import Database, Role, Scope
from huitong.platform.lake import Folder, Place
from huitong.platform.settings import Settings
from huitong.segments.model.model_versions import ModelKind
from huitong.segments.model.rfm import RefundHandling
from huitong.segments.operations import models as operations
from huitong.segments.rules.rfm_names import shipped_model
from tests.segments.models_market import Market

GIVEN = os.environ.get("HUITONG_ONLINE_RETAIL")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(GIVEN is None, reason="HUITONG_ONLINE_RETAIL names no file with the data."),
]

GROUP_ID = 352
NOW = datetime(2011, 12, 10, 12, tzinfo=UTC)
AS_OF = date(2011, 12, 10)
# From the first day of the data on: what is only presumed to have been sold lies on the day before.
WINDOW_DAYS = 375
Row = tuple[int, ...]

# Every invoice of somebody with pieces sold, whether they cost anything or not.
INVOICES = """
CREATE TABLE invoices AS
SELECT CustomerID::BIGINT AS who, InvoiceNo AS invoice, min(InvoiceDate::TIMESTAMP)::DATE AS day,
  sum(round(Quantity * UnitPrice::DECIMAL(12, 4) * 100)::BIGINT)::BIGINT AS pence
FROM read_parquet($path)
WHERE CustomerID IS NOT NULL AND Quantity > 0 AND InvoiceNo NOT LIKE 'C%'
GROUP BY ALL
"""

# Who never brought anything back.
FAITHFUL = """
SELECT CustomerID::BIGINT
FROM read_parquet($path)
WHERE CustomerID IS NOT NULL
GROUP BY ALL
HAVING NOT bool_or(InvoiceNo LIKE 'C%')
"""

MEASURED = """
SELECT who, $today::DATE - max(day) AS recency, count(*) AS orders, sum(pence)::BIGINT AS pence
FROM invoices
WHERE day > $today::DATE - $window::INTEGER AND day <= $today::DATE
GROUP BY who
"""

# A share of the buyers has to be worse for each score; how often they bought has fixed borders.
SCORED = f"""
WITH measured AS ({MEASURED}), worse AS (
  SELECT *, (SELECT count(*) FROM measured AS o WHERE o.recency > m.recency) AS staler,
    (SELECT count(*) FROM measured AS o WHERE o.pence < m.pence) AS poorer,
    (SELECT count(*) FROM measured) AS everybody
  FROM measured AS m
)
SELECT who, recency, orders, pence,
  1 + (5 * staler >= everybody)::INT + (5 * staler >= 2 * everybody)::INT
    + (5 * staler >= 3 * everybody)::INT + (5 * staler >= 4 * everybody)::INT,
  CASE WHEN orders >= 8 THEN 5 WHEN orders >= 5 THEN 4 WHEN orders >= 3 THEN 3
    WHEN orders >= 2 THEN 2 ELSE 1 END,
  1 + (5 * poorer >= everybody)::INT + (5 * poorer >= 2 * everybody)::INT
    + (5 * poorer >= 3 * everybody)::INT + (5 * poorer >= 4 * everybody)::INT
FROM worse
"""  # noqa: S608 - made of a constant


@dataclass(frozen=True)
class Retail:
    """The shop with its lake and its command line, and the file."""

    market: Market
    home: Path
    source: duckdb.DuckDBPyConnection
    who: dict[str, int]

    def scored(self, model: str) -> tuple[dict[str, int], dict[int, Row]]:
        """Return what `huitong rfm` says as a whole, and of every buyer."""
        file = self.home / f"{model}.csv"
        arguments = ("rfm", "--brand", BRAND, "--model", model, "--on", AS_OF.isoformat())
        told = self.market.told(self.home, *arguments, "--csv", str(file))
        with file.open(encoding="utf-8") as stream:
            rows = {
                self.who[row["customer"]]: tuple(
                    int(row[name])
                    for name in ("recency_days", "orders", "amount_minor", "r", "f", "m")
                )
                for row in csv.DictReader(stream)
            }
        return told, rows

    def by_file(self, query: str, window_days: int) -> dict[int, Row]:
        """Return what SQL on the file says of every buyer."""
        asked = {"today": AS_OF, "window": window_days}
        return {who: tuple(row) for who, *row in self.source.execute(query, asked).fetchall()}


@pytest.fixture(scope="module")
def retail(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Retail]:
    assert GIVEN is not None
    home = tmp_path_factory.mktemp("retail")
    database = Database(make_database(), events=wiring.EVENTS)
    platform = Platform(
        settings=Settings(), database=database, appliers=wiring.APPLY,
        job_handlers=wiring.JOBS, deliveries=wiring.DELIVERIES,
    )  # fmt: skip
    run(platform, Path(GIVEN), home, group_id=GROUP_ID)
    with database.reading(Scope(GROUP_ID), role=Role.READER) as tx:
        brand = org.brand(tx, code=BRAND)
        bought = tx.rows(
            "SELECT order_no, customer_id FROM orders.header"
            " WHERE customer_id IS NOT NULL AND order_no NOT LIKE 'PRE-%'"
        )
    place = Place(GROUP_ID, brand.id, brand.time_zone)
    market = Market(database, GROUP_ID, Folder(home / "lake"), place)
    _put_gross(market)
    lake.refresh(database, market.folder, place, CATALOGUE, now=NOW)
    with duckdb.connect() as source:
        source.execute(INVOICES, {"path": GIVEN})
        of_invoice = dict(source.execute("SELECT invoice, who FROM invoices").fetchall())
        who = {ids.show("cus", customer): of_invoice[number] for number, customer in bought}
        yield Retail(market, home, source, who)
    database.close()


def _put_gross(market: Market) -> None:
    shipped = shipped_model()
    for code, refunds in (("gross", RefundHandling.GROSS), ("kept", RefundHandling.NET)):
        changes = {"code": code, "refunds": refunds, "window_days": WINDOW_DAYS}
        with market.transaction(NOW) as tx:
            operations.put_model(
                tx,
                shipped.model_copy(update=changes),
                kind=ModelKind.RFM,
                brand_id=market.place.brand_id,
                actor="test",
                now=NOW,
            )


def test_every_buyer_is_measured_and_scored_as_the_file_says(retail: Retail) -> None:
    told, found = retail.scored("gross")
    expected = retail.by_file(SCORED, WINDOW_DAYS)
    assert found == expected
    # The published figures: 4,338 customers paid something, one more got only what cost nothing.
    assert told["buyers"] == len(found) == 4_339
    assert sum(row[2] > 0 for row in found.values()) == 4_338
    assert told["amount_minor"] == 891_140_790


def test_the_shipped_model_measures_alike_whoever_brought_nothing_back(retail: Retail) -> None:
    _, found = retail.scored("rfm")
    expected = retail.by_file(MEASURED, shipped_model().window_days)
    faithful = {who for (who,) in retail.source.execute(FAITHFUL, {"path": GIVEN}).fetchall()}
    measured = {who: row[:3] for who, row in found.items() if who in faithful}
    assert len(measured) > 2_500
    assert measured == {who: row for who, row in expected.items() if who in faithful}


def test_refunds_take_off_what_the_example_lays_to_sales(retail: Retail) -> None:
    told, found = retail.scored("kept")
    # Laid to sales by piece, and taken from what else was paid: the table of the example.
    assert told["amount_minor"] == 891_140_790 - 47_091_887 - 57_508
    gross = retail.by_file(MEASURED, WINDOW_DAYS)
    assert all(row[2] <= gross[who][2] and row[1] <= gross[who][1] for who, row in found.items())
