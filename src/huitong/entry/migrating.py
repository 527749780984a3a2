"""The parallel run of a migration: an older system's balances beside ours, customer by customer."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from huitong import customers, identity, ledger, org
from huitong.channels.connectors.file import Import
from huitong.channels.connectors.file.importing import prepared
from huitong.channels.model import Arrival, Opening, OpeningKind
from huitong.customers.model import CUSTOMER_PREFIX
from huitong.loyalty.model import IssuerNotFound
from huitong.loyalty.rules.opening import STORED, asset_of
from huitong.loyalty.rules.parallel import Compared, Verdict, compared
from huitong.platform.db import Database, ReadTx, Scope
from huitong.platform.ids import BUCKETS, show

CUSTOMERS_PER_STEP = 500
BUCKETS_PER_STEP = 16
HEADINGS = ("customer", "known_as", "row", "theirs", "ours", "difference", "verdict")
NOBODY = "nobody_here"
UNREADABLE = "unreadable"


Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be compared: a file of openings, and the balances of one kind in it.

    Stored value is compared for one issuer at a time, a legal entity by its code.
    """

    file: Import
    kind: OpeningKind
    issuer: str | None = None


@dataclass
class Report:
    """How two books agree; amounts are points, growth value or fen.

    `nobody_here` are rows of people who are no customers of ours, with what they come to; `others`
    are rows about another kind or issuer.
    """

    customers: Counter[Verdict] = field(default_factory=Counter)
    theirs: int = 0
    ours: int = 0
    nobody_here: int = 0
    theirs_of_nobody: int = 0
    unreadable: int = 0
    others: int = 0

    def agrees(self) -> bool:
        """Tell whether the books are equal to the last point and fen."""
        is_whole = not self.nobody_here and not self.unreadable
        return is_whole and set(self.customers) <= {Verdict.EQUAL}


def compare(
    database: Database,
    scope: Scope,
    wanted: Wanted,
    *,
    details: Path,
    clock: Callable[[], datetime],
    progress: Progress = lambda _done, _all: None,
) -> Report:
    """Compare a file of balances with ours, and write whatever does not agree to `details`.

    Nothing is taken over. Ours is what a customer has now, pending and held value included. The
    details hold one row a customer, masked, with both amounts. `progress` is told (done, all)
    steps after each page of the file and each part of our books; what it raises ends it all.

    :raises IssuerNotFound: when the group has no such legal entity.
    :raises UnknownForm, FileUnreadable, UnknownColumns, MissingColumns: as an import does.
    """
    with database.reading(scope) as tx:
        asset = _asset(tx, wanted)
    report = Report()
    with details.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADINGS)
        theirs: dict[int, int] = {}
        with wanted.file.staged() as (staged, mapping):
            done, every = 0, staged.total + BUCKETS
            for page in prepared(staged, wanted.file, mapping, lambda _: set()):
                with database.reading(scope) as tx:
                    rows.writerows(_read(tx, wanted, page.arrivals, theirs, report))
                done += len(page.arrivals)
                progress(done, every)
        now = clock()
        for found, buckets in _books(database, scope, asset, theirs, now):
            with database.reading(scope) as tx:
                rows.writerows(_told(tx, found))
            _count(report, found)
            done += buckets
            progress(done, every)
    return report


def _asset(tx: ReadTx, wanted: Wanted) -> str:
    issuer_id = None
    if wanted.kind in STORED:
        code = wanted.issuer or ""
        issuer_id = org.find_legal_entities(tx, codes=[code]).get(code)
        if issuer_id is None:
            raise IssuerNotFound(issuer=code)
    asset = asset_of(wanted.kind, brand_id=wanted.file.account.brand_id, issuer_id=issuer_id)
    assert asset is not None, "Only balances are compared."
    return asset


def _read(
    tx: ReadTx,
    wanted: Wanted,
    arrivals: Sequence[Arrival],
    theirs: dict[int, int],
    report: Report,
) -> Iterator[Sequence[object]]:
    """Add up what a page says of customers, and yield the rows that say it of nobody we know."""
    told: list[tuple[int | None, Opening]] = []
    for arrival in arrivals:
        if not isinstance(arrival.record, Opening):
            report.unreadable += 1
            yield ("", "", arrival.row, "", "", "", UNREADABLE)
        elif (arrival.record.kind, arrival.record.issuer) == (wanted.kind, wanted.issuer):
            told.append((arrival.row, arrival.record))
        else:
            report.others += 1
    known = _recognise(tx, wanted, [record for _, record in told])
    for (row, record), customer_id in zip(told, known, strict=True):
        amount = sum(lot.amount for lot in record.lines)
        report.theirs += amount
        if customer_id is None:
            report.nobody_here += 1
            report.theirs_of_nobody += amount
            yield ("", "", row, amount, 0, -amount, NOBODY)
        else:
            theirs[customer_id] = theirs.get(customer_id, 0) + amount


def _recognise(tx: ReadTx, wanted: Wanted, records: Sequence[Opening]) -> list[int | None]:
    if not records:
        return []
    account = wanted.file.account
    named = [record.identifiers for record in records]
    people = identity.recognise(tx, account=account, named=named)
    persons = [one.person_id for one in people if one is not None]
    found = customers.find_by_persons(tx, brand_id=account.brand_id, person_ids=persons)
    living = customers.living(tx, customer_ids=list(found.values()))
    return [
        living.get(found[one.person_id]) if one and one.person_id in found else None
        for one in people
    ]


def _books(
    database: Database, scope: Scope, asset: str, theirs: Mapping[int, int], now: datetime
) -> Iterator[tuple[list[Compared], int]]:
    """Yield both books compared, some customers at a time: theirs first, then who is only ours.

    Beside them stands how many buckets of ours were gone over for it.
    """
    listed = sorted(theirs)
    for first in range(0, len(listed), CUSTOMERS_PER_STEP):
        step = listed[first : first + CUSTOMERS_PER_STEP]
        with database.reading(scope) as tx:
            ours = _balances(tx, step, asset, now)
        yield compared(asset, theirs={one: theirs[one] for one in step}, ours=ours), 0
    for first in range(0, BUCKETS, BUCKETS_PER_STEP):
        with database.reading(scope) as tx:
            held = ledger.holders(tx, asset=asset, buckets=range(first, first + BUCKETS_PER_STEP))
            ours = _balances(tx, [one for one in held if one not in theirs], asset, now)
        only_ours = {one: had for one, had in ours.items() if had}
        yield compared(asset, theirs={}, ours=only_ours), BUCKETS_PER_STEP


def _balances(tx: ReadTx, owners: Sequence[int], asset: str, now: datetime) -> dict[int, int]:
    return {one.owner: one.balance for one in ledger.balances(tx, owners, asset=asset, now=now)}


def _told(tx: ReadTx, found: Sequence[Compared]) -> Iterator[Sequence[object]]:
    """Yield the rows of whoever does not agree, their identifiers masked."""
    wrong = {one.customer_id: one for one in found if one.verdict is not Verdict.EQUAL}
    if not wrong:
        return
    shown = {one.id: one for one in customers.show(tx, customer_ids=list(wrong))}
    for customer_id, one in wrong.items():
        names = shown[customer_id].identifiers if customer_id in shown else ()
        yield (
            show(CUSTOMER_PREFIX, customer_id),
            " ".join(f"{name.kind}:{name.masked}" for name in names),
            "",
            one.theirs,
            one.ours,
            one.ours - one.theirs,
            one.verdict,
        )


def _count(report: Report, found: Sequence[Compared]) -> None:
    report.customers.update(one.verdict for one in found)
    report.ours += sum(one.ours for one in found)
