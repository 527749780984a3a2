"""Imports the Complete Journey through the real path, checks its figures, computes its members."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from huitong import ledger, loyalty, org, segments
from huitong.channels.connectors.file import Import, ImportReport, Progress, import_file
from huitong.channels.model import RecordKind
from huitong.entry import refreshing
from huitong.entry.demo import figures
from huitong.entry.demo.complete_journey import TIME_ZONE, Totals, write_files
from huitong.entry.demo.figures import Figures
from huitong.entry.holding import BrandBeingRefreshed
from huitong.entry.refreshing import FIGURES, PartDone
from huitong.loyalty.model import Programme
from huitong.org.model import ChannelAccount
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.db import Role, Scope

GROUP_ID = 1
GROUP_NAME = "Complete Journey"
BRAND = "grocer"
ACCOUNT = ("pos", "tills")
HOUSEHOLDS_OF_DEMO = 250
PROGRAMME = Path(__file__).with_name("programme.yaml")
PROGRAMME_FROM = datetime(2016, 12, 31, tzinfo=UTC)
AUDIENCE = Path(__file__).with_name("regulars.yaml")

Say = Callable[[str], None]
Show = Callable[[str], Callable[[Progress], None]]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of the data set did: its reports, how long the orders took, what is there."""

    reports: tuple[ImportReport, ...]
    order_seconds: float
    totals: Totals
    figures: Figures


def import_all(
    platform: Platform,
    folder: Path,
    *,
    households: int | None,
    say: Say,
    show: Show,
) -> Imported:
    """Bring the data set of the first `households` (all when None) into the platform's database.

    Safe to repeat: the second time changes nothing.
    """
    say(f"Writing canonical files of {households or 'all'} households to {folder} …")
    files, totals = write_files(folder, households=households)
    scope = Scope(GROUP_ID)
    account = _set_up(platform, scope)
    reports = []
    seconds = 0.0
    for kind, path in (
        (RecordKind.PRODUCT, files.products),
        (RecordKind.MEMBER, files.members),
        (RecordKind.ORDER, files.orders),
    ):
        begun = time.monotonic()
        report = import_file(
            platform.database,
            scope,
            Import(path=path, kind=kind, account=account),
            appliers=platform.appliers[kind],
            clock=clock.now,
            progress=show(f"{kind} records"),
        )
        seconds = time.monotonic() - begun
        say(_told(kind, report, seconds))
        reports.append(report)
    found = figures.measure(platform.database, scope, account)
    return Imported(tuple(reports), seconds, totals, found)


def run(platform: Platform, folder: Path, *, households: int | None, say: Say, show: Show) -> bool:
    """Import the data set, print the figures beside what they must be, and verify the ledger.

    Returns whether everything agrees.
    """
    done = import_all(platform, folder, households=households, say=say, show=show)
    say("")
    agrees = True
    for figure in figures.compare(done.figures, done.totals, whole=households is None):
        say(str(figure))
        agrees = agrees and figure.agrees
    say("")
    for line in figures.story_of_one_member(platform.database, Scope(GROUP_ID), now=clock.now()):
        say(line)
    agrees = verify(platform, say=say) and agrees
    return understand(platform, say=say) and agrees


def verify(platform: Platform, *, say: Say) -> bool:
    """Check every promise of the ledger and say what breaks one."""
    with platform.database.reading(Scope(GROUP_ID), role=Role.READER) as tx:
        breaches = list(ledger.verify(tx))
    for breach in breaches:
        say(str(breach))
    say("The ledger is sound: every invariant holds." if not breaches else "The ledger is broken.")
    return not breaches


def understand(platform: Platform, *, say: Say) -> bool:
    """Compute what is known of the households, keep an audience, and say what came of it.

    Returns whether nothing was refused. A repeat computes what changed.
    """
    scope, now = Scope(GROUP_ID), clock.now()
    with platform.database.transaction(scope, now=now) as tx:
        brand = org.brand(tx, code=BRAND)
        segments.put_segment(
            tx,
            brand_id=brand.id,
            document=segments.read_segment(yaml.safe_load(AUDIENCE.read_text("utf-8"))),
            expected_version=None,
            actor="demo",
            now=now,
        )
    begun, told = time.monotonic(), list[PartDone]()
    wanted = refreshing.Refresh(platform.database, platform.settings, brand, now, actor="demo")
    try:
        refreshing.refresh(wanted, done=told.append)
    except BrandBeingRefreshed as held:
        say(f"\n{held}")
        return True
    say(f"\nWhat is known of members was computed in {time.monotonic() - begun:.1f} s.")
    say("The baskets are of 2017: as of today everybody is gone; “--on 2018-01-01” looks back.")
    for part in told:
        for line in _lines(part):
            say(line)
    return all(part.refused is None for part in told)


def _lines(part: PartDone) -> Iterator[str]:
    told = [f"{FIGURES[name]} {count:,}" for name, count in part.figures.items() if count]
    yield f"  {part.part:<10} {part.refused or ', '.join(told) or 'nothing new'}"
    for one in part.left_out:
        yield f"  {'':<10} {one}"


def _set_up(platform: Platform, scope: Scope) -> ChannelAccount:
    now = clock.now()
    programme = Programme.model_validate(yaml.safe_load(PROGRAMME.read_text("utf-8")))
    with platform.database.transaction(scope, now=now) as tx:
        made = org.set_up(
            tx, name=GROUP_NAME, brand=BRAND, accounts=[ACCOUNT], time_zone=TIME_ZONE, now=now
        )
        loyalty.apply_programme(
            tx,
            brand_id=made.brand.id,
            programme=programme,
            effective_from=PROGRAMME_FROM,
            actor="demo",
            expected_version=None,
            now=now,
        )
    return made.accounts[0]


def _told(kind: RecordKind, report: ImportReport, seconds: float) -> str:
    rate = f", {report.rows / seconds:,.0f} rows/s" if seconds and report.applied else ""
    told = (
        f"{kind}: {report.applied:,} applied, {report.known:,} known before,"
        f" {report.refused:,} refused, in {seconds:.1f} s{rate}"
    )
    reasons = "".join(f"\n  {count:,} × {code}" for code, count in report.refusals.items())
    return told + reasons


def plain(line: str) -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
