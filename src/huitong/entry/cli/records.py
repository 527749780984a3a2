"""`huitong import`: records in from files, or a look at what an import would meet."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from huitong.channels.connectors.file import Checked, Import, ImportReport, Mapping
    from huitong.org.model import ChannelAccount
    from huitong.platform.assembly import Platform

    Maker = Callable[[Path], Import]

UNKNOWN_SHOWN = 10
STDIN = Path("-")
STDIN_NAME = "stdin.ndjson"


class ImportKind(StrEnum):
    """The kinds of record that files can hold; a test keeps them those of `channels`."""

    MEMBER = "member"
    PRODUCT = "product"
    ORDER = "order"
    REFUND = "refund"
    FULFILMENT = "fulfilment"
    SIGNAL = "signal"
    STOCK = "stock"
    OPENING = "opening"


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("import")(import_files)


def import_files(
    context: typer.Context,
    kind: Annotated[ImportKind, typer.Argument(help="What the files hold.")],
    files: Annotated[
        list[Path],
        typer.Argument(help="CSV, Excel, Parquet or NDJSON; “-” reads NDJSON from the input."),
    ],
    *,
    channel: Annotated[str, typer.Option(help="The platform they come from, such as pos.")],
    brand: Annotated[str | None, typer.Option(help="The code of the brand.")] = None,
    shop: Annotated[str | None, typer.Option(help="The code of the account there.")] = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="A mapping, when columns have other names: see “huitong mapping list”.",
        ),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(help="The sheet of a workbook in which several have rows.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read, compare and sum up only; change nothing.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="With --dry-run: compare with no database.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import files into the inbox and apply them; a repeat changes nothing."""
    _refuse_what_is_no_file(files)
    if offline and not dry_run:
        message = "--offline goes with --dry-run."
        raise typer.BadParameter(message)
    if offline:
        account = _account_of_nobody(context.obj)
        make = _maker(kind, choose_mapping(None, account.group_id, mapping), sheet, account)
        _show_checked([_check(None, path, make) for path in files], as_json=as_json)
        return
    with opening.opened() as platform:
        account = _account(platform, context.obj, channel, shop, brand)
        make = _maker(kind, choose_mapping(platform, account.group_id, mapping), sheet, account)
        if dry_run:
            _show_checked([_check(platform, path, make) for path in files], as_json=as_json)
            return
        reports = [_import(platform, path, make) for path in files]
    _show(reports, as_json=as_json)


def choose_mapping(
    platform: "Platform | None", group_id: int, given: str | None
) -> "Mapping | None":
    """Return the mapping that an option means: a file, or a name."""
    from huitong.channels.connectors.file import find_mapping, load_mapping
    from huitong.platform.db import Scope

    if given is None:
        return None
    if Path(given).is_file():
        return load_mapping(Path(given))
    if platform is None:
        return find_mapping(None, given)
    with platform.database.reading(Scope(group_id)) as tx:
        return find_mapping(tx, given)


def _refuse_what_is_no_file(files: Sequence[Path]) -> None:
    for path in files:
        if path != STDIN and not path.is_file():
            message = f"“{path}” is not a file."
            raise typer.BadParameter(message, param_hint="FILES")


def _account_of_nobody(group_id: int) -> "ChannelAccount":
    from huitong.org.model import ChannelAccount

    return ChannelAccount(
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


def _check(platform: "Platform | None", path: Path, make: "Maker") -> "Checked":
    from huitong.channels.connectors.file import check_file

    with _file(path) as readable, showing.progress() as begin:
        tell = begin(f"Checking {path.name}")
        return check_file(
            make(readable),
            database=None if platform is None else platform.database,
            progress=lambda so_far: tell(so_far.rows_done, so_far.rows),
        )


def _import(platform: "Platform", path: Path, make: "Maker") -> "ImportReport":
    from dataclasses import replace

    from huitong.channels.connectors.file import import_file
    from huitong.platform import clock
    from huitong.platform.db import Scope

    with _file(path) as readable, showing.progress() as begin:
        tell = begin(f"Importing {path.name}")
        wanted = make(readable)
        report = import_file(
            platform.database,
            Scope(wanted.account.group_id),
            wanted,
            appliers=platform.appliers[wanted.kind],
            clock=clock.now,
            progress=lambda so_far: tell(so_far.rows_done, so_far.rows),
        )
        if path == STDIN and report.rejects is not None:
            kept = shutil.move(report.rejects, Path.cwd() / report.rejects.name)
            report = replace(report, rejects=Path(kept))
    return report


def _maker(
    kind: ImportKind, mapping: "Mapping | None", sheet: str | None, account: "ChannelAccount"
) -> "Maker":
    """Return a function that says of a file how it is to be imported."""
    from functools import partial

    from huitong.channels.connectors.file import Import
    from huitong.channels.model import RecordKind

    return partial(Import, kind=RecordKind(kind), account=account, mapping=mapping, sheet=sheet)


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


def _show_checked(found: "list[Checked]", *, as_json: bool) -> None:
    rows = [_checked(one, as_json=as_json) for one in found]
    if as_json:
        showing.table(rows, as_json=True, nothing="")
        return
    for row in rows:
        showing.facts(row, as_json=False)
        typer.echo("")
    typer.echo("Nothing was written: this was a dry run.")


def _checked(found: "Checked", *, as_json: bool) -> dict[str, object]:
    """Tell what an import would meet; amounts in fen for programs, in yuan for people."""
    report = found.report
    told: dict[str, object] = {
        "file": report.file,
        "rows": report.rows,
        "records": report.records,
        "applied": report.applied,
        "refused": report.refused,
    }
    if as_json:
        told["refusals"] = report.refusals
        told["first_rows"] = {code: list(rows) for code, rows in found.first_rows.items()}
        told |= {"amounts": found.amounts, "standings": found.standings}
        return told | {"unknown_skus": found.unknown_skus, "unknown_stores": found.unknown_stores}
    for code, count in report.refusals.items():
        first = ", ".join(map(str, found.first_rows.get(code, ())))
        told[f"  {code}"] = f"{count} (first rows: {first})"
    told |= {name.removesuffix("_minor"): _yuan(fen) for name, fen in found.amounts.items()}
    if found.standings is not None:
        told |= {f"{standing}": count for standing, count in found.standings.items()}
    for name, unknown in (("SKUs", found.unknown_skus), ("stores", found.unknown_stores)):
        if unknown:
            first = ", ".join(list(unknown)[:UNKNOWN_SHOWN])
            told[f"unknown {name}"] = f"{len(unknown)} ({first})"
    return told


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


def _codes(report: "ImportReport") -> str:
    return ", ".join(f"{code} {count}" for code, count in report.refusals.items()) or "-"
