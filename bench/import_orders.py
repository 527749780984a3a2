"""How fast a year of real baskets comes in, beside hand-written SQL writing the very same rows.

Three processes, one after another, on one embedded server of this run: the products and members
are prepared once by the product itself, and each side gets a copy of that database. Then the
product imports the order file through its one path, and `bench.orders_by_hand` loads the same file;
`--swap` turns these two round. At the end the rows of both must be the same, or the run fails.
"""

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import duckdb
import psycopg
import yaml

from bench import orders_by_hand, same_rows
from bench.measuring import (
    Json,
    Part,
    Target,
    cpu_of_thread,
    cpu_of_tree,
    keep,
    machine,
    resident_mb_max,
    run_part,
)
from huitong import loyalty, org
from huitong.channels.connectors.file import Import, Progress, import_file
from huitong.channels.model import IdentifierKind, RecordKind
from huitong.entry import wiring
from huitong.entry.demo import complete_journey, figures, import_all, running
from huitong.entry.migrate import migrate
from huitong.identity.rules import scope_of
from huitong.loyalty.model import Programme
from huitong.org.model import ChannelAccount
from huitong.platform import clock, crypto, embedded, logs, rls
from huitong.platform.assembly import Platform
from huitong.platform.db import Scope
from huitong.platform.settings import LogFormat, LogLevel, Settings

LINES_A_SECOND_MIN = 25_000
RATIO_MIN = 0.4
IMPORTER_MB_MAX = 2_048
PREPARED = "prepared"
PRODUCT = "product"
BASELINE = "baseline"
READER_THREAD = "file-reader"
SCOPE = Scope(running.GROUP_ID)

# cards: whose each card is, found by its blind index as any look-up of a person is.
BUYERS = """
SELECT i.id, c.id
FROM identity.identifier AS i
JOIN customers.customer AS c ON c.person_id = i.person_id
WHERE i.blind_index = %(blind_index)s
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked of this process."""

    part: str | None
    households: int | None
    swap: bool
    home: Path
    url: str
    server_pid: int
    found: Path


@dataclass(slots=True)
class _Clock:
    """Wall and CPU time of the order file alone; read at its start, at each page, at its end."""

    server_pid: int
    begun: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    ended: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    reader_seconds: float = 0.0

    def start(self) -> None:
        self.begun = self._read()

    def stop(self) -> None:
        self.ended = self._read()

    def page(self, _: Progress) -> None:
        """Note what the reading thread has used; it is gone when the import ends."""
        for thread in threading.enumerate():
            if thread.name == READER_THREAD and thread.native_id is not None:
                self.reader_seconds = max(self.reader_seconds, cpu_of_thread(thread.native_id))

    def figures(self, lines: int) -> Json:
        """Return seconds and CPU microseconds a line; `other` are DuckDB's own threads."""
        wall, main, process, server = (
            ended - begun for begun, ended in zip(self.begun, self.ended, strict=True)
        )
        micro = 1_000_000 / lines
        return {
            "lines": lines,
            "seconds": round(wall, 2),
            "lines_per_second": round(lines / wall),
            "cpu_microseconds_per_line": {
                "main_thread": round(main * micro, 1),
                "reader_thread": round(self.reader_seconds * micro, 1),
                "other_threads": round((process - main - self.reader_seconds) * micro, 1),
                "postgresql": round(server * micro, 1),
            },
        }

    def _read(self) -> tuple[float, float, float, float]:
        server = cpu_of_tree(self.server_pid)
        return time.perf_counter(), time.thread_time(), time.process_time(), server


def prepare(asked: Asked, platform: Platform) -> Json:
    """Make the group, its programme, the products and the members, as any user would."""
    made, _ = complete_journey.write_files(asked.home / "files", households=asked.households)
    now = clock.now()
    with platform.database.transaction(SCOPE, now=now) as tx:
        group = org.set_up(
            tx,
            name=running.GROUP_NAME,
            brand=running.BRAND,
            accounts=[running.ACCOUNT],
            time_zone=complete_journey.TIME_ZONE,
            now=now,
        )
        loyalty.apply_programme(
            tx,
            brand_id=group.brand.id,
            programme=Programme.model_validate(
                yaml.safe_load(running.PROGRAMME.read_text("utf-8"))
            ),
            effective_from=running.PROGRAMME_FROM,
            actor="bench",
            expected_version=None,
            now=now,
        )
    (account,) = group.accounts
    seconds = {}
    for kind, path in ((RecordKind.PRODUCT, made.products), (RecordKind.MEMBER, made.members)):
        begun = time.perf_counter()
        _import(platform, account, kind, path)
        seconds[f"{kind}_seconds"] = round(time.perf_counter() - begun, 1)
    return seconds


