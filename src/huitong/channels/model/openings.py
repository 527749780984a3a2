"""Opening balances: what customers of an older system bring with them."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from huitong.channels.model.parties import Identifier
from huitong.channels.model.records import (
    LINES_MAX,
    Amount,
    Instant,
    Key,
    LongText,
    Part,
    Record,
    RecordKind,
    Text,
)


class OpeningKind(StrEnum):
    """What an opening record brings."""

    POINTS = "points"
    GROWTH = "growth"
    STORED_PRINCIPAL = "stored_principal"
    STORED_BONUS = "stored_bonus"
    TIER = "tier"
    COUPON = "coupon"
    RELATION = "relation"
    CONSENT = "consent"


class OpeningLot(Part):
    """Value that lives equally long: points or growth as they are, stored value in fen.

    Without `active_from` it can be spent at once, without `expires_at` it never dies.
    """

    amount: Amount
    active_from: Instant | None = None
    expires_at: Instant | None = None


class Opening(Record):
    """What a customer of an older system starts with; a newer version corrects an older one.

    `opening_no` is the older system's own key of it, such as the member's number; records of two
    kinds may share one. A balance has `lines`, one for each life; a tier has `tier` and
    `valid_until`; stored value has the code of its issuer, a legal entity.
    """

    kind_of_record: ClassVar[RecordKind] = RecordKind.OPENING

    opening_no: Key
    kind: OpeningKind
    identifiers: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=20)]
    as_of: Instant
    lines: Annotated[tuple[OpeningLot, ...], Field(max_length=LINES_MAX)] = ()
    issuer: Key | None = None
    tier: Key | None = None
    valid_until: Instant | None = None
    relation: Text | None = None
    guide: Text | None = None
    store: Text | None = None
    purpose: Text | None = None
    policy_version: Text | None = None
    reason: LongText | None = None

    def external_id(self) -> str:
        """Return the older system's key with the kind, as one number may stand for several."""
        return f"{self.opening_no}/{self.kind}"

    def line_count(self) -> int:
        """Return the number of lots, at least one."""
        return max(1, len(self.lines))
