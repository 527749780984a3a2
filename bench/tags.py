"""How fast the 27 order tags and three RFM scores are computed, beside one query written by hand.

The retailer is made up (`bench.apparel`): about 8 lines a customer over 1,000 days. `full` computes
everybody part by part in a bounded memory and writes the table of tags; `some` computes 1 % of the
customers again, as an hourly refresh does. `by_hand` asks DuckDB for the same preferences, sums and
medians in one query as a person writes it: mode, count(DISTINCT), median side by side; where it
runs out of memory that is said. Each part is a process of its own, so its memory is its own.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from bench.apparel import Apparel, opened
from bench.measuring import Json, Target, keep, machine, resident_mb_max, run_part
from huitong.platform.lake import Folder
from huitong.segments.engine.tag_computing import Catalogue, compute, with_words
from huitong.segments.engine.tag_table import TagStore
from huitong.segments.model.tags import Tag
from huitong.segments.rules.compiler.fields import Fields
from huitong.segments.rules.tag_packs import DEFAULT_PACKS, shipped_pack

TODAY = date(2026, 3, 2)
ZONE = "Asia/Shanghai"

MEMORY_MB = 5_000
LINES_OF_TARGET, SECONDS_MAX, SHARE_MAX, RESIDENT_MB_MAX = 100_000_000, 120, 0.1, 8_192

# by_hand: what most people would write; it has neither support nor recency.
BY_HAND = """
SELECT o.customer_id, mode(s.size), mode(s.colour), mode(s.material), mode(s.series),
  mode(s.category), mode(o.store), mode(o.receiver_city), mode(o.channel_account_id),
  mode(hour(timezone('Asia/Shanghai', o.ordered_at))), median(l.paid_minor),
  count(DISTINCT s.size), count(DISTINCT o.receiver_city), count(DISTINCT o.id),
  count(DISTINCT CAST(o.ordered_at AS DATE)), sum(l.quantity), sum(l.paid_minor),
  sum(l.list_minor), sum(l.refunded_quantity), sum(l.paid_minor - l.refunded_minor),
  min(o.ordered_at), max(o.ordered_at), count(*) FILTER (l.allocations IS NOT NULL),
  count(*) FILTER (isodow(timezone('Asia/Shanghai', o.ordered_at)) >= 6)