def measure_product(asked: Asked, platform: Platform) -> Json:
    """Import everything with the demo's own function, then the order file once more."""
    watch = _Clock(asked.server_pid)

    def say(line: str) -> None:
        if line.startswith(f"{RecordKind.ORDER}:"):
            watch.stop()
        print(f"  {line}", flush=True)

    def show(title: str) -> Callable[[Progress], None]:
        watch.start()
        return watch.page if title.startswith(RecordKind.ORDER) else lambda _: None

    files = asked.home / "files"
    begun = time.perf_counter()
    imported = import_all(platform, files, households=asked.households, say=say, show=show)
    total = time.perf_counter() - begun
    compared = figures.compare(imported.figures, imported.totals, whole=asked.households is None)
    disagreeing = [str(line) for line in compared if not line.agrees]
    is_sound = running.verify(platform, say=say)
    again = _again(platform, files / "orders.parquet")
    return {
        **watch.figures(imported.totals.lines),
        "orders": imported.totals.baskets,
        "total_seconds": round(total, 1),
        "resident_mb_max": resident_mb_max(),
        "second_import": again,
        "figures_that_disagree": disagreeing,
        "ledger_is_sound": is_sound,
        "imported": asdict(imported.figures),
    }


def measure_baseline(asked: Asked, platform: Platform) -> Json:
    """Load the same order file with hand-written SQL."""
    files = asked.home / "files"
    account = _account(platform)
    ring = crypto.keyring()
    scope = scope_of(IdentifierKind.POS_CARD, "", account)
    index_of = ring.blind_indexer(account.group_id, IdentifierKind.POS_CARD.value, scope)
    with psycopg.connect(asked.url, autocommit=True) as connection:
        buyers = []
        for card in _cards(asked):
            row = connection.execute(BUYERS, {"blind_index": index_of(card)}).fetchone()
            assert row is not None, "Every household of the file is a member already."
            buyers.append((card, int(row[1]), int(row[0])))
        place = orders_by_hand.Place(account.group_id, account.brand_id, account.id, buyers)
        connection.execute(
            f"SET ROLE {rls.APP}; SET huitong.group_id = '{account.group_id}';"
            " SET huitong.brand_ids = '*'"
        )
        watch = _Clock(asked.server_pid)
        watch.start()
        lines = orders_by_hand.load(
            connection, place, orders=files / "orders.parquet", products=files / "products.parquet"
        )
        watch.stop()
    is_sound = running.verify(platform, say=lambda line: print(f"  {line}", flush=True))
    return {
        **watch.figures(lines),
        "resident_mb_max": resident_mb_max(),
        "ledger_is_sound": is_sound,
    }


PARTS: dict[str, Callable[[Asked, Platform], Json]] = {
    PREPARED: prepare,
    PRODUCT: measure_product,
    BASELINE: measure_baseline,
}


def run(asked: Asked) -> bool:
    """Run all parts on a server of their own, compare the rows, keep the figures."""
    sides = [BASELINE, PRODUCT] if asked.swap else [PRODUCT, BASELINE]
    with _home() as home, embedded.serving(home) as server:
        on = machine(server.version)
        print("Preparing products and members …", flush=True)
        prepared = _made(server, PREPARED, None)
        migrate(prepared)
        parts = {PREPARED: _run_part(PREPARED, asked, home, prepared, server.pid)}
        for side in sides:
            print(f"Importing the orders: {side} …", flush=True)
            url = _made(server, side, PREPARED)
            parts[side] = _run_part(side, asked, home, url, server.pid)
        print("Comparing the rows …", flush=True)
        urls = [_address(server.url, side) for side in (PRODUCT, BASELINE)]
        differing = same_rows.differences(urls[0], urls[1])
        counts = same_rows.row_counts(urls[0])
    return _report(asked, on, parts, differing, counts)


