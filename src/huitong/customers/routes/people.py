"""HTTP in: find a customer and show one, personal values masked."""

from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from huitong import customers, org
from huitong.channels.model import IdentifierKind
from huitong.customers.model import (
    CUSTOMER_PREFIX,
    ConsentAction,
    CustomerNotFound,
    CustomerShown,
    CustomerStatus,
)
from huitong.org.model import BrandNotFound
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, IdText, Narrowing, Router, Running, Seeing
from huitong.platform.ids import show

router = Router(tag="customers")

VALUE_LENGTH_MAX = 200

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]
BrandId: TypeAlias = Annotated[int, IdText("bra")]
PersonId: TypeAlias = Annotated[int, IdText("per")]


class IdentifierOut(BaseModel):
    """A name that a platform or a person gives to the customer, masked."""

    kind: IdentifierKind
    scope: str
    masked: str = Field(examples=["138****5678"])
    verified: bool


class ConsentOut(BaseModel):
    """What the customer agreed to or took back."""

    purpose: str
    policy_version: str
    action: ConsentAction
    occurred_at: datetime


class CustomerOut(BaseModel):
    """A person in a brand, as people may see them."""

    id: CustomerId
    brand_id: BrandId
    person_id: PersonId
    status: CustomerStatus
    enrolled_at: datetime | None
    merged_into: CustomerId | None
    name: str | None = Field(examples=["张**"])
    city: str | None
    cards: list[str]
    identifiers: list[IdentifierOut]
    consents: list[ConsentOut]


class CustomersOut(BaseModel):
    """Who was found: one customer, or nobody."""

    items: list[CustomerOut]


class Wanted(BaseModel):
    """Whom to look for; in the body, because addresses of requests are written to logs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"brand": "main", "kind": "phone", "value": "13800005678"}]}
    )

    brand: str = Field(description="The brand's code.")
    kind: IdentifierKind
    value: str = Field(min_length=1, max_length=VALUE_LENGTH_MAX)
    scope: str = Field("", description="Where the value is valid, such as the app of an openid.")


@router.route(
    "POST",
    "/v1/customers/find",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.NARROWED,
    errors=[BrandNotFound],
)
def find(platform: Running, caller: Calling, seen: Seeing, wanted: Wanted) -> CustomersOut:
    """Find the customer of a brand who has an identifier; it changes nothing.

    Whom a caller does not see is answered as nobody.
    """
    with platform.database.reading(caller.scope()) as tx:
        found = customers.find_by_identifier(
            tx,
            brand=org.brand(tx, code=wanted.brand),
            kind=wanted.kind,
            value=wanted.value,
            scope=wanted.scope,
        )
        visible = platform.among("customer", tx, [] if found is None else [found], seen)
        shown = customers.show(tx, customer_ids=visible)
    return CustomersOut(items=[_out(one) for one in shown])


@router.route(
    "GET",
    "/v1/customers/{customer_id}",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def show_one(
    platform: Running, caller: Calling, customer_id: Annotated[CustomerId, Path()]
) -> CustomerOut:
    """Show a customer: status, masked name, cards and identifiers, consents."""
    with platform.database.reading(caller.scope()) as tx:
        shown = customers.show(tx, customer_ids=[customer_id])
    if not shown:
        raise CustomerNotFound(customer=show(CUSTOMER_PREFIX, customer_id))
    return _out(shown[0])


def _out(customer: CustomerShown) -> CustomerOut:
    return CustomerOut(
        id=customer.id,
        brand_id=customer.brand_id,
        person_id=customer.person_id,
        status=customer.status,
        enrolled_at=customer.enrolled_at,
        merged_into=customer.merged_into,
        name=customer.name,
        city=customer.city,
        cards=list(customer.cards),
        identifiers=[
            IdentifierOut(kind=one.kind, scope=one.scope, masked=one.masked, verified=one.verified)
            for one in customer.identifiers
        ],
        consents=[
            ConsentOut(
                purpose=one.purpose,
                policy_version=one.policy_version,
                action=one.action,
                occurred_at=one.occurred_at,
            )
            for one in customer.consents
        ],
    )
