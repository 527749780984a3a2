"""HTTP in: tags said of customers by hand or from a file, and taken back."""

from datetime import date
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from huitong import org
from huitong.customers.model import CUSTOMER_PREFIX
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.audit import Act
from huitong.platform.auth import Permission
from huitong.platform.errors import FieldValue, Refused, Result
from huitong.platform.http import Calling, IdText, Narrowing, Router, Running, Seeing
from huitong.segments.model.tags import TagNotFound
from huitong.segments.operations import tags as operations
from huitong.segments.operations.tags import Giving
from huitong.segments.queries.tag_documents import versions_of_tag
from huitong.segments.routes.definitions import BrandCode
from huitong.segments.routes.tags import TagCode

router = Router(tag="tag_givings")

# What fits into a body, with room to spare.
ITEMS_MAX = 5_000

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]


class GivingIn(BaseModel):
    """What is said of a customer: a value's code or a number, until the day before `until`."""

    customer_id: CustomerId
    value: str = Field(min_length=1, max_length=100)
    until: date | None = Field(None, description="The first day on which it does not hold.")


class GivingsIn(BaseModel):
    """What is said of customers, from today on."""

    items: list[GivingIn] = Field(min_length=1, max_length=ITEMS_MAX)


class GivingOut(BaseModel):
    """What became of one item."""

    customer_id: CustomerId
    state: Literal["given", "refused"]
    code: str | None = None
    reason: str | None = None
    facts: dict[str, FieldValue] | None = Field(None, description="What the sentence is about.")


class GivingsOut(BaseModel):
    """What became of the items, in their order; the next refresh counts what was given."""

    given: int
    refused: int
    items: list[GivingOut]


class WithdrawalIn(BaseModel):
    """Of whom a tag is taken back; of a tag of several values one, or all of them."""

    customers: list[CustomerId] = Field(min_length=1, max_length=ITEMS_MAX)
    value: str | None = Field(None, max_length=100)


class WithdrawalOut(BaseModel):
    """How many sayings were taken back."""

    taken_back: int


@router.route(
    "POST",
    "/v1/brands/{brand}/tags/{tag}/givings",
    permission=Permission.TAGS_GIVE,
    narrowing=Narrowing.NARROWED,
    errors=[BrandNotFound, TagNotFound],
)
def give(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    seen: Seeing,
    brand: BrandCode,
    tag: TagCode,
    wanted: GivingsIn,
) -> GivingsOut:
    """Say a tag of customers by hand or from a file; each item is taken or refused by itself."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        platform.hold("customer", tx, {one.customer_id for one in wanted.items}, seen)
        found = org.brand(tx, code=brand)
        results = operations.give(
            tx,
            [Giving(one.customer_id, one.value, one.until) for one in wanted.items],
            brand_id=found.id,
            tag=tag,
            actor=caller.actor(),
            now=now,
            today=now.astimezone(ZoneInfo(found.time_zone)).date(),
        )
        given = sum(not isinstance(one, Refused) for one in results)
        audit.record(
            tx,
            by=caller,
            act=Act.TAG_GIVE,
            subject=f"tag:{brand}/{tag}",
            after={"customers": given},
            brand_id=found.id,
            now=now,
        )
    pairs = zip(wanted.items, results, strict=True)
    items = [_out(one.customer_id, result) for one, result in pairs]
    refused = sum(one.state == "refused" for one in items)
    return GivingsOut(given=len(items) - refused, refused=refused, items=items)


@router.route(
    "POST",
    "/v1/brands/{brand}/tags/{tag}/withdrawals",
    permission=Permission.TAGS_GIVE,
    narrowing=Narrowing.NARROWED,
    errors=[BrandNotFound, TagNotFound],
)
def withdraw(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    seen: Seeing,
    brand: BrandCode,
    tag: TagCode,
    wanted: WithdrawalIn,
) -> WithdrawalOut:
    """Take back what was said of customers; the next refresh forgets it."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        platform.hold("customer", tx, wanted.customers, seen)
        brand_id = org.brand(tx, code=brand).id
        # An archived tag's sayings can be taken back, too.
        versions_of_tag(tx, brand_id=brand_id, code=tag)
        count = operations.withdraw(
            tx,
            wanted.customers,
            brand_id=brand_id,
            tag=tag,
            value=wanted.value,
            actor=caller.actor(),
            now=now,
        )
        audit.record(
            tx,
            by=caller,
            act=Act.TAG_WITHDRAW,
            subject=f"tag:{brand}/{tag}",
            after={"taken_back": count},
            brand_id=brand_id,
            now=now,
        )
    return WithdrawalOut(taken_back=count)


def _out(customer_id: int, result: Result[None]) -> GivingOut:
    if isinstance(result, Refused):
        return GivingOut(
            customer_id=customer_id,
            state="refused",
            code=result.code,
            reason=result.reason,
            facts=dict(result.facts),
        )
    return GivingOut(customer_id=customer_id, state="given")
