"""`huitong tags`: compute what is known of customers, list it, and tell why a customer has it."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing

if TYPE_CHECKING:
    from huitong.platform.assembly import Platform
    from huitong.platform.db import Scope
    from huitong.platform.lake import Place
    from huitong.segments.engine.tag_explaining import ExplainedTag
    from huitong.segments.operations.tags import Giving

commands = typer.Typer(no_args_is_help=True, help="Tags: what is known of customers, and why.")

Brand = Annotated[str, typer.Option("--brand", metavar="CODE", help="The brand's code.")]
SomeBrand = Annotated[
    str | None, typer.Option("--brand", metavar="CODE", help="One brand instead of all.")
]
Tag = Annotated[str, typer.Argument(metavar="TAG", help="The tag's code.")]
Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Such as cus_….")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
ITEMS_AT_ONCE = 5_000


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
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

    rows = []
    with _wanted(context, brand) as (platform, places), showing.progress() as begin:
        folder = laking.folder_of(platform.settings)
        for code, place in places.items():
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
    showing.table(rows, as_json=as_json, nothing="The group has no brand yet.")


@commands.command("list")
def list_tags(context: typer.Context, brand: Brand, *, as_json: showing.AsJson = False) -> None:
    """List a brand's tags with how many customers have a value of each."""
    from huitong.segments.queries import tags as queries

    with _one(context, brand) as (platform, place), platform.database.reading(_scope(place)) as tx:
        found = queries.definitions(tx, brand_id=place.brand_id).tags
        last = queries.last_refresh(tx, brand_id=place.brand_id)
        counts = {} if last is None else queries.counts(tx, brand_id=place.brand_id)
    everybody = 0 if last is None else last.customers
    rows = [
        {
            "tag": code,
            "name": f"{tag.names.zh} {tag.names.en}",
            "kind": str(tag.kind),
            "values": len(tag.values) if isinstance(tag.values, tuple) else "open",
            "with_a_value": _covered(counts.get(code, {}), multi=tag.multi),
            "of_customers": everybody,
        }
        for code, tag in sorted(found.items())
    ]
    showing.table(rows, as_json=as_json, nothing="The brand has no tag.")


@commands.command()
def show(
    context: typer.Context, tag: Tag, brand: Brand, *, as_json: showing.AsJson = False
) -> None:
    """Show what a tag means, what it comes from, and how many customers have each value."""
    from huitong.entry import tagging
    from huitong.segments.queries import tags as queries

    with _one(context, brand) as (platform, place), platform.database.reading(_scope(place)) as tx:
        definition = queries.definitions(tx, brand_id=place.brand_id).tag(tag)
        counts = queries.counts(tx, brand_id=place.brand_id).get(tag, {})
        last = queries.last_refresh(tx, brand_id=place.brand_id)
        texts = queries.texts_of(tx, definition, brand_id=place.brand_id)
        lineage = tagging.lineage(tx, place, tag)
    rows = [
        {"value": code, "name": name, "customers": counts.get(number, 0)}
        for number, (code, name) in texts.items()
    ]
    told = {
        "tag": tag,
        "name": f"{definition.names.zh} {definition.names.en}",
        "meaning": f"{definition.meaning.zh} {definition.meaning.en}",
        "kind": str(definition.kind),
        "window_days": definition.window_days,
        "comes_from": lineage,
        "owner": definition.owner,
        "sensitivity": str(definition.sensitivity),
        "as_of": None if last is None else last.as_of.isoformat(),
    }
    if as_json:
        showing.facts({**told, "values": rows}, as_json=True)
        return
    showing.facts(told, as_json=False)
    typer.echo("")
    showing.table(rows, as_json=False, nothing="Nobody has a value of it.")


@commands.command()
def explain(
    context: typer.Context,
    customer: Customer,
    tag: Tag,
    brand: Brand,
    *,
    as_json: showing.AsJson = False,
) -> None:
    """Tell why a customer has a tag: each step, its borders, and the lines that counted."""
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.entry import laking, tagging
    from huitong.platform import clock

    customer_id = opening.id_of(CUSTOMER_PREFIX, customer)
    with _one(context, brand) as (platform, place):
        folder = laking.folder_of(platform.settings)
        found = tagging.explain(
            platform.database, folder, place, customer_id=customer_id, tag=tag, now=clock.now()
        )
    told, steps = _told(found, customer), _steps(found)
    if as_json:
        showing.facts({**told, "steps": steps}, as_json=True)
        return
    showing.facts(told, as_json=False)
    for step in steps:
        facts = step.pop("facts")
        typer.echo("")
        showing.facts(step, as_json=False)
        if isinstance(facts, list) and facts:
            showing.table(facts, as_json=False, nothing="")


