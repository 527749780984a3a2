"""`huitong metrics`: which figures there are, what they mean, and what they are."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing

if TYPE_CHECKING:
    from huitong.metrics.model import Compare

commands = typer.Typer(
    no_args_is_help=True,
    help="Figures of a brand: sales, buyers, members, repurchase and the like.",
)

DAY = ["%Y-%m-%d"]

Metrics = Annotated[list[str], typer.Argument(metavar="METRIC...", help="Codes of metrics.")]
Brand = Annotated[str, typer.Option(metavar="CODE", help="The code of the brand.")]
CutBy = Annotated[
    list[str] | None,
    typer.Option("--by", metavar="DIMENSION", help="Cut by this; may be said several times."),
]
FirstDay = Annotated[
    datetime | None,
    typer.Option("--from", formats=DAY, help="The first day; of the last day's month if unsaid."),
]
LastDay = Annotated[
    datetime | None,
    typer.Option("--to", formats=DAY, help="The last day, itself included; that of the lake."),
]
ComparedWith = Annotated[
    str | None,
    typer.Option(
        metavar="previous|last_year|spring_festival",
        help="Put the figures of an earlier stretch beside them.",
    ),
]
IntoFile = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write the figures into a CSV file instead."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(commands, name="metrics")


@commands.command(name="list")
def list_all(*, as_json: showing.AsJson = False) -> None:
    """List every metric with its unit and meaning."""
    from huitong import metrics

    rows = [
        {
            "metric": metric.code,
            "名称": metric.names.zh,
            "name": metric.names.en,
            "unit": metrics.UNITS[metric.unit].en,
            "cut_by": [*metric.dimensions],
        }
        for metric in metrics.shipped().values()
    ]
    showing.table(rows, as_json=as_json, nothing="There are no metrics.")


@commands.command()
def show(
    code: Annotated[str, typer.Argument(metavar="METRIC", help="The metric's code.")],
    *,
    as_json: showing.AsJson = False,
) -> None:
    """Show what a metric means, what it is computed from, and what it can be cut by."""
    from huitong import metrics
    from huitong.metrics.model import UnknownMetric

    metric = metrics.shipped().get(code)
    if metric is None:
        raise UnknownMetric(metric=code)
    if as_json:
        showing.facts(metric.model_dump(mode="json", exclude_defaults=True), as_json=True)
        return
    showing.facts(
        {
            "metric": metric.code,
            "name": f"{metric.names.zh} · {metric.names.en}",
            "含义": metric.meaning.zh,
            "meaning": metric.meaning.en,
            "unit": metrics.UNITS[metric.unit].en,
            "formula": metrics.formula(metric),
            "leaves out": [*metric.excludes] or None,
            "cut by": ["day", "week", "month", "quarter", "year", *metric.dimensions],
            "only with": [*metric.grain] or None,
            "may be added up over": [*metric.additive] or None,
            "owner": metric.owner,
        },
        as_json=False,
    )


@commands.command()
def query(
    context: typer.Context,
    names: Metrics,
    *,
    brand: Brand,
    by: CutBy = None,
    first: FirstDay = None,
    last: LastDay = None,
    compare: ComparedWith = None,
    as_json: showing.AsJson = False,
    into: IntoFile = None,
) -> None:
    """Tell figures of a brand from its lake, cut and compared as asked."""
    from huitong import metrics
    from huitong.metrics.model import Question
    from huitong.platform.db import Scope

    question = Question(
        metrics=tuple(names),
        by=tuple(by or ()),
        since=None if first is None else first.date(),
        until=None if last is None else last.date() + timedelta(days=1),
        compare=_compare(compare),
    )
    with opening.opened() as platform:
        with platform.database.reading(Scope(context.obj)) as tx:
            figures = metrics.figures_of_brand(tx, code=brand, open_lake=platform.open_lake)
        found = figures.query(question)
    if into is not None:
        into.write_text(metrics.csv_of(metrics.shown_rows(found)), encoding="utf-8", newline="")
    elif as_json:
        showing.facts(metrics.written(found), as_json=True)
    else:
        rows = metrics.shown_rows(found)
        showing.table(rows, as_json=False, nothing="Nothing was counted in these days.")
        as_of = found.as_of.isoformat(sep=" ", timespec="minutes")
        typer.echo(f"{metrics.told_span(found)}; the lake is as of {as_of}.")


def _compare(given: str | None) -> "Compare | None":
    from huitong.metrics.model import Compare

    if given is None:
        return None
    try:
        return Compare(given)
    except ValueError:
        message = f"“{given}” is none of {', '.join(Compare)}."
        raise typer.BadParameter(message, param_hint="--compare") from None
