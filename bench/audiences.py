"""How fast audiences are counted and described over tags, beside a scan of the same tags by DuckDB.

The tags are made up as a retailer's are: 48 fields with one value each and 8 with several, 343
values in all, frequencies falling as in a word list, a quarter of the fields tied to when somebody
enrolled. 3 % of the customers are merged away or erased, and every answer leaves them out.

Queries have 3, 10 or 30 clauses: A and B and not C; (3 or) and (2 or) and (2 or) and not A and not
(2 or); six ORs of 3 to 4 and four NOTs of 2 to 3. Both engines answer the same 30 of each, warm; a
different count ends the run. Each part is a process of its own, so its memory is its own. `keep`
writes the bitmaps to an embedded PostgreSQL, reads them into an empty process memory, changes 1 %
of the customers in 10 fields there, and reads what changed.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from bench.measuring import Json, Target, keep, machine, resident_mb_max, run_part
from bench.tags_made_up import (
    ONE_VALUE_FIELDS,
    Clause,
    Codes,
    fields,
    generate,
    has_several,
    keys_of_all,
    queries,
    retagged,
)
from huitong.entry.migrate import migrate
from huitong.platform import clock, embedded
from huitong.platform.db import Database, Scope, Tx
from huitong.segments.model.bitmaps import PartKey, SetKey
from huitong.segments.operations.bitmaps import begin, publish, write_field
from huitong.segments.operations.ordinals import allot
from huitong.segments.queries.bitmaps import open_bitmaps
from huitong.segments.rules.bitmaps import (
    SHARD_SIZE,
    Column,
    Leaf,
    Node,
    Part,
    both,
    column_of_ordinals,
    counts_inside,
    either,
    parts_of_codes,
    parts_of_masks,
    retag,
    sample_of,
    shard_count,
    without,
)
from huitong.segments.rules.bitmaps.cache import SetCache
from huitong.segments.rules.bitmaps.columns import column_of_parts, worked_out
from huitong.segments.rules.bitmaps.encoding import encode
from huitong.segments.rules.bitmaps.parts import part_of_ids
from huitong.segments.rules.bitmaps.portrait import countable

SIZES = (1_000_000, 10_000_000, 40_000_000)
CLAUSES = (3, 10, 30)
ROUNDS, ROUNDS_OF_SCAN = 6, 2
AUDIENCE_SHARE = 0.1
TARGETS_MS = {10_000_000: {10: 5.0, 30: 10.0}, 40_000_000: {10: 20.0, 30: 40.0}}
PORTRAIT_MS_MAX, TIMES_FASTER_MIN = 50.0, 20.0
BRAND = 1
KEPT_CUSTOMERS_A_BATCH = 100_000


def product_part(folder: Path, customers: int, seed: int) -> Json:
    """Build all sets in memory, ask every query, draw the portrait, change 1 %."""
    begun = time.perf_counter()
    built = _built(folder, customers)
    build_seconds = time.perf_counter() - begun
    leaves = {key: Leaf(column) for key, column in built.items()}
    alive = Leaf(column_of_ordinals(np.flatnonzero(np.load(folder / "alive.npy"))))
    built_mb = resident_mb_max()
    asked = queries(sorted(built), seed)
    found = {}
    for clauses in CLAUSES:
        nodes = [_node(query, leaves, alive) for query in asked[clauses]]
        answers = [node.count() for node in nodes]
        found[str(clauses)] = {**_timed([node.count for node in nodes]), "answers": answers}
    keys = sorted(built)
    begun = time.perf_counter()
    counted = [countable(built[key]) for key in keys]
    counting_seconds = time.perf_counter() - begun
    sizes = {key: column.size for key, column in built.items()}
    audience = both(leaves[_audience(sizes, customers)], alive)
    shown = _timed([lambda: counts_inside(audience, counted)] * 5)
    small = Leaf(column_of_ordinals(np.array(sample_of(worked_out(audience), size=10_000, seed=1))))
    return {
        "customers": customers,
        "memberships": sum(column.size for column in built.values()),
        "build_seconds_with_reading": round(build_seconds, 2),
        "sets_mb": round(sum(column.bytes for column in built.values()) / 1e6),
        "counted_sets_mb": round(sum(each.bytes for each in counted) / 1e6),
        "kept_mb": round(_kept_bytes(built) / 1e6),
        "resident_mb_after_build": built_mb,
        "queries": found,
        "audience": audience.count(),
        "portrait": {**shown, "answers": counts_inside(audience, counted)},
        "portrait_of_10000": _timed([lambda: counts_inside(small, counted)] * 5),
        "portrait_first_seconds": round(counting_seconds, 2),
        "two_audiences_overlap": _overlap(leaves, alive, asked[10]),
        "retag_1_percent_10_fields_ms": _retag(folder, built, customers, seed),
        "resident_mb_max": resident_mb_max(),
    }


def baseline_part(folder: Path, customers: int, seed: int) -> Json:
    """Ask DuckDB the same over one wide native table, with all cores."""
    connection = duckdb.connect()
    begun = time.perf_counter()
    arrays = {name: pa.array(np.load(folder / f"{name}.npy")) for name in [*fields(), "alive"]}
    table = pa.table({f"f{name}": column for name, column in arrays.items()})
    connection.register("told", table)
    connection.execute("CREATE TABLE tags AS SELECT * FROM told").fetchall()
    connection.unregister("told")
    del arrays, table
    load_seconds = time.perf_counter() - begun
    sizes = dict.fromkeys(keys_of_all(), 0)
    asked = queries(sorted(sizes), seed)
    found = {}
    for clauses in CLAUSES:
        texts = [_scan(query) for query in asked[clauses]]
        answers = [connection.execute(text).fetchall()[0][0] for text in texts]
        runs = [_asking(connection, text) for text in texts]
        found[str(clauses)] = {**_timed(runs, ROUNDS_OF_SCAN), "answers": answers}
    return {
        "load_seconds": round(load_seconds, 2),
        "queries": found,
        "portrait": _scan_portrait(connection, customers),
        "resident_mb_max": resident_mb_max(),
    }


def kept_part(folder: Path, customers: int, seed: int) -> Json:
    """Write a version to PostgreSQL, read it into an empty memory, write and read a small one."""
    with (
        tempfile.TemporaryDirectory(prefix="huitong-bench-") as home,
        _served(Path(home)) as url,
    ):
        database = Database(url)
        scope, said = Scope(1), {}
        said["allot_seconds"] = _seconds(lambda: _allot(database, scope, customers))
        written: list[Json] = []
        whole = _seconds(lambda: written.append(_write_whole(database, scope, folder, customers)))
        said |= {"write_seconds_with_build": whole, **written[0]}
        memory = SetCache(64 << 30)
        said["first_portrait_seconds"] = _seconds(lambda: _portrait(database, scope, memory))
        said["next_portrait_ms"] = round(
            1e3 * _seconds(lambda: _portrait(database, scope, memory)), 1
        )
        said["shared_memory_mb"] = round(memory.bytes / 1e6)
        small: list[Json] = []
        part = _seconds(
            lambda: small.append(_write_retagged(database, scope, folder, customers, seed))
        )
        said |= {"retag_write_seconds": part, **small[0]}
        said["portrait_after_retag_seconds"] = _seconds(lambda: _portrait(database, scope, memory))
        database.close()
        return said


def _parts(folder: Path, field: str) -> Iterator[tuple[int, dict[int, Part]]]:
    codes: Codes = np.load(folder / f"{field}.npy")
    build = parts_of_masks if has_several(field) else parts_of_codes
    for shard in range(shard_count(len(codes))):
        yield shard, build(codes[shard * SHARD_SIZE : (shard + 1) * SHARD_SIZE])


def _built(folder: Path, customers: int) -> dict[SetKey, Column]:
    parts = {key: [None] * shard_count(customers) for key in keys_of_all()}  # type: dict[SetKey, list[Part]]
    for field in fields():
        for shard, found in _parts(folder, field):
            for code, part in found.items():
                parts[SetKey(field, code)][shard] = part
    return {key: column_of_parts(each) for key, each in parts.items()}


def _node(query: Sequence[Clause], leaves: dict[SetKey, Leaf], alive: Leaf) -> Node:
    wanted = [either(*[leaves[key] for key in keys]) for keys, is_wanted in query if is_wanted]
    node = both(*wanted, alive)
    for keys, is_wanted in query:
        if not is_wanted:
            node = without(node, either(*[leaves[key] for key in keys]))
    return node


def _audience(sizes: Mapping[SetKey, int], customers: int) -> SetKey:
    """Return the value that most nearly a tenth of the customers have."""
    return min(sizes, key=lambda key: abs(sizes[key] - AUDIENCE_SHARE * customers))


def _kept_bytes(built: dict[SetKey, Column]) -> int:
    return sum(len(encode(part).content) for column in built.values() for part in column.parts)


def _overlap(
    leaves: dict[SetKey, Leaf], alive: Leaf, asked: Sequence[Sequence[Clause]]
) -> dict[str, float]:
    two = [_node(query, leaves, alive) for query in asked[:2]]
    return _timed([lambda: both(*two).count()] * 3)


def _retag(folder: Path, built: dict[SetKey, Column], customers: int, seed: int) -> float:
    """Return the milliseconds that new values for 1 % of the customers in 10 fields take."""
    spent = 0.0
    for field, ids, codes in retagged(folder, customers, seed):
        keys = [key for key in built if key.field == field]
        shards = ids // SHARD_SIZE
        for shard in range(shard_count(customers)):
            here = shards == shard
            before = {key.code: built[key].parts[shard] for key in keys}
            begun = time.perf_counter()
            told, new = ids[here] % SHARD_SIZE, codes[here]
            now = {key.code: part_of_ids(told[new == key.code]) for key in keys}
            retag(before, told, now)
            spent += time.perf_counter() - begun
    return round(spent * 1e3, 1)


def _scan(query: Sequence[Clause]) -> str:
    clauses = ["falive"]
    for keys, is_wanted in query:
        said = " OR ".join(_clause(key) for key in keys)
        clauses.append(f"({said})" if is_wanted else f"NOT ({said})")
    return f"SELECT count(*) FROM tags WHERE {' AND '.join(clauses)}"  # noqa: S608 - own numbers


def _clause(key: SetKey) -> str:
    if has_several(key.field):
        return f"(f{key.field} & {1 << key.code}) <> 0"
    return f"f{key.field} = {key.code}"


def _scan_portrait(connection: duckdb.DuckDBPyConnection, customers: int) -> Json:
    """Count all values inside the audience by one grouping a field, and the bits in one scan."""
    sizes = {}
    for key in keys_of_all():
        text = f"SELECT count(*) FROM tags WHERE {_clause(key)}"  # noqa: S608 - own numbers
        sizes[key] = connection.execute(text).fetchall()[0][0]
    key = _audience(sizes, customers)
    inside = f"FROM tags WHERE falive AND {_clause(key)}"
    masks = [one for one in sorted(sizes) if has_several(one.field)]
    bits = ", ".join(f"count_if({_clause(one)})" for one in masks)

    def shown() -> list[int]:
        found = {}
        for field in fields()[:ONE_VALUE_FIELDS]:
            text = f"SELECT f{field}, count(*) {inside} GROUP BY ALL"
            found |= {
                SetKey(field, code): count for code, count in connection.execute(text).fetchall()
            }
        several = connection.execute(f"SELECT {bits} {inside}").fetchall()[0]
        found |= dict(zip(masks, several, strict=True))
        return [found.get(one, 0) for one in sorted(sizes)]

    return {**_timed([shown], ROUNDS_OF_SCAN), "answers": shown()}


def _asking(connection: duckdb.DuckDBPyConnection, text: str) -> Callable[[], object]:
    return lambda: connection.execute(text).fetchall()


def _timed(runs: Sequence[Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Run everything once to warm up, then so many rounds; return the spread in milliseconds."""
    for run in runs:
        run()
    taken = []
    for _ in range(rounds):
        for run in runs:
            begun = time.perf_counter()
            run()
            taken.append((time.perf_counter() - begun) * 1e3)
    return {
        "p50_ms": round(float(np.percentile(taken, 50)), 2),
        "p95_ms": round(float(np.percentile(taken, 95)), 2),
    }


