"""`huitong tags explain|give|import|withdraw`: tags of single customers, and why they have them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.brands import one_brand
from huitong.entry.cli.tag_options import Brand, Customer, File, Tag, scope_of

if TYPE_CHECKING:
    from huitong.segments.engine.tag_explaining import ExplainedTag
    from huitong.segments.operations.tags import Giving

ITEMS_AT_ONCE = 5_000


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
    with one_brand(context, brand) as (platform, place):
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


def import_tags(context: typer.Context, tag: Tag, file: File, brand: Brand) -> None:
    """Say a tag of many customers by a CSV file with the columns customer, value, until.

    The file is checked whole first; then every line counts but those that are named as refused.
    """
    from huitong.entry import tag_file

    lines = tag_file.read(file)
    refused = _give(context, brand, tag, [one.giving for one in lines])
    typer.echo(f"{len(lines) - len(refused)} given, {len(refused)} refused.")
    for place, reason in refused:
        showing.complain(f"line {lines[place].line}: {reason}")
    if refused:
        raise typer.Exit(1)


def withdraw(
    context: typer.Context,
    customer: Customer,
    tag: Tag,
    brand: Brand,
    *,
    value: Annotated[
        str | None, typer.Option(help="One value of several; all of them unless said.")
    ] = None,
) -> None:
    """Take back what was said of a customer; the next refresh forgets it."""
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.platform import clock
    from huitong.segments.operations import tags as operations
    from huitong.segments.queries.tag_documents import versions_of_tag

    customer_id, now = opening.id_of(CUSTOMER_PREFIX, customer), clock.now()
    with (
        one_brand(context, brand) as (platform, place),
        platform.database.transaction(scope_of(place), now=now) as tx,
    ):
        versions_of_tag(tx, brand_id=place.brand_id, code=tag)
        count = operations.withdraw(
            tx,
            [customer_id],
            brand_id=place.brand_id,
            tag=tag,
            value=value,
            actor=opening.actor(context),
            now=now,
        )
    typer.echo(f"{customer}: {count} taken back.")


def _give(
    context: typer.Context, brand: str, tag: str, givings: "Sequence[Giving]"
) -> list[tuple[int, str]]:
    """Say a tag of customers, and return the places of what was refused with the reasons.

    It is one transaction: when it fails nothing of it was said.
    """
    from huitong.entry import tagging
    from huitong.platform import clock
    from huitong.platform.errors import Refused
    from huitong.segments.operations import tags as operations

    refused = []
    with one_brand(context, brand) as (platform, place):
        now = clock.now()
        with platform.database.transaction(scope_of(place), now=now) as tx:
            for start in range(0, len(givings), ITEMS_AT_ONCE):
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
                    (start + n, one.reason)
                    for n, one in enumerate(results)
                    if isinstance(one, Refused)
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