def main() -> None:
    """Run the bench, or the one part that it started this process for."""
    logs.configure(LogFormat.JSON, LogLevel.ERROR)
    asked = _asked(sys.argv[1:])
    if asked.part is None:
        sys.exit(0 if run(asked) else 1)
    platform = wiring.build(Settings(home=asked.home), asked.url)
    try:
        found = PARTS[asked.part](asked, platform)
    finally:
        platform.database.close()
    asked.found.write_text(json.dumps(found), "utf-8")


def _report(
    asked: Asked,
    on: Json,
    parts: dict[str, Part],
    differing: Sequence[str],
    counts: dict[str, int],
) -> bool:
    product, baseline = parts[PRODUCT], parts[BASELINE]
    ratio = round(baseline.said["seconds"] / product.said["seconds"], 3)
    importer_mb = max(product.said["resident_mb_max"], product.memory_mb_max["process"])
    targets = [
        Target("lines a second", product.said["lines_per_second"], LINES_A_SECOND_MIN),
        Target("ratio to the baseline", ratio, RATIO_MIN),
        Target("importer's memory in MB", importer_mb, IMPORTER_MB_MAX, at_most=True),
    ]
    wrong = [
        *product.said["figures_that_disagree"],
        *(f"The rows differ in {one}." for one in differing),
        *(f"The ledger of {side} breaks." for side in (PRODUCT, BASELINE)
          if not parts[side].said["ledger_is_sound"]),
    ]  # fmt: skip
    print(
        f"product {product.said['lines_per_second']:,} lines/s,"
        f" baseline {baseline.said['lines_per_second']:,} lines/s, ratio {ratio}"
    )
    found = {
        "order": "baseline first" if asked.swap else "product first",
        "households": asked.households or complete_journey.PUBLISHED.households,
        "ratio": ratio,
        "durability": "fsync and synchronous_commit on",
        **{
            name: {**part.said, "memory_mb_max_sampled": part.memory_mb_max}
            for name, part in parts.items()
        },
        "rows_are_the_same": not differing,
        "rows": counts,
        "wrong": wrong,
    }
    for line in wrong:
        print(f"  WRONG: {line}")
    names = ["import_orders", "swapped"] if asked.swap else ["import_orders"]
    names += [f"{asked.households}_households"] if asked.households else []
    keep("_".join(names), found, on=on, targets=targets)
    return not wrong


def _run_part(part: str, asked: Asked, home: Path, url: str, server_pid: int) -> Part:
    # What the sides before left behind is written out now, and not while this one is measured.
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    line = ["--part", part, "--home", str(home), "--url", url, "--server-pid", str(server_pid)]
    if asked.households:
        line += ["--households", str(asked.households)]
    return run_part("bench.import_orders", line, server_pid=server_pid)


def _import(platform: Platform, account: ChannelAccount, kind: RecordKind, path: Path) -> Json:
    report = import_file(
        platform.database,
        SCOPE,
        Import(path=path, kind=kind, account=account),
        appliers=platform.appliers[kind],
        clock=clock.now,
    )
    return {"applied": report.applied, "known": report.known, "refused": report.refused}


def _again(platform: Platform, path: Path) -> Json:
    begun = time.perf_counter()
    counted = _import(platform, _account(platform), RecordKind.ORDER, path)
    return {"seconds": round(time.perf_counter() - begun, 2), **counted}


def _account(platform: Platform) -> ChannelAccount:
    with platform.database.reading(SCOPE) as tx:
        (account,) = org.channel_accounts(tx)
    return account


def _cards(asked: Asked) -> list[str]:
    with duckdb.connect() as reader:
        found = reader.execute(
            "SELECT member_no FROM read_parquet(?)", [str(asked.home / "files/members.parquet")]
        )
        return [str(card) for (card,) in found.fetchall()]


def _made(server: embedded.Server, name: str, template: str | None) -> str:
    copied = f"TEMPLATE {template}" if template else ""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {copied}".encode())
    return _address(server.url, name)


def _address(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def _home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="huitong-bench-"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def _asked(words: Sequence[str]) -> Asked:
    parser = argparse.ArgumentParser(prog="python -m bench.import_orders", description=__doc__)
    parser.add_argument(
        "--households", type=int, help="the first so many households; all by default"
    )
    parser.add_argument("--swap", action="store_true", help="measure the baseline first")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, default=Path(), help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    parser.add_argument("--server-pid", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--found", type=Path, default=Path(), help=argparse.SUPPRESS)
    return Asked(**vars(parser.parse_args(words)))


if __name__ == "__main__":
    main()
