"""Imports the Complete Journey through the real path and checks its figures."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import yaml

from huitong import ledger, loyalty, org
from huitong.channels.connectors.file import Import, ImportReport, Progress, import_file
from huitong.channels.model import RecordKind
from huitong.entry.demo import figures
from huitong.entry.demo.complete_journey import TIME_ZONE, Totals, write_files
from huitong.entry.demo.figures import Figures
from huitong.entry.demo.spending import use_points
from huitong.entry.demo.understanding import understand
from huitong.entry.demo.year import PROGRAMME_FROM, told, weeks_of_demo
from huitong.loyalty.model import Expiry, ExpiryRounding, Programme
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
# Points of 2017 would all be gone, so only a year that was moved to now lets them expire.
EXPIRY = Expiry(months=12, rounding=ExpiryRounding.MONTH_END)

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
    weeks: int = 0,
) -> Imported:
    """Bring the data set of the first `households` (all when None) into the platform's database.

    It is of 2017, or `weeks` whole weeks later. Safe to repeat with as many: it changes nothing.
    """
    say(f"Writing canonical files of {households or 'all'} households to {folder} …")
    files, totals = write_files(folder, households=households, weeks=weeks)
    scope = Scope(GROUP_ID)
    account = _set_up(platform, scope, weeks)
    reports = []
    order_seconds = 0.0
    for kind, path in (
        (RecordKind.PRODUCT, files.products),
        (RecordKind.MEMBER, files.members),
        (RecordKind.ORDER, files.orders),
        (RecordKind.REFUND, files.refunds),
    ):
        if path is None:
            continue
        if kind is RecordKind.REFUND and files.uses_of_points is not None:
            say(_use_points(platform, scope, files.uses_of_points, account))
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
        if kind is RecordKind.ORDER:
            order_seconds = seconds
        say(_told(kind, report, seconds))
        reports.append(report)
    found = figures.measure(platform.database, scope, account)
    return Imported(tuple(reports), order_seconds, totals, found)


def run(
    platform: Platform,
    folder: Path,
    *,
    households: int | None,
    say: Say,
    show: Show,
    now: datetime,
) -> bool:
    """Import the data set, print the figures beside what they must be, and verify the ledger.

    Its year ends with the last full week before the demo was first made, which is at `now` when
    there is none yet. Returns whether everything agrees.
    """
    scope = Scope(GROUP_ID)
    with platform.database.reading(scope) as tx:
        weeks = weeks_of_demo(tx, brand=BRAND, now=now)
    done = import_all(platform, folder, households=households, say=say, show=show, weeks=weeks)
    say("")
    agrees = True
    for figure in figures.compare(done.figures, done.totals, whole=households is None):
        say(str(figure))
        agrees = agrees and figure.agrees
    say("")
    for line in figures.story_of_one_member(platform.database, scope, now=now):
        say(line)
    agrees = verify(platform, say=say) and agrees
    say("")
    say(told(weeks))
    return understand(platform, scope, brand=BRAND, say=say) and agrees


def verify(platform: Platform, *, say: Say) -> bool:
    """Check every promise of the ledger and say what breaks one."""
    with platform.database.reading(Scope(GROUP_ID), role=Role.READER) as tx:
        breaches = list(ledger.verify(tx))
    for breach in breaches:
        say(str(breach))
    say("The ledger is sound: every invariant holds." if not breaches else "The ledger is broken.")
    return not breaches


def _set_up(platform: Platform, scope: Scope, weeks: int) -> ChannelAccount:
    """Make the group with its programme; one that somebody changed since stays as they left it."""
    now = clock.now()
    with platform.database.transaction(scope, now=now) as tx:
        made = org.set_up(
            tx, name=GROUP_NAME, brand=BRAND, accounts=[ACCOUNT], time_zone=TIME_ZONE, now=now
        )
        if not loyalty.versions_of(tx, brand_id=made.brand.id):
            loyalty.apply_programme(
                tx,
                brand_id=made.brand.id,
                programme=_programme(weeks),
                effective_from=PROGRAMME_FROM + timedelta(weeks=weeks),
                actor="demo",
                expected_version=None,
                now=now,
            )
    return made.accounts[0]


def _programme(weeks: int) -> Programme:
    programme = Programme.model_validate(yaml.safe_load(PROGRAMME.read_text("utf-8")))
    return programme.model_copy(update={"expiry": EXPIRY}) if weeks else programme


def _use_points(platform: Platform, scope: Scope, uses: Path, account: ChannelAccount) -> str:
    members, points = use_points(
        platform.database, scope, uses, account_id=account.id, now=clock.now()
    )
    return f"points: {points:,} used by {members:,} members"


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
