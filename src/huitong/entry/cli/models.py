"""`huitong models`: the documents, what was fitted by them, refreshes, answers, calibration."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import flow_telling, model_telling, opening, score_telling, showing
from huitong.entry.cli.brands import OneByOne, wanted
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from huitong.segments.model.model_versions import ModelsRefreshed

commands = typer.Typer(no_args_is_help=True, help="Models: RFM, lifecycle, lifetime value.")

DAY = ["%Y-%m-%d"]

Brand = Annotated[str, typer.Option("--brand", metavar="CODE", help="The brand's code.")]
Model = Annotated[str, typer.Argument(metavar="MODEL", help="The model's code, such as rfm.")]
OnDay = Annotated[
    datetime | None, typer.Option("--on", formats=DAY, help="As of this day instead of today.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(commands, name="models")


@commands.command("list")
def list_all(context: typer.Context, *, brand: Brand, as_json: AsJson = False) -> None:
    """List the models of a brand with how they were fitted and refreshed last."""
    from huitong.entry import modelling
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        found = modelling.listed(tx, brand_id=modelling.place_of(tx, brand).brand_id)
    rows: list[Mapping[str, object]] = [
        one.model_dump(mode="json")
        if as_json
        else {
            "model": one.code,
            "names": f"{one.names.zh} {one.names.en}",
            "kind": one.kind,
            "version": one.version or "as shipped",
            "fitted_on": one.fitted_on,
            "refreshed_as_of": one.as_of,
            "lake_version": one.lake_version,
            "evaluated": one.evaluated,
        }
        for one in found
    ]
    showing.table(rows, as_json=as_json, nothing="The brand has no model.")


@commands.command()
def show(context: typer.Context, model: Model, *, brand: Brand, as_json: AsJson = False) -> None:
    """Show what the last refresh of a model found over all customers."""
    from huitong.entry import modelling
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        place = modelling.place_of(tx, brand)
        found = modelling.answer(tx, model, brand_id=place.brand_id)
    model_telling.answer(found, as_json=as_json)


@commands.command()
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="YAML or JSON.")],
    *,
    brand: Brand,
    as_json: AsJson = False,
) -> None:
    """Put a document into effect; the same one again changes nothing."""
    from huitong.entry import model_file, modelling
    from huitong.platform import clock
    from huitong.platform.db import Scope
    from huitong.segments.operations import models as operations

    kind, document = model_file.read(file)
    now = clock.now()
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        version = operations.put_model(
            tx,
            document,
            kind=kind,
            brand_id=modelling.place_of(tx, brand).brand_id,
            actor=opening.actor(context),
            now=now,
        )
    told = {"model": version.code, "kind": version.kind, "version": version.version}
    showing.facts(told, as_json=as_json)


@commands.command()
def export(context: typer.Context, model: Model, *, brand: Brand) -> None:
    """Print a document as YAML, as “models apply” takes it."""
    from huitong.entry import model_file, modelling
    from huitong.platform.db import Scope
    from huitong.segments.queries import models as stored

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        found = stored.model(tx, model, brand_id=modelling.place_of(tx, brand).brand_id)
    typer.echo(model_file.written(found.kind, found.document), nl=False)


@commands.command()
def fit(
    context: typer.Context,
    model: Model,
    *,
    brand: Brand,
    on: OnDay = None,
    as_json: AsJson = False,
) -> None:
    """Take the thresholds or parameters of a model anew; the next refresh applies them."""
    from huitong.entry import modelling
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now = clock.now()
    with (
        opening.opened() as platform,
        modelling.looked(platform, Scope(context.obj), brand, model, on=_day(on), now=now) as seen,
    ):
        found = modelling.fit(platform, seen, actor=opening.actor(context), now=now)
    told = {
        "model": found.code,
        "fit": found.fit,
        "taken_on": found.taken_on.isoformat(),
        "lake_version": found.lake_version,
        **found.fitted.model_dump(mode="json", exclude={"model", "taken_on"}),
    }
    showing.facts(told, as_json=as_json)


@commands.command()
def refresh(
    context: typer.Context,
    *,
    brand: Annotated[
        str | None, typer.Option("--brand", metavar="CODE", help="One brand instead of all.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", metavar="CODE", help="Only these models.")
    ] = None,
    on: OnDay = None,
    full: Annotated[bool, typer.Option("--full", help="Compute every customer anew.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compute the models from the lake as it is: who changed, or everybody."""
    from huitong.entry import modelling
    from huitong.platform import clock

    rows, brands = list[Mapping[str, object]](), OneByOne()
    with wanted(context, brand) as (platform, places), showing.progress() as begin:
        for code, place in places.items():
            with brands.attempt(code):
                done = modelling.refresh(
                    platform.database,
                    platform.open_lake,
                    place,
                    codes=model or None,
                    on=_day(on),
                    full=full,
                    actor=opening.actor(context),
                    now=clock.now(),
                    tell=begin(code),
                )
                rows += _refreshed(code, done)
    showing.table(rows, as_json=as_json, nothing="No brand was refreshed.")
    brands.end()


