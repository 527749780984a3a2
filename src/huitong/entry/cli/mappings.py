"""`huitong mapping`: what the columns of exports mean, shipped and kept by the group."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from huitong.channels.connectors.file import Guess

mapping = typer.Typer(no_args_is_help=True, help="What the columns of exports mean.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(mapping, name="mapping")


@mapping.command("list")
def list_mappings(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the mappings that come with Huitong and those that the group keeps."""
    from huitong import channels
    from huitong.channels.connectors.file import read_mapping, shipped_mappings
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        saved = channels.saved_mappings(tx)
    own = {one.name for one in saved}
    rows: list[dict[str, object]] = [
        {
            "name": one.name,
            "kind": str(one.kind),
            "version": one.version,
            "description": read_mapping(one.document.encode(), one.name).description,
        }
        for one in saved
    ]
    rows += [
        {"name": one.name, "kind": str(one.kind), "version": None, "description": one.description}
        for one in shipped_mappings()
        if one.name not in own
    ]
    showing.table(rows, as_json=as_json, nothing="There is none.")


@mapping.command("show")
def show_mapping(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A name, or name@version.")],
) -> None:
    """Print the document of a mapping, to copy and change."""
    from huitong import channels
    from huitong.channels.connectors.file import shipped_document
    from huitong.channels.model import MappingNotFound
    from huitong.platform.db import Scope

    plain, at, version = name.rpartition("@")
    wanted = (plain, int(version)) if at and version.isdecimal() else (name, None)
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        saved = channels.saved_mapping(tx, wanted[0], version=wanted[1])
    document = saved.document if saved else shipped_document(name)
    if document is None:
        raise MappingNotFound(name=name)
    typer.echo(document.rstrip("\n"))


@mapping.command("save")
def save_mapping(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    *,
    name: Annotated[
        str | None, typer.Option(help="Its name; the one in the document unless said.")
    ] = None,
) -> None:
    """Keep a mapping document for the group; another one under its name is the next version."""
    from huitong import channels
    from huitong.channels.connectors.file import load_mapping
    from huitong.platform import clock
    from huitong.platform.db import Scope

    loaded = load_mapping(file)
    now = clock.now()
    scope = Scope(context.obj)
    with opening.opened() as platform, platform.database.transaction(scope, now=now) as tx:
        saved = channels.save_mapping(
            tx,
            name=name or loaded.name,
            kind=loaded.kind,
            document=file.read_text(encoding="utf-8-sig"),
            actor=opening.actor(context),
            now=now,
        )
    typer.echo(f"The mapping “{saved.name}” is kept as version {saved.version}.")


@mapping.command("guess")
def guess_mapping(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    *,
    sheet: Annotated[
        str | None, typer.Option(help="The sheet of a workbook in which several have rows.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Only among those that come with Huitong.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say which mapping fits the headings of a file, the best first; 1 when none does."""
    from huitong.channels.connectors.file import guess_mappings, own_mappings, shipped_mappings
    from huitong.platform.db import Scope

    known = {one.name: one for one in shipped_mappings()}
    if not offline:
        with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
            known |= {one.name: one for one in own_mappings(tx)}
    guesses = guess_mappings(file, known.values(), sheet=sheet)
    rows = [_guessed(one) for one in guesses]
    showing.table(rows, as_json=as_json, nothing="No mapping fits the headings of this file.")
    if not any(not one.missing for one in guesses):
        raise typer.Exit(1)


def _guessed(guess: "Guess") -> dict[str, object]:
    return {
        "name": guess.mapping.name,
        "kind": str(guess.mapping.kind),
        "score": round(guess.score, 2),
        "missing": list(guess.missing),
        "description": guess.mapping.description,
    }
