"""What a member was promised once, and how much of it was given."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

WELCOME = "welcome"
DOCUMENT_PREFIX = "document:"


class Withheld(StrEnum):
    """Why a gift is not due: its taker was here before and forgotten, has one, or is no member."""

    RETURNING = "returning"
    SURPLUS = "surplus"
    NO_MEMBER = "no_member"


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift as it stands: what it is worth, what of it was given and taken back, and why.

    `origin_customer_id` came by it through `cause_id`: themselves, or a document. A member gets
    `most` of a kind; of the others nothing is due.
    """

    id: int
    brand_id: int
    customer_id: int
    origin_customer_id: int
    cause_id: int
    kind: str
    points: int
    most: int
    granted: int
    clawed: int
    revision: int
    withheld: Withheld | None
    programme_version: int
    happened_at: datetime