@commands.command()
def explain(
    context: typer.Context,
    model: Model,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Such as cus_….")],
    *,
    on: OnDay = None,
    as_json: AsJson = False,
) -> None:
    """Tell why a customer stands where: facts, thresholds, history, and the orders that counted."""
    model_telling.explain(context, model, customer, on=_day(on), as_json=as_json)


@commands.command()
def calibrate(
    context: typer.Context,
    model: Model = "lifetime",
    *,
    brand: Brand,
    cut: Annotated[datetime, typer.Option("--cut", formats=DAY, help="Foresee from this day on.")],
    on: OnDay = None,
    as_json: AsJson = False,
) -> None:
    """Compare what lifetime value would have foreseen at a day with what came since."""
    from huitong.entry import modelling
    from huitong.platform import clock
    from huitong.platform.db import Scope
    from huitong.segments.model.model_versions import ModelKind

    with (
        opening.opened() as platform,
        modelling.looked(
            platform,
            Scope(context.obj),
            brand,
            model,
            kinds=[ModelKind.LIFETIME],
            on=_day(on),
            now=clock.now(),
        ) as seen,
    ):
        if cut.date() >= seen.today:
            message = f"The cut must lie before {seen.today}, the day it is compared on."
            raise typer.BadParameter(message, param_hint="--cut")
        found = modelling.calibrate(seen, cut=cut.date())
    rows = [one.model_dump(mode="json") for one in found]
    showing.table(rows, as_json=as_json, nothing="Nobody bought before the cut.")


@commands.command()
def preview(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="YAML or JSON.")],
    *,
    brand: Brand,
    as_json: AsJson = False,
) -> None:
    """Show what a weighted score would come to, and who would move, without applying it."""
    from huitong.entry import model_file, model_results, modelling
    from huitong.platform.db import Scope

    _, document = model_file.read(file)
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        place = modelling.place_of(tx, brand)
        found = model_results.preview(tx, document, brand_id=place.brand_id)
    score_telling.preview(found, as_json=as_json)


@commands.command()
def flows(
    context: typer.Context,
    model: Model = "lifecycle",
    *,
    brand: Brand,
    since: Annotated[datetime, typer.Option("--since", formats=DAY, help="The first day.")],
    until: Annotated[
        datetime, typer.Option("--until", formats=DAY, help="The day after the last one.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show how customers passed between the states of a lifecycle between two days."""
    from huitong.entry import model_results
    from huitong.platform.db import Scope

    with opening.opened() as platform:
        found = model_results.flows(
            platform,
            Scope(context.obj),
            brand,
            model,
            since=since.date(),
            until=until.date(),
        )
    flow_telling.flows(found, as_json=as_json)


def _refreshed(brand: str, done: "ModelsRefreshed") -> Iterator[Mapping[str, object]]:
    """Yield what became of each model: computed, or skipped and why."""
    for one in done.done:
        yield {
            "brand": brand,
            "model": one.code,
            "as_of": one.on_day.isoformat(),
            "evaluated": one.evaluated,
            "whole": one.is_full,
            "refresh": one.refresh,
            "skipped": None,
        }
    for left in done.skipped:
        yield {
            "brand": brand,
            "model": left.code,
            "as_of": None,
            "evaluated": None,
            "whole": None,
            "refresh": None,
            "skipped": left.why,
        }


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
