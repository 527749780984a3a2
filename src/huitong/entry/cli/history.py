"""`huitong tags history` and `huitong segment on`: what was of customers on past days."""

from datetime import datetime
from typing import Annotated

import typer

from huitong.entry.cli import brands, opening, segment_options, showing, tag_options

DAY = ["%Y-%m-%d"]
LIST_MAX = 10_000

OnDay = Annotated[
    datetime | None,
    typer.Option("--on", formats=DAY, help="Only what held on this day, such as 2026-03-08."),
]
OfTag = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="One tag instead of all; may be said several times."),
]


def of_customer(
    context: typer.Context,
    customer: tag_options.Customer,
    brand: tag_options.Brand,
    *,
    tag: OfTag = None,
    on: OnDay = None,
    as_json: showing.AsJson = False,
) -> None:
    """Tell from when to when a customer had which tags; without a first day: as far as is kept."""
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.entry import tag_history

    customer_id = opening.id_of(CUSTOMER_PREFIX, customer)
    with brands.one_brand(context, brand) as (platform, place):
        found = tag_history.history(
            platform.database, platform.open_lake, place, customer_id=customer_id, tags=tag
        )
    rows = [
        {"tag": one.tag, "value": one.value, "since": one.since, "until": one.until}
        for one in found
        if on is None or one.holds_on(on.date())
    ]
    nothing = "No refresh has found a value of these tags for the customer."
    showing.table(rows, as_json=as_json, nothing=nothing)


def segment_on(
    context: typer.Context,
    code: segment_options.Code,
    day: Annotated[
        datetime, typer.Argument(formats=DAY, metavar="DAY", help="Such as 2026-03-08.")
    ],
    *,
    brand: segment_options.Brand,
    customer: Annotated[
        str | None,
        typer.Option(metavar="CUSTOMER", help="Tell of this one alone whether they were in it."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=LIST_MAX, help="How many.")] = 50,
    after: Annotated[int, typer.Option(min=-1, help="Go on after this place.")] = -1,
    as_json: showing.AsJson = False,
) -> None:
    """List who was in a segment on a past day, masked; who was merged or erased since is left out.

    `huitong segment days` tells which days are kept.
    """
    from huitong import customers, org, segments
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.platform import ids
    from huitong.platform.db import Scope

    asked = None if customer is None else opening.id_of(CUSTOMER_PREFIX, customer)
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        brand_id = org.brand(tx, code=brand).id
        found = segments.members_on(tx, brand_id=brand_id, segment=code, taken_on=day.date())
        if asked is not None:
            is_in = segments.was_in(tx, found, customer_id=asked, brand_id=brand_id)
            told = {"customer": customer, "segment": code, "day": day.date(), "was_in": is_in}
            showing.facts(told, as_json=as_json)
            return
        page = segments.living_page(tx, found, brand_id=brand_id, after=after, limit=limit)
        shown = {one.id: one for one in customers.show(tx, customer_ids=[one for _, one in page])}
    rows = [
        {
            "place": place,
            "customer": ids.show(CUSTOMER_PREFIX, customer_id),
            "status": shown[customer_id].status.value,
            "name": shown[customer_id].name,
            "city": shown[customer_id].city,
        }
        for place, customer_id in page
    ]
    nothing = f"Nobody of the {found.size} who were in it that day is shown after this place."
    showing.table(rows, as_json=as_json, nothing=nothing)
