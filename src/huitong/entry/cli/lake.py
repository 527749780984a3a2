"""`huitong lake`: bring the lake up to date, compare it with the database, tell its state."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import showing
from huitong.entry.cli.brands import OneByOne, wanted

if TYPE_CHECKING:
    from huitong.platform.lake import Verified

commands = typer.Typer(help="The lake: what tags, segments and figures are computed from.")

BrandCode = Annotated[
    str | None, typer.Option("--brand", metavar="CODE", help="One brand instead of all.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(commands, name="lake")


@commands.command()
def refresh(
    context: typer.Context,
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Read everything anew, whatever is there.")
    ] = False,
    brand: BrandCode = None,
    as_json: showing.AsJson = False,
) -> None:
    """Bring the lake up to what the database holds now."""
    from huitong.entry import laking
    from huitong.entry.published import CATALOGUE
    from huitong.platform import clock, lake

    rows, brands = [], OneByOne()
    with wanted(context, brand) as (platform, places), showing.progress() as begin:
        folder = laking.folder_of(platform.settings)
        for code, place in places.items():
            with brands.attempt(code):
                now = clock.now()
                done = lake.refresh(
                    platform.database,
                    folder,
                    place,
                    CATALOGUE,
                    now=now,
                    full=full,
                    sizes=laking.sizes_of(platform.settings),
                    tell=_adding_up(begin(code)),
                )
                lake.sweep(folder, place, now=now)
                rows += [
                    {
                        "brand": code,
                        "table": name,
                        "read": table.read_rows,
                        "whole": table.is_full,
                        "files_rewritten": table.rewritten_files,
                        "version": done.manifest.version,
                    }
                    for name, table in done.tables.items()
                ]
    showing.table(rows, as_json=as_json, nothing="No brand was refreshed.")
    brands.end()


@commands.command()
def verify(
    context: typer.Context, *, brand: BrandCode = None, as_json: showing.AsJson = False
) -> None:
    """Compare the lake with the database, to the fen; others may write meanwhile."""
    from huitong.entry import laking
    from huitong.entry.published import CATALOGUE
    from huitong.platform import lake

    with wanted(context, brand) as (platform, places):
        folder = laking.folder_of(platform.settings)
        found = {
            code: lake.verify(
                platform.database,
                folder,
                place,
                CATALOGUE,
                memory_mb=platform.settings.lake_memory_mb,
            )
            for code, place in places.items()
        }
    rows = [row for code, one in found.items() for row in _told(code, one)]
    showing.table(rows, as_json=as_json, nothing="The group has no brand yet.")
    for code, one in found.items():
        if one.troubles:
            showing.complain(
                f"{len(one.troubles)} files of brand {code} are damaged or missing: run"
                f" “huitong lake refresh --full --brand {code}”."
            )
        elif not one.agrees:
            showing.complain(
                f"the lake of brand {code} differs from the database: run “huitong lake refresh"
                f" --full --brand {code}”, and report it, as this should not happen."
            )
    if not all(one.agrees for one in found.values()):
        raise typer.Exit(1)


@commands.command()
def status(
    context: typer.Context, *, brand: BrandCode = None, as_json: showing.AsJson = False
) -> None:
    """Tell of when the lake is, and how large."""
    from huitong.entry import laking
    from huitong.platform import lake

    rows = []
    with wanted(context, brand) as (platform, places):
        folder = laking.folder_of(platform.settings)
        for code, place in places.items():
            manifest = lake.newest(folder, place)
            for name, state in () if manifest is None else manifest.tables.items():
                assert manifest is not None, "Its tables were just told."
                rows.append(
                    {
                        "brand": code,
                        "table": name,
                        "as_of": manifest.as_of,
                        "version": manifest.version,
                        "rows": state.rows,
                        "of_them_recent": sum(file.rows for file in state.recent),
                        "files": len(state.files),
                        "bytes": sum(file.bytes for file in state.files),
                    }
                )
    showing.table(
        rows, as_json=as_json, nothing="The lake is empty yet: run “huitong lake refresh”."
    )


def _adding_up(tell: "showing.Progress") -> Callable[[str, int], None]:
    """Return what tells of tables read one after the other as of one long list of rows."""
    counts: list[int] = []

    def told(_table: str, count: int) -> None:
        counts.append(count)
        tell(sum(counts), None)

    return told


def _told(code: str, found: "Verified") -> Iterator[dict[str, object]]:
    """Yield what a comparison found: each difference, each file, else each table that agrees."""
    for trouble in found.troubles:
        yield _row(code, trouble.table, f"{trouble.file} is {trouble.trouble}")
    wrong = {one.table for one in found.differences}
    for one in found.differences:
        where = "" if one.month is None else f" in {one.month}"
        yield _row(
            code,
            one.table,
            f"{one.figure}{where}: {one.in_lake} in the lake, {one.in_database} in the database",
        )
    for name, rows in found.rows.items():
        if name not in wrong:
            newer = found.newer.get(name, 0)
            yield {**_row(code, name, "agrees"), "rows": rows, "changed_since": newer}


def _row(code: str, table: str, told: str) -> dict[str, object]:
    return {"brand": code, "table": table, "told": told, "rows": None, "changed_since": None}
