"""`huitong import` and `inbox`: records in from files, and what became of them."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from collections import Counter

    from huitong.channels.connectors.file import Import, ImportReport
    from huitong.channels.model import Delivery, InboxRecord
    from huitong.org.model import ChannelAccount
    from huitong.platform.assembly import Platform

LIST_MAX = 500
RETRIES_MAX = 100_000
DELIVERY_PREFIX = "dlv"
RECORD_PREFIX = "rec"
STDIN = Path("-")
STDIN_NAME = "stdin.ndjson"


class ImportKind(StrEnum):
    """The kinds of record that files can hold; a test keeps them those of `channels`."""

    MEMBER = "member"
    PRODUCT = "product"
    ORDER = "order"
    REFUND = "refund"
    FULFILMENT = "fulfilment"


inbox = typer.Typer(no_args_is_help=True, help="What arrived, and what became of it.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("import")(import_files)
    app.add_typer(inbox, name="inbox")


def import_files(
    context: typer.Context,
    kind: Annotated[ImportKind, typer.Argument(help="What the files hold.")],
    files: Annotated[
        list[Path], typer.Argument(help="CSV, Parquet or NDJSON; “-” reads NDJSON from the input.")
    ],
    *,
    channel: Annotated[str, typer.Option(help="The platform they come from, such as pos.")],
    brand: Annotated[str | None, typer.Option(help="The code of the brand.")] = None,
    shop: Annotated[str | None, typer.Option(help="The code of the account there.")] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A mapping document, when columns have other names."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and check only; change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import files into the inbox and apply them; a repeat changes nothing."""
    for path in files:
        if path != STDIN and not path.is_file():
            message = f"“{path}” is not a file."
            raise typer.BadParameter(message, param_hint="FILES")
    if dry_run:
        reports = [_check(path, kind, mapping, context.obj) for path in files]
    else:
        with opening.opened() as platform:
            account = _account(platform, context.obj, channel, shop, brand)
            reports = [_import(platform, path, kind, mapping, account) for path in files]
    _show(reports, as_json=as_json)


def _check(path: Path, kind: ImportKind, mapping: Path | None, group_id: int) -> "ImportReport":
    from huitong.channels.connectors.file import check_file
    from huitong.org.model import ChannelAccount

    account = ChannelAccount(
        id=0,
        group_id=group_id,
        brand_id=0,
        identity_domain_id=0,
        platform="",
        code="",
        sees_orders=True,
        books_revenue=True,
        earns=True,
        fulfilment_only=False,
        time_zone="Asia/Shanghai",
    )
    with _file(path) as readable, showing.progress() as begin:
        tell = begin(f"Checking {path.name}")
        wanted = _wanted(readable, kind, mapping, account)
        return check_file(wanted, progress=lambda so_far: tell(so_far.rows_done, so_far.rows))


def _import(
    platform: "Platform",
    path: Path,
    kind: ImportKind,
    mapping: Path | None,
    account: "ChannelAccount",
) -> "ImportReport":
    from dataclasses import replace

    from huitong.channels.connectors.file import import_file
    from huitong.platform import clock
    from huitong.platform.db import Scope

    with _file(path) as readable, showing.progress() as begin:
        tell = begin(f"Importing {path.name}")
        report = import_file(
            platform.database,
            Scope(account.group_id),
            _wanted(readable, kind, mapping, account),
            appliers=platform.appliers[kind],
            clock=clock.now,
            progress=lambda so_far: tell(so_far.rows_done, so_far.rows),
        )
        if path == STDIN and report.rejects is not None:
            kept = shutil.move(report.rejects, Path.cwd() / report.rejects.name)
            report = replace(report, rejects=Path(kept))
    return report


def _wanted(
    path: Path, kind: ImportKind, mapping: Path | None, account: "ChannelAccount"
) -> "Import":
    from huitong.channels.connectors.file import Import, load_mapping
    from huitong.channels.model import RecordKind

    loaded = load_mapping(mapping) if mapping else None
    return Import(path=path, kind=RecordKind(kind), account=account, mapping=loaded)


@contextmanager
def _file(path: Path) -> Iterator[Path]:
    """Give a file that can be read twice: standard input is written to one first."""
    if path != STDIN:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="huitong-") as folder:
        kept = Path(folder) / STDIN_NAME
        with kept.open("wb") as target:
            shutil.copyfileobj(sys.stdin.buffer, target)
        yield kept


def _account(
    platform: "Platform", group_id: int, channel: str, shop: str | None, brand: str | None
) -> "ChannelAccount":
    """Find the one account that the options describe."""
    from huitong import org
    from huitong.platform.db import Scope

    with platform.database.reading(Scope(group_id)) as tx:
        brand_id = None if brand is None else org.brand(tx, code=brand).id
        if shop is not None and brand_id is None:
            return org.channel_account(tx, platform=channel, code=shop)
        found = [
            one
            for one in org.channel_accounts(tx)
            if one.platform == channel
            and shop in {None, one.code}
            and brand_id in {None, one.brand_id}
        ]
    if len(found) == 1:
        return found[0]
    codes = ", ".join(sorted(one.code for one in found)) or "none"
    message = (
        f"{len(found)} accounts of “{channel}” fit ({codes}): name one with --shop and --brand,"
        " or make one with “huitong init --account PLATFORM:CODE”."
    )
    raise typer.BadParameter(message, param_hint="--channel")


