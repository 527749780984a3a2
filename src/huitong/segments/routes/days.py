"""HTTP in: who was in a segment on a past day."""

from datetime import date
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel

from huitong import customers, org, segments
from huitong.org.model import BrandNotFound
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, Narrowing, Page, Paging, Router, Running, page_of
from huitong.segments.model.audiences import CustomerNotKnown
from huitong.segments.model.bitmaps import SnapshotNotFound
from huitong.segments.routes.definitions import BrandCode, SegmentCode
from huitong.segments.routes.members import CustomerId, MemberOut
from huitong.segments.routes.opening import hold_segment

router = Router(tag="audiences")


class WasInOut(BaseModel):
    """Whether a customer was in a segment on a day."""

    customer_id: CustomerId
    day: date
    was_in: bool


@router.route(
    "GET", "/v1/brands/{brand}/segments/{segment}/days/{day}/members",
    permission=Permission.CUSTOMERS_READ, errors=[BrandNotFound, SnapshotNotFound],
)  # fmt: skip
def list_members_on(  # noqa: PLR0917 - Each is a part of the request.
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    segment: SegmentCode,
    day: date,
    paging: Paging,
) -> Page[MemberOut]:
    """List who was in a segment on a past day, masked; without who was merged or erased since."""
    place = paging.after(int)
    after = -1 if place is None else int(place[0])
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        hold_segment(tx, caller, brand_id=brand_id, segment=segment)
        column = segments.members_on(tx, brand_id=brand_id, segment=segment, taken_on=day)
        found = segments.living_page(
            tx, column, brand_id=brand_id, after=after, limit=paging.limit + 1
        )
        shown = {one.id: one for one in customers.show(tx, customer_ids=[one for _, one in found])}

    def out(member: tuple[int, int]) -> MemberOut:
        one = shown[member[1]]
        return MemberOut(id=one.id, status=one.status.value, name=one.name, city=one.city)

    return page_of(found, limit=paging.limit, show=out, place=lambda member: (member[0],))


@router.route(
    "GET", "/v1/brands/{brand}/segments/{segment}/days/{day}/customers/{customer_id}",
    permission=Permission.CUSTOMERS_READ, narrowing=Narrowing.CUSTOMER,
    errors=[BrandNotFound, SnapshotNotFound, CustomerNotKnown],
)  # fmt: skip
def was_in_on(  # noqa: PLR0917 - Each is a part of the request.
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    segment: SegmentCode,
    day: date,
    customer_id: Annotated[CustomerId, Path()],
) -> WasInOut:
    """Tell whether a customer was in a segment on a past day."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        hold_segment(tx, caller, brand_id=brand_id, segment=segment)
        column = segments.members_on(tx, brand_id=brand_id, segment=segment, taken_on=day)
        is_in = segments.was_in(tx, column, customer_id=customer_id, brand_id=brand_id)
    return WasInOut(customer_id=customer_id, day=day, was_in=is_in)
