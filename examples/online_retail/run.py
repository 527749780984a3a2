"""Imports Online Retail through the real path, compares the published figures, explains returns.

python examples/online_retail/run.py FILE [--folder FOLDER]

FILE holds the invoice lines as UCI publishes them, in Parquet or CSV. The database is the one of
the settings, `HUITONG_HOME` or `HUITONG_DATABASE_URL`; run it in a home of its own.
"""

import argparse
import csv
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from examples.online_retail.convert import Converted, Part, Policy, convert
from huitong import channels, ledger, loyalty, org
from huitong.channels.connectors.file import Import, ImportReport, import_file
from huitong.channels.model import InboxRecord, RecordKind
from huitong.entry import wiring
from huitong.entry.migrate import migrate
from huitong.loyalty.model import Programme
from huitong.org.model import ChannelAccount
from huitong.platform import clock, settings
from huitong.platform.assembly import Platform
from huitong.platform.db import Role, Scope

GROUP_NAME, BRAND, ACCOUNT = "Online Retail", "gifts", ("web", "shop")
PROGRAMME = Path(__file__).with_name("programme.yaml")
PROGRAMME_FROM = datetime(2010, 12, 1, tzinfo=UTC)
PAGE = 500

# What the publisher and the standard write-ups of the data say.
PUBLISHED = {
    "lines": 541_909,
    "invoices": 25_900,
    "customers": 4_372,
    "lines_of_nobody": 135_080,
    "duplicate_lines": 5_268,
    "cancelled_lines": 9_288,
    "cancellations": 3_836,
    "clean_lines": 397_884,
    "clean_invoices": 18_532,
    "clean_customers": 4_338,
    "clean_mills": 8_911_407_904,
    "return_pairs": 7_792,
    "pairs_beyond_purchase": 892,
    "pairs_never_bought": 813,
}

# sold: what customers bought for money, as the tables hold it; presumed sales left out.
SOLD = """
SELECT count(*), count(DISTINCT h.id), count(DISTINCT h.customer_id),
  COALESCE(sum(l.paid_minor), 0)::bigint
FROM orders.header AS h
JOIN orders.line AS l
  ON l.group_id = h.group_id AND l.bucket = h.bucket AND l.order_id = h.id
WHERE h.customer_id IS NOT NULL
  AND h.order_no NOT LIKE 'PRE-%%'
  AND l.quantity > 0
  AND l.paid_minor > 0
"""

# returned: what came back of real sales, and of presumed ones.
RETURNED = """
SELECT h.order_no LIKE 'PRE-%%', COALESCE(sum(l.refunded_minor), 0)::bigint
FROM orders.header AS h
JOIN orders.line AS l
  ON l.group_id = h.group_id AND l.bucket = h.bucket AND l.order_id = h.id
GROUP BY 1
"""

