"""How fast the lake is refreshed and compared, beside a plain COPY of the same views to CSV files.

Orders of nine lines, as Complete Journey's baskets have them, are written by SQL into a database of
its own, over 24 months and many customers. Then the lake is filled, 1 % of the orders are changed
with all their lines, it is brought up to date, and compared with the database to the fen; a
comparison that finds a difference fails the run. The baseline copies the same views with the same
client, one after the other, into CSV files: no sorting, no Parquet, no states of months.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bench.measuring import Json, Target, keep, machine, resident_mb_max, run_part
from huitong import org
from huitong.entry.migrate import migrate
from huitong.entry.published import CATALOGUE
from huitong.platform import embedded, lake
from huitong.platform.db import Database, Role, Scope
from huitong.platform.lake import Folder, Place, Refreshed

LINES = 2_000_000
LINES_AN_ORDER = 9
ORDERS_A_CUSTOMER = 20
CHANGED_SHARE = 100  # One order in so many.
CHANGED_RATIO_MAX = 0.25
NOW = datetime(2026, 3, 2, tzinfo=UTC)
GROUP_ID = 1

MAKE_ORDERS = """
INSERT INTO orders.header (
  group_id, bucket, id, brand_id, channel_account_id, order_no, record_id, kind, status,
  customer_id, origin_customer_id, store, ordered_at, paid_at, completed_at, list_minor,
  discount_minor, freight_minor, paid_minor, receiver_city, recorded_at)
SELECT
  %(group_id)s, c & 4095, (n << 12) | (c & 4095), %(brand_id)s, %(account_id)s, 'O' || n, n,
  'normal', 'completed', c, c, 'S' || n %% 40, at, at, at, 9000 + n %% 5000, n %% 900, 0,
  9000 + n %% 5000 - n %% 900, 'City ' || n %% 60, %(now)s
FROM generate_series(1, %(orders)s) AS n
CROSS JOIN LATERAL (
  SELECT (((n * 7919::bigint) %% %(customers)s + 1) << 12)
           | ((n * 7919::bigint) %% %(customers)s * 2654435761 %% 4096) AS c,
         %(now)s - make_interval(mins => (n * 104729::bigint %% 1051200)::integer) AS at
) AS of
"""
MAKE_LINES = """
INSERT INTO orders.line (
  group_id, bucket, order_id, line_id, brand_id, place, sku, quantity, list_minor, paid_minor)
SELECT
  h.group_id, h.bucket, h.id, 'L' || p, h.brand_id, p, 'SKU-' || (h.id + p * 31) %% 50000,
  1 + p %% 3, 1000 + p * 7, 900 + p * 7
