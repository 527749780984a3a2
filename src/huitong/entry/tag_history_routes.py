"""HTTP in: from when to when a customer had which tags."""

from datetime import date
from typing import Annotated, TypeAlias

from fastapi import Path, Query
from pydantic import BaseModel

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.entry import modelling, tag_history
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, IdText, Narrowing, Router, Running
from huitong.platform.lake import LakeEmpty
from huitong.segments.model.model_versions import CustomerUnknown
from huitong.segments.model.tags import Sensitivity, TagNotFound, TagsNotRefreshed
from huitong.segments.queries import tags as queries

router = Router(tag="customer_tags")

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]
TagCode: TypeAlias = Annotated[
    str | None, Query(max_length=50, description="One tag instead of all.")
]


class TagIntervalOut(BaseModel):
    """A value of a tag, its code or a number, and when it held.

    `until` is the first day without it, null while it holds; `since` is null when it held as far
    back as is kept.
    """

    tag: str
    value: str | int
    since: date | None
    until: date | None


class TagHistoryOut(BaseModel):
    """When a customer had which tags, tag by tag, the oldest first."""

    customer_id: CustomerId
    items: list[TagIntervalOut]


@router.route(
    "GET",
    "/v1/customers/{customer_id}/tag-history",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerUnknown, TagNotFound, TagsNotRefreshed, LakeEmpty],
)
def show_history(
    platform: Running,
    caller: Calling,
    customer_id: Annotated[CustomerId, Path()],
    tag: TagCode = None,
) -> TagHistoryOut:
    """Tell from when to when a customer had which tags, as refreshes found them.

    Sensitive tags are told to keys that hold `tags.sensitive`.
    """
    with platform.database.reading(caller.scope()) as tx:
        place = modelling.place_of_customer(tx, customer_id)
        defined = queries.definitions(tx, brand_id=place.brand_id)
    wanted = [code for code in sorted(defined.tags) if tag is None or code == tag]
    if tag is not None and defined.tag(tag).sensitivity is Sensitivity.SENSITIVE:
        caller.require(Permission.TAGS_SENSITIVE)
    if Permission.TAGS_SENSITIVE not in caller.permissions:
        plain = Sensitivity.ORDINARY
        wanted = [code for code in wanted if defined.tags[code].sensitivity is plain]
    found = tag_history.history(
        platform.database, platform.open_lake, place, customer_id=customer_id, tags=wanted
    )
    items = [
        TagIntervalOut(tag=one.tag, value=one.value, since=one.since, until=one.until)
        for one in found
    ]
    return TagHistoryOut(customer_id=customer_id, items=items)