# earned: points that are there for sales that were only presumed; there have to be none.
EARNED_PRESUMED = """
SELECT count(*)
FROM loyalty.grant_position AS g
JOIN orders.header AS h
  ON h.group_id = g.group_id AND h.bucket = g.bucket AND h.id = g.order_id
WHERE h.order_no LIKE 'PRE-%%'
  AND g.granted <> 0
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure beside what it has to be."""

    name: str
    found: int
    wanted: int

    def __str__(self) -> str:
        """Return the line that is printed."""
        sign = "=" if self.found == self.wanted else "≠"
        return f"  {self.name:<32} {self.found:>16,} {sign} {self.wanted:,}"


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did: its imports, the figures of the source and of the database beside them.

    `outcomes` tells what became of every return, `breaches` what breaks a promise of the ledger.
    """

    reports: dict[str, ImportReport]
    source: dict[str, int]
    figures: tuple[Figure, ...]
    outcomes: tuple[tuple[Part, str], ...]
    breaches: tuple[str, ...]


def run(platform: Platform, source: Path, folder: Path, *, group_id: int) -> Done:
    """Convert a file, import it, and hold what the database says against the source; repeatable."""
    converted = convert(source, folder)
    scope = Scope(group_id)
    account = _set_up(platform, scope)
    reports = {}
    for kind, path in (
        (RecordKind.MEMBER, converted.files.members),
        (RecordKind.ORDER, converted.files.presumed),
        (RecordKind.ORDER, converted.files.orders),
        (RecordKind.REFUND, converted.files.refunds),
    ):
        reports[path.stem] = import_file(
            platform.database,
            scope,
            Import(path=path, kind=kind, account=account),
            appliers=platform.appliers[kind],
            clock=clock.now,
        )
    refused = {one.external_id: one for one in _refused(platform, scope)}
    outcomes = [(part, _outcome(part, refused)) for part in converted.parts]
    with platform.database.reading(scope, role=Role.READER) as tx:
        breaches = tuple(str(breach) for breach in ledger.verify(tx))
    figures = tuple(_figures(platform, scope, converted, outcomes))
    return Done(reports, converted.facts, figures, tuple(outcomes), breaches)


def published(done: Done) -> Iterator[Figure]:
    """Yield what the source holds beside what its publishers say of it."""
    for name, wanted in PUBLISHED.items():
        yield Figure(name, done.source[name], wanted)


def write_table(done: Done, target: Path) -> None:
    """Write every return that is not simply laid to a sale, with its policy and its outcome."""
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["invoice", "customer", "item", "at", "quantity", "pence", "policy", "outcome"]
        )
        for part, outcome in done.outcomes:
            if part.policy is not Policy.MATCHED or outcome != "applied":
                writer.writerow(
                    [
                        part.invoice,
                        part.customer,
                        part.item,
                        part.at,
                        part.quantity,
                        part.amount_minor,
                        part.policy,
                        outcome,
                    ]
                )


def _set_up(platform: Platform, scope: Scope) -> ChannelAccount:
    now = clock.now()
    programme = Programme.model_validate(yaml.safe_load(PROGRAMME.read_text("utf-8")))
    with platform.database.transaction(scope, now=now) as tx:
        made = org.set_up(
            tx,
            name=GROUP_NAME,
            brand=BRAND,
            accounts=[ACCOUNT],
            time_zone="Europe/London",
            now=now,
        )
        loyalty.apply_programme(
            tx,
            brand_id=made.brand.id,
            programme=programme,
            effective_from=PROGRAMME_FROM,
            actor="example",
            expected_version=None,
            now=now,
        )
    return made.accounts[0]


def _refused(platform: Platform, scope: Scope) -> list[InboxRecord]:
    found: list[InboxRecord] = []
    with platform.database.reading(scope) as tx:
        while page := channels.refused_records(
            tx,
            kind=RecordKind.REFUND,
            before_id=found[-1].id if found else None,
            limit=PAGE,
        ):
            found += page
    return found


def _outcome(part: Part, refused: dict[str, InboxRecord]) -> str:
    record = refused.get(part.refund_no)
    return "applied" if record is None else f"quarantined: {record.code}: {record.reason}"


def _figures(
    platform: Platform,
    scope: Scope,
    converted: Converted,
    outcomes: Sequence[tuple[Part, str]],
) -> Iterator[Figure]:
    """Yield each figure of the database beside what the source says it has to be."""
    facts = converted.facts
    with platform.database.reading(scope, role=Role.READER) as tx:
        sold = tx.row(SOLD)
        returned = {bool(row[0]): int(row[1]) for row in tx.rows(RETURNED)}
        earned = tx.row(EARNED_PRESUMED)
    assert sold is not None, "A sum always answers."
    assert earned is not None, "A count always answers."
    yield Figure("lines of a penny or more", int(sold[0]), facts["lines_of_a_penny"])
    yield Figure("invoices with a sale", int(sold[1]), facts["clean_invoices"])
    yield Figure("customers with a sale", int(sold[2]), facts["clean_customers"])
    # Lines are rounded to pence one by one; four have a third decimal, worth 0.4 pence together.
    yield Figure("sales in pence", int(sold[3]), facts["clean_mills"] // 10)
    quarantined = sum(part.amount_minor for part, outcome in outcomes if outcome != "applied")
    all_returned = sum(returned.values()) + quarantined
    yield Figure("returned in pence", all_returned, -facts["returned_mills"] // 10)
    net = facts["clean_mills"] + facts["returned_mills"]
    yield Figure("net of returns in pence", int(sold[3]) - all_returned, net // 10)
    yield Figure("points for presumed sales", int(earned[0]), 0)


def summary(done: Done) -> Iterator[str]:
    """Yield what the run found, line by line."""
    for name, report in done.reports.items():
        told = ", ".join(f"{count} × {code}" for code, count in report.refusals.items())
        counted = f"{report.applied:,} applied, {report.known:,} known, {report.refused:,} refused"
        yield f"{name}: {counted}" + (f" ({told})" if told else "")
    yield "\nThe source beside what is published of it:"
    yield from map(str, published(done))
    yield "\nThe database beside the source:"
    yield from map(str, done.figures)
    yield "\nReturns by policy and outcome, in pounds:"
    counts: Counter[tuple[str, str]] = Counter()
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for part, outcome in done.outcomes:
        key = (part.policy.value, outcome.split(":")[0])
        counts[key] += 1
        sums[key] += part.amount_minor
    for (policy, outcome), count in counts.most_common():
        pounds, pence = divmod(sums[policy, outcome], 100)
        yield f"  {policy:<18} {outcome:<12} {count:>7,} parts  {pounds:>10,}.{pence:02}"
    yield ""
    yield from done.breaches
    yield "The ledger keeps every promise." if not done.breaches else "The ledger is broken."


def main() -> int:
    """Run on the database of the settings; 0 when everything agrees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="the invoice lines, Parquet or CSV")
    parser.add_argument("--folder", type=Path, help="where the canonical files and the table go")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="online-retail-"))
    loaded = settings.load()
    with wiring.address(loaded) as url:
        migrate(url)
        with wiring.running(loaded) as platform:
            done = run(platform, given.file, folder, group_id=1)
    for line in summary(done):
        print(line)
    write_table(done, folder / "returns.csv")
    print(f"\nEvery odd return, with its policy and outcome: {folder / 'returns.csv'}")
    agrees = all(one.found == one.wanted for one in (*published(done), *done.figures))
    return 0 if agrees and not done.breaches else 1


if __name__ == "__main__":
    sys.exit(main())
