"""Every way in which the ledger says no."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from huitong.platform.errors import DomainError, Kind


@dataclass(eq=False)
class InvalidOperation(DomainError):
    """The operation is not well formed."""

    code: ClassVar[str] = "ledger.invalid_operation"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "{problem}"
    problem: str


@dataclass(eq=False)
class KeyConflict(DomainError):
    """The key belongs to another request."""

    code: ClassVar[str] = "ledger.key_conflict"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The key “{key}” was already used for a request with another content;"
        " repeat that one exactly, or take a new key."
    )
    key: str


@dataclass(eq=False)
class Insufficient(DomainError):
    """The owner cannot spend or hold that much."""

    code: ClassVar[str] = "ledger.insufficient"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "{asked} of {asset} were asked for, and {spendable} can be spent."
    asset: str
    asked: int
    spendable: int


@dataclass(eq=False)
class NothingGranted(DomainError):
    """No lot was granted for the source."""

    code: ClassVar[str] = "ledger.nothing_granted"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "No {asset} were granted to this owner for the source {source_id}."
    asset: str
    source_id: int


@dataclass(eq=False)
class ClawBackExceedsGrant(DomainError):
    """More would be taken back than was granted."""

    code: ClassVar[str] = "ledger.claw_back_exceeds_grant"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "{asked} of {asset} were to be taken back for the source {source_id},"
        " of whose grants only {left} are left to take."
    )
    asset: str
    source_id: int
    asked: int
    left: int


@dataclass(eq=False)
class OperationUnknown(DomainError):
    """There is no operation with that key."""

    code: ClassVar[str] = "ledger.operation_unknown"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "This owner has no operation with the key “{operation_key}”."
    operation_key: str


@dataclass(eq=False)
class NothingToRestore(DomainError):
    """Nothing that the operation spent is left to be given back."""

    code: ClassVar[str] = "ledger.nothing_to_restore"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The operation “{operation_key}” spent no {asset} that is not given back already."
    )
    asset: str
    operation_key: str


@dataclass(eq=False)
class RestoreExceedsUse(DomainError):
    """More would be given back than was spent."""

    code: ClassVar[str] = "ledger.restore_exceeds_use"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "{asked} of {asset} were to be given back, and {left} of what the operation"
        " “{operation_key}” spent are left to give."
    )
    asset: str
    operation_key: str
    asked: int
    left: int


@dataclass(eq=False)
class AlreadyReversed(DomainError):
    """The operation was reversed before."""

    code: ClassVar[str] = "ledger.already_reversed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "The operation “{operation_key}” was already reversed."
    operation_key: str


@dataclass(eq=False)
class NotReversible(DomainError):
    """The operation did something that has its own way back."""

    code: ClassVar[str] = "ledger.not_reversible"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The operation “{operation_key}” cannot be reversed: only grants, spends, captures and"
        " claw-backs can; a hold is released instead."
    )
    operation_key: str


@dataclass(eq=False)
class MovedOn(DomainError):
    """The owner has used what the operation gave."""

    code: ClassVar[str] = "ledger.moved_on"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Of the {granted} {asset} that “{operation_key}” granted only {left} are still there;"
        " force the reversal to take the rest from elsewhere or as debt."
    )
    asset: str
    operation_key: str
    granted: int
    left: int


@dataclass(eq=False)
class HoldExists(DomainError):
    """The key of the hold is taken."""

    code: ClassVar[str] = "ledger.hold_exists"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The hold “{hold_key}” exists and is of {amount}; take another key for another hold."
    )
    hold_key: str
    amount: int


@dataclass(eq=False)
class UnknownHold(DomainError):
    """There is no such hold."""

    code: ClassVar[str] = "ledger.unknown_hold"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "This owner has no hold “{hold_key}”."
    hold_key: str


@dataclass(eq=False)
class HoldExpired(DomainError):
    """The hold has timed out."""

    code: ClassVar[str] = "ledger.hold_expired"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "The hold “{hold_key}” timed out at {expired_at}."
    hold_key: str
    expired_at: str

    @classmethod
    def at(cls, hold_key: str, expired_at: datetime | None) -> "HoldExpired":
        """Return the refusal with the instant as text."""
        return cls(hold_key=hold_key, expired_at=expired_at.isoformat() if expired_at else "")


@dataclass(eq=False)
class HoldCaptured(DomainError):
    """The hold was captured before."""

    code: ClassVar[str] = "ledger.hold_already_captured"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "The hold “{hold_key}” was already captured with {captured}."
    hold_key: str
    captured: int


@dataclass(eq=False)
class HoldReleased(DomainError):
    """The hold was released before."""

    code: ClassVar[str] = "ledger.hold_already_released"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "The hold “{hold_key}” was already released."
    hold_key: str


@dataclass(eq=False)
class HoldExceeded(DomainError):
    """More would be captured than is held."""

    code: ClassVar[str] = "ledger.capture_exceeds_hold"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "The hold “{hold_key}” is of {held}, and {asked} were to be captured."
    hold_key: str
    held: int
    asked: int


@dataclass(eq=False)
class AccountMerged(DomainError):
    """The owner was merged into another."""

    code: ClassVar[str] = "ledger.account_merged"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "The value of this owner was moved to the owner {target_owner}."
    target_owner: int


@dataclass(eq=False)
class CannotMove(DomainError):
    """The merge cannot be done or undone as asked."""

    code: ClassVar[str] = "ledger.cannot_move"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "{problem}"
    problem: str


@dataclass(eq=False)
class FloorTooHigh(DomainError):
    """The account is already below the wanted floor."""

    code: ClassVar[str] = "ledger.floor_too_high"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The account of {asset} stands at {available} and cannot take {floor} as its floor."
    )
    asset: str
    floor: int
    available: int
