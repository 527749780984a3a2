"""Cards: whether they work, and what takes their place."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from huitong.platform.errors import DomainError, Kind


class CardState(StrEnum):
    """Whether a card works: a blocked one may work again, a replaced one never."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Card:
    """A card, without its number; a replaced one names the card in its place."""

    id: int
    customer_id: int
    state: CardState
    replaced_by: int | None = None


@dataclass(frozen=True, slots=True)
class CardChange:
    """A card that is blocked, or works again."""

    brand_id: int
    number: str
    state: CardState
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class CardReplacement:
    """A new card in the place of one that was lost or worn."""

    number: str
    new_number: str
    actor: str
    reason: str


@dataclass(eq=False)
class CardNotFound(DomainError):
    """The brand issued no such card, or replaced it."""

    code: ClassVar[str] = "customers.card_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "The brand has no such card in use; look at the number, or at the card that replaced it."
    )
