"""What can be asked of the ledger: ten movements, and the operation that carries them.

The names of classes and fields are part of the stored request hashes, which are kept for more than
a year: a new field needs a default, and an old one is never renamed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

AMOUNT_MAX = 10**15
KEY_LENGTH_MAX = 200
DEBT_PREFIX = "debt:"

ExpiredLots: TypeAlias = Literal["keep", "grace"]


def debt_of(asset: str) -> str:
    """Return the asset in which an owner owes what the floor of `asset` does not allow."""
    return DEBT_PREFIX + asset


@dataclass(frozen=True, slots=True)
class Grant:
    """Gives value as a new lot; without `activates_at` it is pending until an `Activate`."""

    asset: str
    amount: int
    activates_at: datetime | None
    expires_at: datetime | None
    funding: str = "brand"
    bearer_entity_id: int | None = None
    label: str = ""
    unit_cost_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Activate:
    """Fixes the life of the lots granted for a source that are still pending.

    Without `activates_at` it is not known any more when they will live.
    """

    asset: str
    source_id: int
    activates_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Spend:
    """Uses value of active lots, soonest-expiring first."""

    asset: str
    amount: int


@dataclass(frozen=True, slots=True)
class ClawBack:
    """Takes back what was granted for a source, wherever it is now.

    First from the lots granted for it (pending too), then from other active lots, then below zero
    as far as the floor allows, then as debt. Never more than was granted for the source.
    """

    asset: str
    amount: int
    source_id: int


@dataclass(frozen=True, slots=True)
class Restore:
    """Gives spent value of an earlier operation back into the very lots, last used first.

    What expired meanwhile stays expired ("keep"), or lives on for `grace_days` ("grace").
    """

    asset: str
    amount: int
    operation_key: str
    expired: ExpiredLots = "keep"
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class Reverse:
    """Undoes a whole operation, once; `force` does so even when the owner moved the value on."""

    operation_key: str
    force: bool = False


@dataclass(frozen=True, slots=True)
class Expire:
    """Posts what is past its life; every spend and hold does the same by itself."""

    asset: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Reserves value; it counts as unavailable at once and lets go by itself at `expires_at`."""

    asset: str
    amount: int
    hold_key: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """Spends a hold, whole or in part, and releases the rest."""

    hold_key: str
    amount: int


@dataclass(frozen=True, slots=True)
class Release:
    """Lets go of a hold."""

    hold_key: str


Movement: TypeAlias = (
    Grant | Activate | Spend | ClawBack | Restore | Reverse | Expire | Hold | Capture | Release
)


@dataclass(frozen=True, slots=True)
class Operation:
    """Movements of one owner that happen together or not at all, once for each key.

    `actor` and `reason` are notes: they can be erased, and a repeat with other notes is the same
    request. Dates in the movements must come from the facts, never from the clock of the caller:
    a repeat that names another instant is another request.
    """

    key: str
    kind: str
    owner: int
    movements: tuple[Movement, ...]
    occurred_at: datetime
    actor: str = ""
    reason: str = ""
    source_kind: str = ""
    source_id: int | None = None
