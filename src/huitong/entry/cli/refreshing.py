"""`huitong refresh`: lake, tags, models and today's snapshots of brands, one after the other."""

from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing

if TYPE_CHECKING:
    from huitong.entry.refreshing import PartDone, Refresh


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(refresh)


def refresh(
    context: typer.Context,
    *,
    brand: Annotated[
        str | None, typer.Option("--brand", metavar="CODE", help="One brand instead of all.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Compute tags and models of every customer anew.")
    ] = False,
    as_json: showing.AsJson = False,
) -> None:
    """Bring lake, tags, models and today's segments up to what the database holds now."""
    from huitong.entry import refreshing
    from huitong.platform import clock
    from huitong.platform.db import Scope

    told: list[PartDone] = []
    with opening.opened() as platform, showing.progress() as begin:
        with platform.database.reading(Scope(context.obj)) as tx:
            brands = refreshing.brands_of(tx, brand)
        for one in brands:
            wanted = refreshing.Refresh(
                platform.database,
                platform.settings,
                one,
                clock.now(),
                actor=opening.actor(context),
                full=full,
            )
            told += _refreshed(wanted, begin(one.code))
    rows = [_row(part, as_json=as_json) for part in told]
    showing.table(rows, as_json=as_json, nothing="The group has no brand yet.")
    for part in told:
        if part.refused is not None:
            showing.complain(f"{part.brand}, {part.part}: {part.refused}")
    if any(part.refused is not None for part in told):
        raise typer.Exit(1)


def _refreshed(wanted: "Refresh", tell: showing.Progress) -> "list[PartDone]":
    """Refresh a brand and return what came of each part, or that somebody else is at it."""
    from huitong.entry import refreshing
    from huitong.entry.holding import BrandBeingRefreshed

    found: list[PartDone] = []

    def done(part: "PartDone") -> None:
        found.append(part)
        tell(len(found), len(refreshing.PARTS))

    try:
        refreshing.refresh(wanted, done=done)
    except BrandBeingRefreshed as held:
        found.append(
            refreshing.PartDone(wanted.brand.code, refreshing.Part.LAKE, refused=str(held))
        )
    return found


def _row(part: "PartDone", *, as_json: bool) -> dict[str, object]:
    """Return what came of a part: its figures in words, and what it left out."""
    if as_json:
        return {
            "brand": part.brand,
            "part": part.part,
            **part.figures,
            "left_out": list(part.left_out),
            "refused": part.refused,
        }
    from huitong.entry.refreshing import FIGURES

    done = [f"{FIGURES[name]} {count}" for name, count in part.figures.items() if count]
    return {
        "brand": part.brand,
        "part": part.part,
        "done": ", ".join(done) or "nothing new",
        "left_out": " ".join(part.left_out) or None,
    }
