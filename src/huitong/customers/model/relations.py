"""Who looks after a customer, and which customer somebody of the staff is themselves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from huitong.platform.errors import DomainError, Kind


class RelationKind(StrEnum):
    """How staff or a store stand to a customer: many friends, one bound guide, who serves now."""

    FRIEND = "friend"
    BOUND = "bound"
    SERVING = "serving"


@dataclass(frozen=True, slots=True)
class NewRelation:
    """A relation as it begins, with staff or with a store, never with both.

    Until `lock_until` nobody takes it away; `identifier_id` is what it came with, if anything.
    """

    customer_id: int
    kind: RelationKind
    valid_from: datetime
    source: str
    actor: str
    staff_id: int | None = None
    store_id: int | None = None
    lock_until: datetime | None = None
    identifier_id: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class RelationEnd:
    """The end of a relation that stands, at an instant."""

    relation_id: int
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class RelationMove:
    """A relation that goes over to somebody else of the staff at an instant."""

    relation_id: int
    to_staff_id: int
    at: datetime
    actor: str
    reason: str
    lock_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of a customer; shadowed ones count again after a split."""

    id: int
    customer_id: int
    kind: RelationKind
    staff_id: int | None
    store_id: int | None
    valid_from: datetime
    valid_until: datetime | None
    lock_until: datetime | None
    source: str
    is_shadowed: bool


@dataclass(frozen=True, slots=True)
class OwnCustomer:
    """Somebody of the staff is this customer themselves, from an instant on."""

    staff_id: int
    customer_id: int
    valid_from: datetime
    actor: str


@dataclass(eq=False)
class AlreadyBound(DomainError):
    """Another relation stands where the new one would."""

    code: ClassVar[str] = "customers.already_bound"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The customer has such a relation at that time already (relation {relation_id});"
        " move that one over, or end it first."
    )
    relation_id: int


@dataclass(eq=False)
class RelationLocked(DomainError):
    """The relation is protected for some time."""

    code: ClassVar[str] = "customers.relation_locked"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Relation {relation_id} is protected until {lock_until}; wait until then."
    )
    relation_id: int
    lock_until: str


@dataclass(eq=False)
class RelationNotFound(DomainError):
    """No relation with this id stands at that time."""

    code: ClassVar[str] = "customers.relation_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "No relation {relation_id} stands at that time; look at the list."
    relation_id: int


@dataclass(eq=False)
class ActorIsBeneficiary(DomainError):
    """Somebody of the staff would act for themselves."""

    code: ClassVar[str] = "customers.actor_is_beneficiary"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "Staff {staff_id} is this customer themselves; a colleague has to do it."
    )
    staff_id: int