@commands.command()
def install(
    context: typer.Context,
    pack: Annotated[str, typer.Argument(help="A shipped pack, or a file of one.")],
    brand: Brand,
) -> None:
    """Take the tags of a pack over for a brand; its own tags of other codes stay."""
    from huitong.platform import clock
    from huitong.segments.operations import tags as operations
    from huitong.segments.rules import tag_packs

    if pack in tag_packs.PACKS:
        read = tag_packs.shipped_pack(pack)
    else:
        path = Path(pack)
        if not path.is_file():
            message = f"“{pack}” is neither a file nor one of {', '.join(tag_packs.PACKS)}."
            raise typer.BadParameter(message, param_hint="PACK")
        read = tag_packs.read_pack(path.read_text("utf-8"))
    with _one(context, brand) as (platform, place):
        now = clock.now()
        with platform.database.transaction(_scope(place), now=now) as tx:
            count = operations.install_pack(
                tx, read, brand_id=place.brand_id, actor=opening.actor(context), now=now
            )
    typer.echo(f"{read.names.zh} {read.names.en}: {count} tags; run “huitong tags refresh”.")


@commands.command()
def give(
    context: typer.Context,
    customer: Customer,
    tag: Tag,
    value: Annotated[str, typer.Argument(help="The value's code, or a number.")],
    brand: Brand,
    *,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The first day on which it does not hold."),
    ] = None,
) -> None:
    """Say a tag of a customer by hand; the next refresh counts it."""
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.segments.operations.tags import Giving

    one = Giving(
        opening.id_of(CUSTOMER_PREFIX, customer), value, None if until is None else until.date()
    )
    refused = _give(context, brand, tag, [one])
    for _, reason in refused:
        showing.complain(reason)
        raise typer.Exit(1)


@commands.command("import")
def import_tags(context: typer.Context, tag: Tag, file: File, brand: Brand) -> None:
    """Say a tag of many customers by a CSV file with the columns customer, value, until."""
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.segments.operations.tags import Giving

    givings = []
    with file.open(encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            until = (row.get("until") or "").strip()
            givings.append(
                Giving(
                    opening.id_of(CUSTOMER_PREFIX, (row.get("customer") or "").strip()),
                    (row.get("value") or "").strip(),
                    datetime.fromisoformat(until).date() if until else None,
                )
            )
    refused = _give(context, brand, tag, givings)
    typer.echo(f"{len(givings) - len(refused)} given, {len(refused)} refused.")
    for place, reason in refused:
        showing.complain(f"line {place + 2}: {reason}")
    if refused:
        raise typer.Exit(1)


def _give(
    context: typer.Context, brand: str, tag: str, givings: "list[Giving]"
) -> list[tuple[int, str]]:
    """Say a tag of customers, and return the places of what was refused with the reasons."""
    from huitong.entry import tagging
    from huitong.platform import clock
    from huitong.platform.errors import Refused
    from huitong.segments.operations import tags as operations

    refused = []
    with _one(context, brand) as (platform, place):
        now = clock.now()
        for start in range(0, len(givings), ITEMS_AT_ONCE):
            with platform.database.transaction(_scope(place), now=now) as tx:
                results = operations.give(
                    tx,
                    givings[start : start + ITEMS_AT_ONCE],
                    brand_id=place.brand_id,
                    tag=tag,
                    actor=opening.actor(context),
                    now=now,
                    today=tagging.today_of(place, now),
                )
            refused += [
                (start + n, one.reason) for n, one in enumerate(results) if isinstance(one, Refused)
            ]
    return refused


def _told(found: "ExplainedTag", customer: str) -> dict[str, object]:
    return {
        "customer": customer,
        "tag": found.tag,
        "value": found.value if found.value is not None else "unknown",
        "as_of": found.as_of.isoformat(),
        "may_change_without_news_on": None if found.until is None else found.until.isoformat(),
        "comes_from": list(found.lineage),
    }


def _steps(found: "ExplainedTag") -> list[dict[str, object]]:
    """Return the steps of an expression with what they came to."""
    return [
        {
            "step": step.path,
            "primitive": step.primitive,
            "value": step.value,
            "last_days": step.days,
            "borders": dict(step.borders) or None,
            "support_needed": step.support,
            "facts_counted": step.counted,
            "facts": [
                {
                    "order_no": fact.order_no,
                    "on": fact.on.isoformat(),
                    "line": fact.line_id,
                    "sku": fact.sku,
                    "value": fact.value,
                    "adds": fact.amount,
                    "weighs": fact.weight,
                }
                for fact in step.facts
            ],
        }
        for step in found.steps
    ]


def _covered(counts: Mapping[int, int], *, multi: bool) -> int | None:
    """Return how many have any value; of several values each that is not told by adding up."""
    return max(counts.values(), default=0) if multi else sum(counts.values())


@contextmanager
def _wanted(
    context: typer.Context, brand: str | None
) -> Iterator[tuple["Platform", Mapping[str, "Place"]]]:
    """Open the platform with the brands that are meant.

    :raises BrandNotFound: when the group has no such brand.
    """
    from huitong import org
    from huitong.entry import laking
    from huitong.platform.db import Scope

    with opening.opened() as platform:
        with platform.database.reading(Scope(context.obj)) as tx:
            places = laking.places(tx)
            if brand is not None:
                places = {brand: places[org.brand(tx, code=brand).code]}
        yield platform, places


@contextmanager
def _one(context: typer.Context, brand: str) -> Iterator[tuple["Platform", "Place"]]:
    with _wanted(context, brand) as (platform, places):
        yield platform, places[brand]


def _scope(place: "Place") -> "Scope":
    from huitong.platform.db import Scope

    return Scope(place.group_id, (place.brand_id,))
