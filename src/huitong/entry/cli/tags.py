"""`huitong tags`: compute what is known of customers, list it, define it; the rest joined."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import history, opening, showing, tag_customers
from huitong.entry.cli.brands import OneByOne, one_brand, wanted
from huitong.entry.cli.tag_options import (
    Brand,
    File,
    SomeBrand,
    Tag,
    scope_of,
)

if TYPE_CHECKING:
    from huitong.segments.model.tags import Tag as TagDocument

commands = typer.Typer(no_args_is_help=True, help="Tags: what is known of customers, and why.")

OnVersion = Annotated[
    int | None,
    typer.Option(min=0, help="Refuse when it is not at this version (0: new, or as shipped)."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    commands.command()(tag_customers.explain)
    commands.command()(tag_customers.give)
    commands.command("import")(tag_customers.import_tags)
    commands.command()(tag_customers.withdraw)
    commands.command("history")(history.of_customer)
    app.add_typer(commands, name="tags")


@commands.command()
def refresh(
    context: typer.Context,
    *,
    full: Annotated[bool, typer.Option("--full", help="Compute every customer anew.")] = False,
    brand: SomeBrand = None,
    as_json: showing.AsJson = False,
) -> None:
    """Compute the tags of all brands from their lakes: who could have changed, or everybody."""
    from huitong.entry import laking, tagging
    from huitong.platform import clock

    rows, brands = [], OneByOne()
    with wanted(context, brand) as (platform, places), showing.progress() as begin:
        folder = laking.folder_of(platform.settings)
        for code, place in places.items():
            with brands.attempt(code):
                done = tagging.refresh(
                    platform.database, folder, place, now=clock.now(), full=full, tell=begin(code)
                )
                rows.append(
                    {
                        "brand": code,
                        "kind": str(done.kind),
                        "as_of": done.as_of.isoformat(),
                        "customers": done.customers,
                        "computed": done.computed,
                        "changed": done.changed,
                        "version": done.version,
                        "lake_version": done.lake_version,
                    }
                )
    showing.table(rows, as_json=as_json, nothing="No brand was refreshed.")
    brands.end()


@commands.command("list")
def list_tags(context: typer.Context, brand: Brand, *, as_json: showing.AsJson = False) -> None:
    """List a brand's tags with how many customers have a value of each."""
    from huitong.segments.queries import tag_documents
    from huitong.segments.queries.audiences import SETS
    from huitong.segments.queries.tag_figures import tag_figures

    with (
        one_brand(context, brand) as (platform, place),
        platform.database.reading(scope_of(place)) as tx,
    ):
        everything = tag_documents.tags_in_versions(tx, brand_id=place.brand_id)
        found = [one for _, one in sorted(everything.items()) if not one.is_archived]
        tags = [one.tag for one in found]
        told = tag_figures(tx, brand_id=place.brand_id, tags=tags, cache=SETS)
    rows = [
        {
            "tag": one.tag.code,
            "name": f"{one.tag.names.zh} {one.tag.names.en}",
            "kind": str(one.tag.kind),
            "values": len(one.tag.values) if isinstance(one.tag.values, tuple) else "open",
            "version": one.version or "as shipped",
            "with_a_value": 0 if told is None else told.known[one.tag.code],
            "of_customers": 0 if told is None else told.customers,
        }
        for one in found
    ]
    showing.table(rows, as_json=as_json, nothing="The brand has no tag.")


@commands.command()
def show(
    context: typer.Context, tag: Tag, brand: Brand, *, as_json: showing.AsJson = False
) -> None:
    """Show what a tag means, what it comes from, and how many customers have each value."""
    from huitong.entry import tagging
    from huitong.segments.queries import tag_figures as figures
    from huitong.segments.queries import tags as queries
    from huitong.segments.queries.audiences import SETS

    with (
        one_brand(context, brand) as (platform, place),
        platform.database.reading(scope_of(place)) as tx,
    ):
        brand_id = place.brand_id
        definition = queries.definitions(tx, brand_id=brand_id).tag(tag)
        found = figures.tag_figures(tx, brand_id=brand_id, tags=[definition], cache=SETS)
        words = queries.words(tx, brand_id=brand_id)
        lineage = tagging.lineage(tx, place, tag)
    counted = {} if found is None else found.counts.get(tag, {})
    values = figures.figures_of_values(definition, counted, words)
    rows = [
        {
            "value": one.code,
            "name": one.zh if one.zh == one.en else f"{one.zh} {one.en}",
            "customers": one.customers,
        }
        for one in values
    ]
    told = _told(definition, lineage, None if found is None else found.as_of)
    if as_json:
        showing.facts({**told, "values": rows}, as_json=True)
        return
    showing.facts(told, as_json=False)
    typer.echo("")
    showing.table(rows, as_json=False, nothing="Nobody has a value of it.")


@commands.command()
def install(
    context: typer.Context,
    pack: Annotated[str, typer.Argument(help="A shipped pack, or a file of one.")],
    brand: Brand,
) -> None:
    """Take the tags of a pack over for a brand; its own tags of other codes stay."""
    from huitong.platform import clock
    from huitong.segments.operations import tag_documents as operations
    from huitong.segments.rules import tag_packs

    if pack in tag_packs.PACKS:
        read = tag_packs.shipped_pack(pack)
    else:
        path = Path(pack)
        if not path.is_file():
            message = f"“{pack}” is neither a file nor one of {', '.join(tag_packs.PACKS)}."
            raise typer.BadParameter(message, param_hint="PACK")
        read = tag_packs.read_pack(path.read_text("utf-8"))
    with one_brand(context, brand) as (platform, place):
        now = clock.now()
        with platform.database.transaction(scope_of(place), now=now) as tx:
            count = operations.install_pack(
                tx, read, brand_id=place.brand_id, actor=opening.actor(context), now=now
            )
    typer.echo(f"{read.names.zh} {read.names.en}: {count} tags; run “huitong tags refresh”.")


@commands.command()
def put(
    context: typer.Context,
    file: File,
    brand: Brand,
    *,
    on_version: OnVersion = None,
    as_json: showing.AsJson = False,
) -> None:
    """Define one tag by a file of YAML or JSON; the same definition again changes nothing."""
    from huitong.platform import clock
    from huitong.segments.operations import tag_documents as operations
    from huitong.segments.rules import tag_packs

    document, now = tag_packs.read_tag(file.read_text("utf-8")), clock.now()
    with (
        one_brand(context, brand) as (platform, place),
        platform.database.transaction(scope_of(place), now=now) as tx,
    ):
        kept = operations.put_tag(
            tx,
            document,
            brand_id=place.brand_id,
            expected_version=on_version,
            actor=opening.actor(context),
            now=now,
        )
    showing.facts({"tag": kept.tag.code, "version": kept.version}, as_json=as_json)


def _told(tag: "TagDocument", lineage: list[str], as_of: date | None) -> dict[str, object]:
    return {
        "tag": tag.code,
        "name": f"{tag.names.zh} {tag.names.en}",
        "meaning": f"{tag.meaning.zh} {tag.meaning.en}",
        "kind": str(tag.kind),
        "window_days": tag.window_days,
        "comes_from": lineage,
        "owner": tag.owner,
        "sensitivity": str(tag.sensitivity),
        "as_of": None if as_of is None else as_of.isoformat(),
    }