def _show(reports: "list[ImportReport]", *, as_json: bool) -> None:
    rows = [
        {
            "file": report.file,
            "rows": report.rows,
            "records": report.records,
            "applied": report.applied,
            "known": report.known,
            "superseded": report.superseded,
            "refused": report.refused,
            "refusals": report.refusals if as_json else _codes(report),
            "rejects": None if report.rejects is None else str(report.rejects),
        }
        for report in reports
    ]
    showing.table(rows, as_json=as_json, nothing="There was nothing to import.")


def _codes(report: "ImportReport") -> str:
    return ", ".join(f"{code} {count}" for code, count in report.refusals.items()) or "-"


@inbox.command("list")
def list_inbox(
    context: typer.Context,
    *,
    refused: Annotated[
        bool, typer.Option("--refused", help="Refused records instead of deliveries.")
    ] = False,
    kind: Annotated[ImportKind | None, typer.Option(help="With --refused: of this kind.")] = None,
    code: Annotated[str | None, typer.Option(help="With --refused: for this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=LIST_MAX)] = 20,
    as_json: AsJson = False,
) -> None:
    """List what was delivered, or what was refused and is still open; the newest first."""
    from huitong import channels
    from huitong.channels.model import RecordKind
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        if refused:
            of_kind = None if kind is None else RecordKind(kind)
            records = channels.refused_records(tx, kind=of_kind, code=code, limit=limit)
            rows = [_record(one) for one in records]
        else:
            rows = [_delivery(one) for one in channels.deliveries(tx, limit=limit)]
    showing.table(rows, as_json=as_json, nothing="Nothing is there.")


@inbox.command("show")
def show_inbox(
    context: typer.Context,
    which: Annotated[str, typer.Argument(metavar="ID", help="rec_... or dlv_...")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one record and why it was refused, or one delivery and how far it is."""
    from huitong import channels
    from huitong.platform.db import Scope

    is_delivery = which.startswith(f"{DELIVERY_PREFIX}_")
    known_id = opening.id_of(DELIVERY_PREFIX if is_delivery else RECORD_PREFIX, which)
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        if is_delivery:
            told = _delivery(channels.delivery(tx, known_id))
        else:
            told = _record(channels.record(tx, known_id))
    showing.facts(told, as_json=as_json)


@inbox.command("retry")
def retry(
    context: typer.Context,
    records: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="rec_...; none: see --all.")
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="All that is refused, of --kind and --code if given.")
    ] = False,
    kind: Annotated[ImportKind | None, typer.Option(help="With --all: of this kind.")] = None,
    code: Annotated[str | None, typer.Option(help="With --all: for this reason.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try refused records once more, from the texts that were kept; 1 when some stay refused."""
    if bool(records) is everything:
        message = "Name the records, or take them --all."
        raise typer.BadParameter(message)
    with opening.opened() as platform:
        if records:
            wanted = [opening.id_of(RECORD_PREFIX, one) for one in records]
        else:
            wanted = _all_refused(platform, context.obj, kind, code)
        states = _retry(platform, context.obj, wanted)
    showing.facts(dict(states.most_common()), as_json=as_json)
    if states.total() > states["applied"]:
        showing.complain("some stay refused: “huitong inbox list --refused” says why.")
        raise typer.Exit(1)


def _all_refused(
    platform: "Platform", group_id: int, kind: ImportKind | None, code: str | None
) -> list[int]:
    """Collect what is refused now, page by page, before any of it is tried."""
    from huitong import channels
    from huitong.channels.model import RecordKind
    from huitong.platform.db import Scope

    found: list[int] = []
    of_kind = None if kind is None else RecordKind(kind)
    with platform.database.reading(Scope(group_id)) as tx:
        while len(found) < RETRIES_MAX:
            page = channels.refused_records(
                tx,
                kind=of_kind,
                code=code,
                before_id=found[-1] if found else None,
                limit=LIST_MAX,
            )
            found += [one.id for one in page]
            if len(page) < LIST_MAX:
                break
    # The oldest first, as they came.
    return found[::-1]


def _retry(platform: "Platform", group_id: int, record_ids: list[int]) -> "Counter[str]":
    from collections import Counter
    from functools import partial

    from huitong import channels
    from huitong.platform import clock
    from huitong.platform.db import Scope
    from huitong.platform.errors import Ok

    states: Counter[str] = Counter()
    with showing.progress() as begin:
        tell = begin("Retrying")
        for first in range(0, len(record_ids), LIST_MAX):
            page = record_ids[first : first + LIST_MAX]
            now = clock.now()
            work = partial(channels.retry, record_ids=page, appliers=platform.appliers, now=now)
            results = platform.database.do(Scope(group_id), work, now=now)
            for one in results:
                states[one.value.state if isinstance(one, Ok) else one.code] += 1
            tell(first + len(page), len(record_ids))
    return states


def _delivery(delivery: "Delivery") -> dict[str, object]:
    from huitong.platform import ids

    return {
        "id": ids.show(DELIVERY_PREFIX, delivery.id),
        "kind": str(delivery.kind),
        "way": str(delivery.way),
        "source": delivery.source,
        "mapping": delivery.mapping,
        "state": str(delivery.state),
        "records": delivery.record_count,
        "applied": delivery.applied_count,
        "refused": delivery.refused_count,
        "superseded": delivery.superseded_count,
        "known": delivery.known_count,
        "run_at": delivery.run_at,
    }


def _record(record: "InboxRecord") -> dict[str, object]:
    from huitong.platform import ids

    return {
        "id": ids.show(RECORD_PREFIX, record.id),
        "kind": str(record.kind),
        "external_id": record.external_id,
        "row": record.source_row,
        "state": str(record.state),
        "code": record.code,
        "reason": record.reason,
        "delivery": ids.show(DELIVERY_PREFIX, record.delivery_id),
        "recorded_at": record.recorded_at,
    }
