"""HTTP in: who looks after customers, what belongs to them, what kind of buyers they are."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, Field

from huitong import customers
from huitong.channels.model import Gender
from huitong.customers.model import (
    Belonging,
    BelongingKind,
    Classed,
    Classification,
    ClassSource,
    CustomerNotFound,
    NewBelonging,
    NewClassification,
    NewRelation,
    Particulars,
    Relation,
    RelationEnd,
    RelationKind,
    RelationMove,
)
from huitong.customers.routes.asking import (
    BELONGING_PREFIX,
    CLASSIFICATION_PREFIX,
    ITEMS_MAX,
    RELATION_PREFIX,
    AnswersOut,
    BelongingId,
    ClassificationId,
    CustomerId,
    RelationId,
    StaffId,
    StoreId,
    Words,
    answers,
    keys,
)
from huitong.customers.routes.reaching import hold_customers, hold_party
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.db import Tx
from huitong.platform.errors import Result
from huitong.platform.http import Calling, Narrowing, RequestKey, Router, Running, Seeing

router = Router(tag="customers")


class RelationIn(BaseModel):
    """A relation that begins, with staff or with a store."""

    customer_id: CustomerId
    kind: RelationKind
    staff_id: StaffId | None = None
    store_id: StoreId | None = None
    valid_from: AwareDatetime | None = Field(None, description="Null: now.")
    lock_until: AwareDatetime | None = None
    source: Words = "api"


class RelationsIn(BaseModel):
    """Relations that begin."""

    items: Annotated[list[RelationIn], Field(min_length=1, max_length=ITEMS_MAX)]


class EndIn(BaseModel):
    """A relation that ends, or goes over to somebody else of the staff."""

    relation_id: RelationId
    to_staff_id: StaffId | None = None
    at: AwareDatetime | None = Field(None, description="Null: now.")
    lock_until: AwareDatetime | None = None
    reason: Words


class EndsIn(BaseModel):
    """Relations that end, or all go over to somebody else."""

    items: Annotated[list[EndIn], Field(min_length=1, max_length=ITEMS_MAX)]


class RelationOut(BaseModel):
    """A relation of a customer."""

    id: RelationId
    kind: RelationKind
    staff_id: StaffId | None
    store_id: StoreId | None
    valid_from: datetime
    valid_until: datetime | None
    lock_until: datetime | None
    source: str


class BelongingIn(BaseModel):
    """A beneficiary or an owned item; a child under 14 needs the guardian's consent."""

    customer_id: CustomerId
    kind: BelongingKind
    name: str | None = Field(None, max_length=200)
    gender: Gender | None = None
    due_on: date | None = None
    birthday_on: date | None = None
    sku: str | None = Field(None, max_length=100)
    bought_on: date | None = None
    facts: Annotated[dict[str, str], Field(max_length=50)] = Field(default_factory=dict)
    guardian_policy_version: str | None = Field(None, max_length=200)
    guardian_consent_at: AwareDatetime | None = None


class BelongingsIn(BaseModel):
    """Beneficiaries and owned items."""

    items: Annotated[list[BelongingIn], Field(min_length=1, max_length=ITEMS_MAX)]


class BelongingOut(BaseModel):
    """That a customer has a beneficiary or an owned item; what is said of it stays sealed."""

    id: BelongingId
    kind: BelongingKind
    has_guardian_consent: bool
    recorded_at: datetime


class ClassIn(BaseModel):
    """What kind of buyer a customer is, from an instant until another."""

    customer_id: CustomerId
    classed: Classed
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = None
    source: ClassSource = ClassSource.MANUAL
    evidence: Annotated[dict[str, int | str], Field(max_length=20)] = Field(default_factory=dict)


class ClassesIn(BaseModel):
    """Classes of customers."""

    items: Annotated[list[ClassIn], Field(min_length=1, max_length=ITEMS_MAX)]


class ClassOut(BaseModel):
    """A class of a customer that stands."""

    id: ClassificationId
    classed: Classed
    valid_from: datetime
    valid_until: datetime | None
    source: ClassSource
    actor: str


class CareOut(BaseModel):
    """Who looks after a customer, what belongs to them, what kind of buyer they are."""

    relations: list[RelationOut]
    belongings: list[BelongingOut]
    classes: list[ClassOut]


