"""Looks a file over without writing anything: what would be applied, refused, new, unknown."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from huitong import catalog, org
from huitong.channels.connectors.file.importing import Import, computing, prepared
from huitong.channels.connectors.file.tally import ImportReport, Progress, Tally
from huitong.channels.model import Arrival, Line, Order, Record, RecordState, Standing, Taken
from huitong.channels.queries import standings
from huitong.platform.db import Database, ReadTx, Scope
from huitong.platform.errors import Ok

FIRST_ROWS = 5
UNKNOWN_MAX = 10_000
AMOUNTS = ("list_minor", "discount_minor", "freight_minor", "paid_minor", "amount_minor")
STORES = ("store", "return_store", "source_store")


@dataclass(frozen=True, slots=True)
class Checked:
    """What an import of a file would meet.

    `first_rows` are the first rows of each reason, by its code; `amounts` are sums in fen by field.
    `standings` and the unknown codes (each with how often it is named) need a database: without
    one they are None. At most 10,000 unknown codes of a kind are counted.
    """

    report: ImportReport
    first_rows: dict[str, tuple[int, ...]]
    amounts: dict[str, int]
    standings: dict[Standing, int] | None
    unknown_skus: dict[str, int] | None
    unknown_stores: dict[str, int] | None


@dataclass(slots=True)
class _Notes:
    """What is noted while the pages of a file pass."""

    first_rows: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    amounts: Counter[str] = field(default_factory=Counter)
    standings: Counter[Standing] = field(default_factory=Counter)
    skus: Counter[str] = field(default_factory=Counter)
    stores: Counter[str] = field(default_factory=Counter)


def check_file(
    wanted: Import,
    *,
    database: Database | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    writes_rejects: bool = False,
) -> Checked:
    """Read a file as `import_file` would and report it, without taking anything in.

    With a database what can be read is held against what it knows; appliers are not asked, so what
    only they refuse counts as applied. Nothing is written anywhere, unless the reject file is asked
    for.

    :raises UnknownForm, FileUnreadable, UnknownColumns, MissingColumns: as `import_file` does.
    """
    notes = _Notes()
    with wanted.staged() as (staged, mapping):
        tally = Tally(staged, progress, delivery_id=None)
        with computing():
            for page in prepared(staged, wanted, mapping, lambda _: set()):
                _note(notes, page.arrivals)
                if database is not None:
                    with database.reading(Scope(wanted.account.group_id)) as tx:
                        _compare(tx, notes, wanted, page.arrivals)
                applied = Ok(Taken(record_id=0, state=RecordState.APPLIED))
                tally.count(page, [one.refused or applied for one in page.arrivals])
        rejects = tally.write_rejects(wanted.path) if writes_rejects else None
        report = tally.report(wanted.called(), rejects=rejects)
    is_compared = database is not None
    return Checked(
        report=report,
        first_rows={code: tuple(rows) for code, rows in notes.first_rows.items()},
        amounts=dict(notes.amounts),
        standings=dict(notes.standings) if is_compared else None,
        unknown_skus=dict(notes.skus.most_common()) if is_compared else None,
        unknown_stores=dict(notes.stores.most_common()) if is_compared else None,
    )


def _note(notes: _Notes, arrivals: Sequence[Arrival]) -> None:
    for one in arrivals:
        if one.refused is not None:
            rows = notes.first_rows[one.refused.code]
            if one.row is not None and len(rows) < FIRST_ROWS:
                rows.append(one.row)
        if one.record is None:
            continue
        for name in AMOUNTS:
            amount = getattr(one.record, name, None)
            if isinstance(amount, int):
                notes.amounts[name] += amount


def _compare(tx: ReadTx, notes: _Notes, wanted: Import, arrivals: Sequence[Arrival]) -> None:
    readable = [one for one in arrivals if one.record is not None]
    versions = [(one.external_id, one.version) for one in readable]
    if not versions:
        return
    notes.standings.update(standings(tx, wanted.account, kind=wanted.kind, versions=versions))
    records = [one.record for one in readable if one.record is not None]
    skus = Counter(sku for record in records for sku in _skus(record))
    if skus:
        known = catalog.find_skus(tx, brand_id=wanted.account.brand_id, codes=skus)
        _add(notes.skus, skus, known)
    stores = Counter(store for record in records for store in _stores(record))
    if stores:
        _add(notes.stores, stores, org.find_stores(tx, codes=sorted(stores)))


def _add(unknown: Counter[str], named: Counter[str], known: object) -> None:
    assert isinstance(known, dict), "What is known is found by its code."
    for code, count in named.items():
        if code not in known and (code in unknown or len(unknown) < UNKNOWN_MAX):
            unknown[code] += count


def _skus(record: Record) -> list[str]:
    if isinstance(record, Order):
        return [line.sku for line in record.lines]
    return []


def _stores(record: Record) -> list[str]:
    lines = [line for line in getattr(record, "lines", ()) if isinstance(line, Line)]
    found = [getattr(part, name, None) for part in (record, *lines) for name in STORES]
    return [one for one in found if isinstance(one, str)]
