"""What customers tells the domains above."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CustomerEnrolled:
    """A customer became a member; `returning` when this person was one before and was erased."""

    customer_id: int
    brand_id: int
    enrolled_at: datetime
    returning: bool


@dataclass(frozen=True, slots=True)
class CustomersMerged:
    """Everything of `source_id` belongs to `target_id` from now on."""

    merge_id: int
    brand_id: int
    source_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class CustomersSplit:
    """The merge was undone: `source_id` is a customer again; `identifier_ids` went with it."""

    merge_id: int
    brand_id: int
    source_id: int
    target_id: int
    identifier_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CustomersCarved:
    """What came with `identifier_ids` belongs to `source_id` now, and not to `target_id` any more.

    It reads as a split of which there was no merge: the source gets what was never its own.
    """

    carving_id: int
    brand_id: int
    source_id: int
    target_id: int
    identifier_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CustomersClassified:
    """What kind of buyer a customer is changed, from an instant in the world on."""

    customer_id: int
    brand_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class DocumentApproved:
    """A document that a customer had handed in was looked at and found good."""

    submission_id: int
    customer_id: int
    brand_id: int
    kind: str
    submitted_at: datetime