@router.route(
    "GET",
    "/v1/customers/{customer_id}/care",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def show_care(
    platform: Running, caller: Calling, customer_id: Annotated[CustomerId, Path()]
) -> CareOut:
    """Show who looks after a customer, what belongs to them, what kind of buyer they are."""
    with platform.database.reading(caller.scope()) as tx:
        today = customers.today_of(tx, customer_id=customer_id)
        relations = customers.relations_of(tx, customer_ids=[today]).get(today, ())
        belongings = customers.belongings_of(tx, customer_ids=[today]).get(today, ())
        classes = customers.classifications_of(tx, customer_ids=[today]).get(today, ())
    return CareOut(
        relations=[_relation_out(one) for one in relations if not one.is_shadowed],
        belongings=[_belonging_out(one) for one in belongings],
        classes=[_class_out(one) for one in classes],
    )


@router.route(
    "POST",
    "/v1/customers/relations",
    permission=Permission.CUSTOMERS_WRITE,
    narrowing=Narrowing.NARROWED,
)
def relate(
    platform: Running, caller: Calling, seen: Seeing, key: RequestKey, asked: RelationsIn
) -> AnswersOut:
    """Begin relations; one that stands already is answered and not repeated."""
    now = clock.now()
    new = [
        NewRelation(
            customer_id=one.customer_id,
            kind=one.kind,
            valid_from=one.valid_from or now,
            source=one.source,
            actor=caller.actor(),
            staff_id=one.staff_id,
            store_id=one.store_id,
            lock_until=one.lock_until,
            key=item_key,
        )
        for item_key, one in zip(keys(key, len(asked.items)), asked.items, strict=True)
    ]

    def work(tx: Tx) -> list[Result[Mapping[str, int]]]:
        hold_customers(platform, tx, asked.items, seen)
        for one in asked.items:
            hold_party(seen, store_id=one.store_id, staff_id=one.staff_id)
        return customers.relate(tx, new, now=now)

    results = platform.database.do(caller.scope(), work, now=now)
    return answers(results, name="relation_id", prefix=RELATION_PREFIX)


@router.route("POST", "/v1/customers/relations/end", permission=Permission.CUSTOMERS_WRITE)
def end(platform: Running, caller: Calling, _key: RequestKey, asked: EndsIn) -> AnswersOut:
    """End relations, or hand them over; what has ended is refused and changes nothing."""
    now = clock.now()
    results = platform.database.do(
        caller.scope(), lambda tx: _end(tx, asked.items, actor=caller.actor(), now=now), now=now
    )
    return answers(results, name="relation_id", prefix=RELATION_PREFIX)


@router.route(
    "POST",
    "/v1/customers/belongings",
    permission=Permission.CUSTOMERS_WRITE,
    narrowing=Narrowing.NARROWED,
)
def add_belongings(
    platform: Running, caller: Calling, seen: Seeing, key: RequestKey, asked: BelongingsIn
) -> AnswersOut:
    """Keep beneficiaries and owned items, sealed."""
    now = clock.now()
    new = [
        NewBelonging(
            customer_id=one.customer_id,
            kind=one.kind,
            particulars=Particulars(
                name=one.name,
                gender=one.gender,
                due_on=one.due_on,
                birthday_on=one.birthday_on,
                sku=one.sku,
                bought_on=one.bought_on,
                facts=one.facts,
            ),
            source="api",
            actor=caller.actor(),
            guardian_policy_version=one.guardian_policy_version,
            guardian_consent_at=one.guardian_consent_at,
            key=item_key,
        )
        for item_key, one in zip(keys(key, len(asked.items)), asked.items, strict=True)
    ]

    def work(tx: Tx) -> list[Result[Mapping[str, int]]]:
        hold_customers(platform, tx, asked.items, seen)
        return customers.add_belongings(tx, new, now=now)

    results = platform.database.do(caller.scope(), work, now=now)
    return answers(results, name="belonging_id", prefix=BELONGING_PREFIX)


@router.route("POST", "/v1/customers/classes", permission=Permission.CUSTOMERS_WRITE)
def classify(platform: Running, caller: Calling, key: RequestKey, asked: ClassesIn) -> AnswersOut:
    """Say what kind of buyers customers are; what they bought since is settled again."""
    now = clock.now()
    new = [
        NewClassification(
            customer_id=one.customer_id,
            classed=one.classed,
            valid_from=one.valid_from,
            source=one.source,
            actor=caller.actor(),
            valid_until=one.valid_until,
            evidence=one.evidence,
            key=item_key,
        )
        for item_key, one in zip(keys(key, len(asked.items)), asked.items, strict=True)
    ]
    results = platform.database.do(
        caller.scope(), lambda tx: customers.classify_customers(tx, new, now=now), now=now
    )
    return answers(results, name="classification_id", prefix=CLASSIFICATION_PREFIX)


def _end(
    tx: Tx, items: Sequence[EndIn], *, actor: str, now: datetime
) -> list[Result[Mapping[str, int]] | Result[None]]:
    """End the relations that go over to nobody, and hand the others over, in one transaction."""
    ends = {
        place: RelationEnd(one.relation_id, one.at or now, actor, one.reason)
        for place, one in enumerate(items)
        if one.to_staff_id is None
    }
    moves = {
        place: RelationMove(
            relation_id=one.relation_id,
            to_staff_id=one.to_staff_id,
            at=one.at or now,
            actor=actor,
            reason=one.reason,
            lock_until=one.lock_until,
        )
        for place, one in enumerate(items)
        if one.to_staff_id is not None
    }
    done: dict[int, Result[Mapping[str, int]] | Result[None]] = {}
    done |= zip(ends, customers.end_relations(tx, list(ends.values()), now=now), strict=True)
    done |= zip(moves, customers.move_relations(tx, list(moves.values()), now=now), strict=True)
    return [done[place] for place in range(len(items))]


def _relation_out(one: Relation) -> RelationOut:
    return RelationOut(
        id=one.id,
        kind=one.kind,
        staff_id=one.staff_id,
        store_id=one.store_id,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        lock_until=one.lock_until,
        source=one.source,
    )


def _belonging_out(one: Belonging) -> BelongingOut:
    return BelongingOut(
        id=one.id,
        kind=one.kind,
        has_guardian_consent=one.guardian_consent_at is not None,
        recorded_at=one.recorded_at,
    )


def _class_out(one: Classification) -> ClassOut:
    return ClassOut(
        id=one.id,
        classed=one.classed,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        source=one.source,
        actor=one.actor,
    )