FROM lines AS l
JOIN orders AS o ON o.id = l.order_id
JOIN skus AS s ON s.code = l.sku
GROUP BY o.customer_id
"""


def catalogue() -> Catalogue:
    """Return the shipped order tags, and scores for recency, frequency and money."""
    packs = [shipped_pack(code) for code in DEFAULT_PACKS]
    tags = {one.code: one for pack in packs for one in pack.tags}
    named = {"zh": "分", "en": "Score"}
    for code, measure, borders in (
        ("rfm_r", {"primitive": "since_last", "facts": "orders"}, [30, 60, 120, 240]),
        ("rfm_f", {"primitive": "count", "facts": "orders"}, [2, 3, 5, 8]),
        ("rfm_m", {"primitive": "sum", "facts": "orders", "field": "kept_minor"},
         [20_000, 60_000, 150_000, 400_000]),
    ):  # fmt: skip
        document = {
            "code": code, "names": named, "meaning": named, "kind": "model", "window_days": 365,
            "values": {"unit": "score"},
            "expression": {"primitive": "score", "of": measure, "borders": borders,
                           "less_is_more": code == "rfm_r"},
        }  # fmt: skip
        tags[code] = Tag.model_validate(document)
    fields = Fields(
        {one.field: one for pack in packs for one in pack.lookups},
        tuple(one for pack in packs for one in pack.festivals),
    )
    return Catalogue(tags, fields)


def connected(folder: Path, spill: Path) -> duckdb.DuckDBPyConnection:
    """Open DuckDB on the retailer with bounded memory."""
    connection = duckdb.connect()
    connection.execute(
        f"SET memory_limit = '{MEMORY_MB}MB'; SET preserve_insertion_order = false;"
        f" SET temp_directory = '{spill}'; SET TimeZone = 'UTC'"
    )
    opened(folder, connection)
    return connection


def tags_part(folder: Path, spill: Path) -> Json:
    """Compute everybody, write the table, then compute 1 % of the customers again."""
    connection = connected(folder, spill)
    started = time.perf_counter()
    ready = with_words(connection, catalogue(), TODAY)
    compute(connection, ready, zone=ZONE, today=TODAY)
    full = time.perf_counter() - started
    store = TagStore(connection, Folder(folder), "tags")
    started = time.perf_counter()
    store.keep("SELECT * FROM computed ORDER BY customer_id & 4095, customer_id", "table")
    writing = time.perf_counter() - started
    connection.execute(
        "CREATE TEMP TABLE touched AS"
        " SELECT id AS customer_id FROM customers WHERE hash(id) % 100 = 0"
    )
    started = time.perf_counter()
    compute(connection, ready, zone=ZONE, today=TODAY, wanted="touched")
    some = time.perf_counter() - started
    ((orders, lines),) = connection.execute(
        "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM lines)"
    ).fetchall()
    return {
        "orders": orders,
        "lines": lines,
        "full_seconds": round(full, 2),
        "writing_seconds": round(writing, 2),
        "one_per_cent_seconds": round(some, 2),
        "one_per_cent_of_full": round(some / full, 3),
        "resident_mb_max": resident_mb_max(),
    }


def by_hand_part(folder: Path, spill: Path) -> Json:
    """Run the one query."""
    connection = connected(folder, spill)
    started = time.perf_counter()
    try:
        connection.execute(f"CREATE TEMP TABLE by_hand AS {BY_HAND}")
    except duckdb.OutOfMemoryException as trouble:
        return {"seconds": None, "trouble": str(trouble).splitlines()[0]}
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "resident_mb_max": resident_mb_max(),
    }


PARTS = {"tags": tags_part, "by_hand": by_hand_part}


def main(words: Sequence[str]) -> int:
    """Run the sizes that are asked for, or one part of one, and keep the figures."""
    reading = argparse.ArgumentParser(prog="bench.tags", description=__doc__)
    reading.add_argument(
        "--customers", type=int, nargs="+", default=[120_000, 1_200_000, 12_000_000]
    )
    reading.add_argument(
        "--data", type=Path, help="keep the made-up retailers here, and read those that are there"
    )
    reading.add_argument("--part", choices=PARTS)
    reading.add_argument("--folder", type=Path)
    reading.add_argument("--found", type=Path)
    asked = reading.parse_args(words)
    if asked.part is not None:
        said = PARTS[asked.part](asked.folder, asked.folder / "spill")
        asked.found.write_text(json.dumps(said))
        return 0
    on = machine("none")
    sizes = {}
    for customers in asked.customers:
        with _retailer(customers, asked.data) as folder:
            found = {}
            for part in PARTS:
                line = ["--part", part, "--folder", str(folder)]
                found[part] = dict(run_part("bench.tags", line, server_pid=os.getpid()).said)
            sizes[str(customers)] = found
            print(customers, json.dumps(found, ensure_ascii=False), flush=True)
    keep(
        "tags", {"sizes": sizes}, on=on, targets=_targets(sizes[str(max(asked.customers))]["tags"])
    )
    return 0


@contextmanager
def _retailer(customers: int, data: Path | None) -> Iterator[Path]:
    """Give the folder of a made-up retailer, and drop it after the block unless it is to stay."""
    folder = data / str(customers) if data else Path(tempfile.mkdtemp(prefix="huitong-bench-tags-"))
    try:
        if not (folder / "accounts.parquet").exists():
            folder.mkdir(parents=True, exist_ok=True)
            Apparel(customers).write(folder)
        yield folder
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def _targets(found: Json) -> list[Target]:
    """Compare the largest size with the table of targets; it speaks of 100 M lines."""
    share = found["lines"] / LINES_OF_TARGET
    seconds = found["full_seconds"] + found["writing_seconds"]
    name = f"27 tags and RFM of {found['lines'] / 1e6:.0f} M lines, written, in seconds"
    return [
        Target(name, round(seconds, 1), round(SECONDS_MAX * min(share, 1), 1), at_most=True),
        Target("1 % of the customers as a share of all", found["one_per_cent_of_full"],
               SHARE_MAX, at_most=True),
        Target("memory in MB", found["resident_mb_max"], RESIDENT_MB_MAX, at_most=True),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
