"""How commands talk: tables or JSON on standard output, complaints and progress on the other."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, TypeAlias

import typer

COLUMNS_IN_FILES = 200

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
# Told as (steps done, all steps or None while nobody knows).
Progress: TypeAlias = Callable[[int, int | None], None]


def table(rows: Sequence[Mapping[str, object]], *, as_json: bool, nothing: str) -> None:
    """Print rows as a table, or as a JSON array; `nothing` is said when there is none."""
    if as_json:
        typer.echo(json.dumps(list(rows), ensure_ascii=False, indent=2, default=_for_programs))
        return
    if not rows:
        typer.echo(nothing)
        return
    from rich.console import Console
    from rich.table import Table

    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(rows[0]):
        drawn.add_column(name.replace("_", " "), overflow="fold", no_wrap=place == 0)
    for row in rows:
        drawn.add_row(*(_plain(value) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else COLUMNS_IN_FILES).print(drawn, markup=False)


def facts(found: Mapping[str, object], *, as_json: bool) -> None:
    """Print named facts one a line, or as a JSON object."""
    if as_json:
        typer.echo(json.dumps(dict(found), ensure_ascii=False, indent=2, default=_for_programs))
        return
    width = max((len(name) for name in found), default=0)
    for name, value in found.items():
        typer.echo(f"{name.replace('_', ' '):<{width}}  {_plain(value)}")


def complain(sentence: str, *, code: str | None = None) -> None:
    """Say on standard error what went wrong, in one sentence."""
    typer.echo(f"huitong: {sentence}" + (f" [{code}]" if code else ""), err=True)


@contextmanager
def progress() -> Iterator[Callable[[str], Progress]]:
    """Show how far long work is, a bar for each title, on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _title: _tell_nobody
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:

        def begin(title: str) -> Progress:
            task = bars.add_task(title, total=None)
            return lambda done, total: bars.update(task, completed=done, total=total)

        yield begin


def _tell_nobody(_done: int, _total: int | None) -> None:
    return


def _for_programs(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _plain(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(item) for item in value)
    return str(value)
