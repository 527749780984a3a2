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
    from huitong.channels.connectors.file import Import, ImportReport
    from huitong.org.model import ChannelAccount
    from huitong.platform.assembly import Platform

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