def _seconds(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return round(time.perf_counter() - begun, 2)


@contextmanager
def _served(home: Path) -> Iterator[str]:
    home.chmod(0o755)
    with embedded.serving(home) as server:
        migrate(server.url)
        yield server.url


def _allot(database: Database, scope: Scope, customers: int) -> None:
    for begin_at in range(0, customers, KEPT_CUSTOMERS_A_BATCH):
        count = min(KEPT_CUSTOMERS_A_BATCH, customers - begin_at)

        def work(tx: Tx, count: int = count) -> None:
            allot(tx, tx.new_ids([place % 4_096 for place in range(count)]), brand_id=BRAND)

        database.do(scope, work, now=clock.now())


def _write_whole(database: Database, scope: Scope, folder: Path, customers: int) -> Json:
    shards = range(shard_count(customers))
    with database.transaction(scope, now=clock.now()) as tx:
        version = begin(tx, brand_id=BRAND, key="whole", now=clock.now())
    parts = size = 0
    for field in fields():
        told = {
            PartKey(code, shard): part
            for shard, found in _parts(folder, field)
            for code, part in found.items()
        }
        with database.transaction(scope, now=clock.now()) as tx:
            written = write_field(tx, told, version=version, field=field, whole_shards=shards)
        parts, size = parts + written.parts, size + written.bytes
    with database.transaction(scope, now=clock.now()) as tx:
        publish(tx, version=version, now=clock.now())
    return {"written_parts": parts, "written_mb": round(size / 1e6)}


def _write_retagged(
    database: Database, scope: Scope, folder: Path, customers: int, seed: int
) -> Json:
    with database.transaction(scope, now=clock.now()) as tx:
        version = begin(tx, brand_id=BRAND, key="retagged", now=clock.now())
    parts = size = 0
    for field, ids, codes in retagged(folder, customers, seed):
        changed: Codes = np.load(folder / f"{field}.npy")
        changed[ids] = codes
        shards = np.unique(ids // SHARD_SIZE).tolist()
        told = {
            PartKey(code, shard): part
            for shard in shards
            for code, part in parts_of_codes(
                changed[shard * SHARD_SIZE : (shard + 1) * SHARD_SIZE]
            ).items()
        }
        with database.transaction(scope, now=clock.now()) as tx:
            written = write_field(tx, told, version=version, field=field, whole_shards=shards)
        parts, size = parts + written.parts, size + written.bytes
    with database.transaction(scope, now=clock.now()) as tx:
        publish(tx, version=version, now=clock.now())
    return {"retag_parts": parts, "retag_mb": round(size / 1e6)}


def _portrait(database: Database, scope: Scope, memory: SetCache) -> int:
    with database.reading(scope) as tx:
        bitmaps = open_bitmaps(tx, brand_id=BRAND, cache=memory)
        return bitmaps.portrait(bitmaps.value("1", 1)).size


def _size(customers: int, seed: int, *, with_database: bool) -> Json:
    with tempfile.TemporaryDirectory(prefix="huitong-bench-audiences-") as folder:
        where = ["--folder", folder, "--seed", str(seed), "--customers", str(customers)]
        found: dict[str, Json] = {}
        parts = ["generate", "product", "baseline", *(["keep"] if with_database else [])]
        for part in parts:
            done = run_part("bench.audiences", ["--part", part, *where], server_pid=os.getpid())
            found[part] = dict(done.said)
            print(f"  {customers:,} customers, {part}: done", flush=True)
    del found["generate"]
    _hold_equal(found["product"], found["baseline"])
    return {"customers": customers, **found}


def _hold_equal(product: Json, baseline: Json) -> None:
    """End the run when the engines differ; the answers themselves are not kept.

    :raises RuntimeError: when a count differs.
    """
    pairs = [(product["portrait"], baseline["portrait"])]
    pairs += [(product["queries"][name], baseline["queries"][name]) for name in product["queries"]]  # type: ignore[index, attr-defined]
    for ours, theirs in pairs:
        if ours.pop("answers") != theirs.pop("answers"):
            message = "The bitmaps and the scan count differently."
            raise RuntimeError(message)


def _targets(sizes: Sequence[Any]) -> list[Target]:
    targets = []
    for size in sizes:
        customers, ours, theirs = size["customers"], size["product"], size["baseline"]
        for clauses in (10, 30):
            mine, scan = ours["queries"][str(clauses)], theirs["queries"][str(clauses)]
            name = f"{clauses} clauses over {customers:,} customers"
            wanted = TARGETS_MS.get(customers, {}).get(clauses)
            if wanted is not None:
                targets.append(Target(f"{name}, p95 ms", mine["p95_ms"], wanted, at_most=True))
            times = round(scan["p50_ms"] / mine["p50_ms"], 1)
            targets.append(Target(f"{name}, times the scan", times, TIMES_FASTER_MIN))
        if customers == SIZES[1]:
            shown = ours["portrait"]["p50_ms"]
            name = f"portrait of {ours['audience']:,} over {customers:,}, ms"
            targets.append(Target(name, shown, PORTRAIT_MS_MAX, at_most=True))
    return targets


def _part(asked: argparse.Namespace) -> Json:
    arguments = (asked.folder, asked.customers[0], asked.seed)
    if asked.part == "generate":
        generate(*arguments)
        return {}
    parts = {"product": product_part, "baseline": baseline_part, "keep": kept_part}
    return parts[asked.part](*arguments)


def main() -> int:
    """Measure the asked sizes, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, nargs="*", default=SIZES)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--without-database", action="store_true")
    parser.add_argument("--part", choices=("generate", "product", "baseline", "keep"))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--found", type=Path)
    asked = parser.parse_args()
    if asked.part:
        asked.found.write_text(json.dumps(_part(asked)), encoding="utf-8")
        return 0
    on = machine("embedded" if not asked.without_database else "not used")
    sizes = [
        _size(customers, asked.seed, with_database=not asked.without_database)
        for customers in asked.customers
    ]
    figures = {"sizes": sizes}
    print(json.dumps(figures, indent=2))
    name = "audiences" if tuple(asked.customers) == SIZES else "audiences_other_sizes"
    print(f"  kept in {keep(name, figures, on=on, targets=_targets(sizes))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
