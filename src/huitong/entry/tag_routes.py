"""HTTP in: the tags of one customer, and why they have one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import BaseModel
from pydantic import Field as Shown

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.entry import modelling, tagging
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, Permission
from huitong.platform.conditions import Field, Unit
from huitong.platform.http import Calling, IdText, Narrowing, Router, Running, Seeing
from huitong.platform.lake import LakeEmpty
from huitong.platform.seen import Seen
from huitong.segments.engine.tag_explaining import CountedFact, ExplainedStep
from huitong.segments.model.audiences import CustomerNotKnown
from huitong.segments.model.bitmaps import NothingPublished
from huitong.segments.model.model_versions import CustomerUnknown
from huitong.segments.model.tag_versions import StandingTag
from huitong.segments.model.tags import CustomerNotTagged, Sensitivity, Tag, TagNotFound
from huitong.segments.queries import tags as queries
from huitong.segments.queries.audiences import SETS
from huitong.segments.queries.tag_customers import tags_of_customer
from huitong.segments.queries.vocabulary_kept import speech_kept
from huitong.segments.rules.vocabulary import TAG_PREFIX

router = Router(tag="customer_tags")

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]
TagCode: TypeAlias = Annotated[str, Path(max_length=50, description="The tag's code.")]
Value: TypeAlias = str | int | list[str] | None


class ValueNamed(BaseModel):
    """A value of a tag and what people call it; a store or a channel by its own name."""

    code: str
    names: dict[str, str] = Shown(examples=[{"zh": "南京路店", "en": "Nanjing Road"}])


class TagOfCustomer(BaseModel):
    """A tag that a customer has: codes of values with their names, or a number with its unit."""

    tag: str
    names: dict[str, str]
    values: list[str]
    named: list[ValueNamed]
    number: int | None
    unit: Unit | None


class GivenOut(BaseModel):
    """What somebody says of a customer, and what stands; the next refresh counts it."""

    tag: str
    names: dict[str, str]
    value: str
    value_names: dict[str, str]
    valid_from: date
    valid_until: date | None
    source: str
    given_by: str
    recorded_at: datetime


class CustomerTagsOut(BaseModel):
    """The tags of a customer by the newest refresh; who is merged away or erased has none."""

    customer_id: CustomerId
    is_alive: bool
    bitmap_version: int
    items: list[TagOfCustomer]
    given: list[GivenOut]


class FactOut(BaseModel):
    """A fact that counted: which order, and of a line which; `value` is what was looked at."""

    order_no: str
    on: date
    line_id: str | None
    sku: str | None
    value: str | int | None
    amount: int
    weight: int


class StepOut(BaseModel):
    """One part of a tag's expression: what it came to, by which borders, from which facts.

    `facts` are the latest 200 that the caller may see, for who holds `orders.read`;
    `facts_counted` is how many there are.
    """

    path: str
    primitive: str
    value: Value
    last_days: int | None
    borders: dict[str, int | None]
    support_needed: int | None
    facts_counted: int | None
    facts: list[FactOut]


class ExplainedOut(BaseModel):
    """Why a customer has a value of a tag, or none.

    `may_change_on` is the day on which it may change without any news of the customer.
    """

    customer_id: CustomerId
    tag: str
    as_of: date
    value: Value
    may_change_on: date | None
    comes_from: list[str]
    steps: list[StepOut]


@router.route(
    "GET",
    "/v1/customers/{customer_id}/tags",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerUnknown, CustomerNotKnown, NothingPublished],
)
def list_tags(
    platform: Running, caller: Calling, customer_id: Annotated[CustomerId, Path()]
) -> CustomerTagsOut:
    """List the tags of a customer, and what people say of them by hand.

    Sensitive tags are told to keys that hold `tags.sensitive`.
    """
    with platform.database.reading(caller.scope()) as tx:
        place = modelling.place_of_customer(tx, customer_id)
        defined = queries.definitions(tx, brand_id=place.brand_id).tags
        shown = {code: tag for code, tag in defined.items() if _may_see(caller, tag)}
        speech = speech_kept(tx, brand_id=place.brand_id, cache=SETS)
        found = tags_of_customer(
            tx,
            customer_id,
            brand_id=place.brand_id,
            tags=[shown[code] for code in sorted(shown)],
            speech=speech,
            cache=SETS,
            today=tagging.today_of(place, clock.now()),
        )
    fields = speech.words.vocabulary.field_by_code
    told = {code: fields.get(f"{TAG_PREFIX}{code}") for code in shown}
    return CustomerTagsOut(
        customer_id=customer_id,
        is_alive=found.is_alive,
        bitmap_version=found.bitmap_version,
        items=[
            _of_customer(shown[code], told[code], value) for code, value in found.values.items()
        ],
        given=[_given(one, shown[one.tag], told[one.tag]) for one in found.given],
    )


@router.route(
    "GET",
    "/v1/customers/{customer_id}/tags/{tag}",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerUnknown, TagNotFound, CustomerNotTagged, LakeEmpty],
)
def explain(
    platform: Running,
    caller: Calling,
    seen: Seeing,
    customer_id: Annotated[CustomerId, Path()],
    tag: TagCode,
) -> ExplainedOut:
    """Tell why a customer has a tag: each step, its borders, and the order lines that counted."""
    with platform.database.reading(caller.scope()) as tx:
        place = modelling.place_of_customer(tx, customer_id)
        wanted = queries.definitions(tx, brand_id=place.brand_id).tag(tag)
    if wanted.sensitivity is Sensitivity.SENSITIVE:
        caller.require(Permission.TAGS_SENSITIVE)
    found = tagging.explain_opened(
        platform.database,
        platform.open_lake,
        place,
        customer_id=customer_id,
        tag=tag,
        now=clock.now(),
    )
    visible = _visible_orders(platform, caller, seen, found.steps)
    return ExplainedOut(
        customer_id=customer_id,
        tag=tag,
        as_of=found.as_of,
        value=_value(found.value),
        may_change_on=found.until,
        comes_from=list(found.lineage),
        steps=[_step(one, visible) for one in found.steps],
    )


def _may_see(caller: Caller, tag: Tag) -> bool:
    is_sensitive = tag.sensitivity is Sensitivity.SENSITIVE
    return not is_sensitive or Permission.TAGS_SENSITIVE in caller.permissions


def _of_customer(tag: Tag, field: Field | None, value: object) -> TagOfCustomer:
    codes = list(value) if isinstance(value, tuple) else []
    return TagOfCustomer(
        tag=tag.code,
        names=tag.names.model_dump(),
        values=codes,
        named=[ValueNamed(code=one, names=_value_names(field, one)) for one in codes],
        number=value if isinstance(value, int) else None,
        unit=None if field is None else field.unit,
    )


def _value_names(field: Field | None, code: str) -> dict[str, str]:
    """Return what people call a value; one that has no name is called by its code."""
    found = next((one for one in (field.values if field else ()) if one.code == code), None)
    return (
        {"zh": code, "en": code} if found is None else {"zh": found.names.zh, "en": found.names.en}
    )


def _given(one: StandingTag, tag: Tag, field: Field | None) -> GivenOut:
    return GivenOut(
        tag=one.tag,
        names=tag.names.model_dump(),
        value=one.value,
        value_names=_value_names(field, one.value),
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        source=one.source,
        given_by=one.given_by,
        recorded_at=one.recorded_at,
    )


def _visible_orders(
    platform: Platform, caller: Caller, seen: Seen, steps: Sequence[ExplainedStep]
) -> frozenset[int]:
    """Return which of the orders that counted the caller may see."""
    if Permission.ORDERS_READ not in caller.permissions:
        return frozenset()
    counted = {fact.order_id for step in steps for fact in step.facts}
    with platform.database.reading(caller.scope()) as tx:
        return platform.among("order", tx, counted, seen)


def _step(step: ExplainedStep, visible: Collection[int]) -> StepOut:
    borders: Mapping[str, int | None] = step.borders
    return StepOut(
        path=step.path,
        primitive=step.primitive,
        value=_value(step.value),
        last_days=step.days,
        borders=dict(borders),
        support_needed=step.support,
        facts_counted=step.counted,
        facts=[_fact(one) for one in step.facts if one.order_id in visible],
    )


def _fact(fact: CountedFact) -> FactOut:
    return FactOut(
        order_no=fact.order_no,
        on=fact.on,
        line_id=fact.line_id,
        sku=fact.sku,
        value=fact.value,
        amount=fact.amount,
        weight=fact.weight,
    )


def _value(value: str | int | tuple[str, ...] | None) -> Value:
    return list(value) if isinstance(value, tuple) else value
