"""What operations leave behind and what queries show of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Side(StrEnum):
    """The brand's side of an entry: why value came or went."""

    GRANTED = "granted"
    SPENT = "spent"
    RECALLED = "recalled"
    EXPIRED = "expired"
    RESTORED = "restored"
    REVERSED = "reversed"
    SETTLED = "settled"
    MOVED = "moved"


class UseKind(StrEnum):
    """Why an operation took from a lot, or gave back to it."""

    SPEND = "spend"
    CAPTURE = "capture"
    CLAW = "claw"
    EXPIRE = "expire"
    SETTLE = "settle"
    RESTORE = "restore"
    UNDO = "undo"
    MOVE = "move"
    CARRY = "carry"


class HoldState(StrEnum):
    """How far a hold has come."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"
    MOVED = "moved"


class Line(NamedTuple):
    """One entry of an operation: what an account of the owner gained or lost, and has after it."""

    asset: str
    amount: int
    balance_after: int
    side: Side


@dataclass(frozen=True, slots=True)
class Posted:
    """What an operation did; `replayed` when an earlier call had done it and this one did not."""

    operation_id: int
    key: str
    replayed: bool
    lines: tuple[Line, ...]
    lots: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """What an owner has of an asset at an instant, lazily expired lots and holds left out.

    `balance` counts every lot, `pending` those not active yet; `spendable` is what a spend would
    be allowed; `debt` is what the next active lots settle first.
    """

    owner: int
    asset: str
    balance: int = 0
    held: int = 0
    pending: int = 0
    spendable: int = 0
    debt: int = 0
    next_expiry_at: datetime | None = None
    next_expiry_amount: int = 0


@dataclass(frozen=True, slots=True)
class Lot:
    """One grant and what is left of it."""

    id: int
    asset: str
    amount: int
    remaining: int
    held: int
    clawed: int
    expired: int
    granted_at: datetime
    activates_at: datetime | None
    expires_at: datetime | None
    funding: str
    bearer_entity_id: int | None
    unit_cost_minor: int | None
    source_kind: str
    source_id: int | None
    label: str
    parent_lot_id: int | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of an account's statement, with the operation it belongs to."""

    version: int
    amount: int
    balance_after: int
    side: Side
    operation_id: int
    operation_kind: str
    occurred_at: datetime
    recorded_at: datetime
    source_kind: str
    source_id: int | None
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """An operation of an owner as others refer to it: what it moved, and what has reversed it."""

    owner: int
    id: int
    key: str
    kind: str
    source_kind: str
    occurred_at: datetime
    amount: int
    reversed_by_id: int | None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Entries, newest first, and the cursor of the next page (None on the last)."""

    entries: tuple[HistoryEntry, ...]
    next_cursor: int | None


@dataclass(frozen=True, slots=True)
class Expired:
    """How far a step of the expiry came; `done` when nothing else is due."""

    owners: int
    seen: int
    done: bool


@dataclass(frozen=True, slots=True)
class SplitBack:
    """A merge of owners that is to be undone under a key of its own.

    `let_go` are keys of the target's holds that end with it, where they were made since the merge.
    """

    source: int
    target: int
    merge_key: str
    key: str
    let_go: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Moved:
    """What a merge or a split of owners moved, by asset."""

    key: str
    amounts: tuple[tuple[str, int], ...]
    replayed: bool


class Invariant(StrEnum):
    """The numbered promises of docs/concepts/invariants.md that the ledger can check."""

    I1 = "I1"
    I2 = "I2"
    I3 = "I3"
    I4 = "I4"
    I5 = "I5"
    I6 = "I6"
    I7 = "I7"
    I8 = "I8"
    I9 = "I9"
    I10 = "I10"
    I11 = "I11"
    I14 = "I14"


@dataclass(frozen=True, slots=True)
class Breach:
    """One row that breaks a promise: which promise, which row, and the figures that disagree."""

    invariant: Invariant
    subject: str
    subject_id: int
    found: str