FROM orders.header AS h
CROSS JOIN generate_series(1, %(lines)s) AS p
"""
CHANGE_ORDERS = """
UPDATE orders.header
SET status = 'shipped', paid_minor = paid_minor + 1, changed_xid = pg_current_xact_id()
WHERE (id >> 12) %% %(share)s = 0
"""
CHANGE_LINES = """
UPDATE orders.line
SET paid_minor = paid_minor + 1, changed_xid = pg_current_xact_id()
WHERE (order_id >> 12) %% %(share)s = 0
"""


def measure(url: str, folder: Path, lines: int) -> Json:
    """Fill a database, and measure each step of the lake on it."""
    place = _found(url)
    database = Database(url)
    orders = lines // LINES_AN_ORDER
    numbers = {"orders": orders, "customers": max(orders // ORDERS_A_CUSTOMER, 1)}
    _run(url, MAKE_ORDERS, place, **numbers)
    _run(url, MAKE_LINES, place, lines=LINES_AN_ORDER)
    _run(url, "ANALYZE", place)
    store = Folder(folder / "lake")
    figures: dict[str, object] = {"orders": orders, "lines": orders * LINES_AN_ORDER}
    figures["baseline_copy_to_csv"] = _copied(database, place, folder / "csv")
    figures["full"] = _refreshed(database, store, place)
    _run(url, CHANGE_ORDERS, place, share=CHANGED_SHARE)
    _run(url, CHANGE_LINES, place, share=CHANGED_SHARE)
    figures["one_percent_changed"] = _refreshed(database, store, place)
    figures["nothing_changed"] = _refreshed(database, store, place)
    begun = time.perf_counter()
    verified = lake.verify(database, store, place, CATALOGUE)
    figures["verify"] = {"seconds": _since(begun), "agrees": verified.agrees}
    database.close()
    return {**figures, "resident_mb_max": resident_mb_max()}


def _found(url: str) -> Place:
    migrate(url)
    database = Database(url)
    with database.transaction(Scope(GROUP_ID), now=NOW) as tx:
        org.set_up(tx, name="Bench", brand="bench", accounts=[("pos", "main")], now=NOW)
        brand = org.brand(tx, code="bench")
    database.close()
    return Place(GROUP_ID, brand.id, "Asia/Shanghai")


def _run(url: str, sql: str, place: Place, **numbers: int) -> None:
    with psycopg.connect(url) as connection:
        account = connection.execute("SELECT min(id) FROM org.channel_account").fetchone()
        assert account is not None, "The brand has a till."
        named = {"group_id": GROUP_ID, "brand_id": place.brand_id, "account_id": account[0]}
        params = {**named, "now": NOW, **numbers} if "%" in sql else None
        connection.execute(sql.encode(), params)


def _copied(database: Database, place: Place, folder: Path) -> Json:
    """Copy every published view into a CSV file, with nothing else done."""
    folder.mkdir()
    begun = time.perf_counter()
    with database.reading(Scope(GROUP_ID, (place.brand_id,)), role=Role.READER) as tx:
        for table in CATALOGUE.published:
            columns = ", ".join(table.columns)
            query = f"COPY (SELECT {columns} FROM {table.view}) TO STDOUT (FORMAT csv)"  # noqa: S608 - ours
            with (folder / f"{table.name}.csv").open("wb", buffering=1 << 20) as stream:
                for row in tx.copied_out(query, None):
                    stream.write(row)
    size = sum(path.stat().st_size for path in folder.iterdir())
    return {"seconds": _since(begun), "bytes": size}


def _refreshed(database: Database, folder: Folder, place: Place) -> Json:
    begun = time.perf_counter()
    now = NOW + timedelta(hours=1)
    done: Refreshed = lake.refresh(database, folder, place, CATALOGUE, now=now)
    return {
        "seconds": _since(begun),
        "rows_read": sum(table.read_rows for table in done.tables.values()),
        "customers_touched": done.touched,
        "bytes": sum(file.bytes for file in done.manifest.files),
    }


def _since(begun: float) -> float:
    return round(time.perf_counter() - begun, 2)


def main() -> int:
    """Measure each size, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="*", default=[LINES])
    parser.add_argument("--part", action="store_true")
    parser.add_argument("--url")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--found", type=Path)
    asked = parser.parse_args()
    if asked.part:
        found = measure(asked.url, asked.folder, asked.lines[0])
        asked.found.write_text(json.dumps(found), encoding="utf-8")
        return 0
    on, sizes = machine("embedded"), [_size(lines) for lines in asked.lines]
    print(json.dumps(sizes, indent=2))
    name = "lake" if asked.lines == [LINES] else "lake_other_sizes"
    print(f"  kept in {keep(name, {'sizes': sizes}, on=on, targets=_targets(sizes))}")
    return int(not all(size["verify"]["agrees"] for size in sizes))


def _size(lines: int) -> dict[str, dict[str, float]]:
    """Measure one size on a server and in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="huitong-bench-lake-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with embedded.serving(folder / "home") as server:
            arguments = ["--part", "--lines", str(lines), "--url", server.url, "--folder", made]
            part = run_part("bench.lake", arguments, server_pid=server.pid)
    return {**part.said, "memory_mb_max": dict(part.memory_mb_max)}


def _targets(sizes: list[dict[str, dict[str, float]]]) -> list[Target]:
    largest: Mapping[str, Mapping[str, float]] = sizes[-1]
    full = largest["full"]["seconds"]
    return [
        Target(
            f"1 % changed of {largest['lines']:,} lines, share of the full refresh",
            round(largest["one_percent_changed"]["seconds"] / full, 3),
            CHANGED_RATIO_MAX,
            at_most=True,
        )
    ]


if __name__ == "__main__":
    sys.exit(main())
