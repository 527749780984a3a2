"""`huitong rfm`: the grid of recency, frequency and money, and why a customer stands where."""

import csv
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import model_telling, opening, showing

if TYPE_CHECKING:
    from huitong.segments.model.rfm import RfmModel
    from huitong.segments.queries.model_rfm import RfmScored

commands = typer.Typer(
    invoke_without_command=True,
    help="Recency, frequency and money: who buys lately, often, for much.",
)

DAY = ["%Y-%m-%d"]

Model = Annotated[str, typer.Option("--model", metavar="CODE", help="Which RFM model.")]
OnDay = Annotated[
    datetime | None,
    typer.Option("--on", formats=DAY, help="As of this day instead of today."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(commands, name="rfm")


@commands.callback()
def show_grid(
    context: typer.Context,
    *,
    brand: Annotated[
        str | None, typer.Option("--brand", metavar="CODE", help="The brand's code.")
    ] = None,
    model: Model = "rfm",
    on: OnDay = None,
    file: Annotated[
        Path | None,
        typer.Option("--csv", dir_okay=False, help="Write a row for every customer who bought."),
    ] = None,
    as_json: showing.AsJson = False,
) -> None:
    """Score the customers of a brand from the lake and show how many stand where."""
    if context.invoked_subcommand is not None:
        return
    if brand is None:
        message = "Say which brand, such as “huitong rfm --brand wool”."
        raise typer.BadParameter(message, param_hint="--brand")
    from huitong.entry import modelling
    from huitong.platform import clock
    from huitong.platform.db import Scope
    from huitong.segments.model.model_versions import ModelKind
    from huitong.segments.model.rfm import RfmModel

    with (
        opening.opened() as platform,
        modelling.looked(
            platform,
            Scope(context.obj),
            brand,
            model,
            kinds=[ModelKind.RFM],
            on=on.date() if on else None,
            now=clock.now(),
        ) as seen,
    ):
        answer, scored = modelling.score_rfm(seen)
        if file is not None:
            assert isinstance(seen.version.document, RfmModel), "The kind was asked for."
            _write(file, seen.version.document, scored)
    model_telling.answer(answer, as_json=as_json)


@commands.command()
def explain(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Such as cus_….")],
    *,
    model: Model = "rfm",
    on: OnDay = None,
    as_json: showing.AsJson = False,
) -> None:
    """Tell why a customer has these scores: measures, thresholds, and the orders that counted."""
    from huitong.segments.model.model_versions import ModelKind

    model_telling.explain(
        context,
        model,
        customer,
        kinds=[ModelKind.RFM],
        on=on.date() if on else None,
        as_json=as_json,
    )


def _write(path: Path, document: "RfmModel", scored: "RfmScored") -> None:
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.platform import ids
    from huitong.segments.rules.rfm import name_cells

    cell = scored.scores.cell
    named = [
        ([None, *(segment.code for segment in naming.segments)], name_cells(naming, cell))
        for naming in document.namings
    ]
    codes = [naming.code for naming in document.namings]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            ["customer", "recency_days", "orders", "amount_minor", "r", "f", "m", *codes]
        )
        for place in cell.nonzero()[0].tolist():
            writer.writerow(
                [
                    ids.show(CUSTOMER_PREFIX, int(scored.customers[place])),
                    *(int(column[place]) for column in scored.measures),
                    *(int(column[place]) for column in scored.scores[:3]),
                    *(told[column[place]] for told, column in named),
                ]
            )
