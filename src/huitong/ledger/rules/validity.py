"""Whether an operation is well formed, before anything is looked up for it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from huitong.ledger.model import (
    AMOUNT_MAX,
    DEBT_PREFIX,
    KEY_LENGTH_MAX,
    Activate,
    Capture,
    ClawBack,
    Expire,
    Grant,
    Hold,
    Operation,
    Release,
    Restore,
    Reverse,
    Spend,
)

_OfAsset: TypeAlias = Grant | Activate | Spend | ClawBack | Restore | Expire | Hold
_OfAmount: TypeAlias = Grant | Spend | ClawBack | Restore | Hold

MOVEMENTS_MAX = 100
GRACE_DAYS_MAX = 3_660


def problem_with(operation: Operation) -> str | None:
    """Return what is wrong with the operation as a sentence, or None when it is well formed."""
    movements = operation.movements
    problem = _problem_with_texts(operation)
    if problem is not None:
        return problem
    if operation.occurred_at.tzinfo is None:
        return "The instant at which an operation occurred has a zone."
    if not 0 < len(movements) <= MOVEMENTS_MAX:
        return f"An operation has 1 to {MOVEMENTS_MAX} movements."
    if len(movements) > 1 and Reverse in map(type, movements):
        return "A reversal stands alone in its operation."
    problems = (check(movement) for movement in movements for check in _CHECKS[type(movement)])
    return next(filter(None, problems), None)


def _problem_with_texts(operation: Operation) -> str | None:
    if not 0 < len(operation.key) <= KEY_LENGTH_MAX:
        return f"The key of an operation has 1 to {KEY_LENGTH_MAX} characters."
    if not operation.kind:
        return "An operation says of which kind it is."
    if "\0" in f"{operation.key}{operation.kind}{operation.actor}{operation.reason}":
        return "The texts of an operation have no zero bytes."
    return None


def _problem_with_asset(movement: _OfAsset) -> str | None:
    asset = movement.asset
    if not asset or asset.startswith(DEBT_PREFIX):
        return f"“{asset}” is no asset that can be moved; debts move by themselves."
    return None


def _problem_with_amount(movement: _OfAmount) -> str | None:
    if not 0 < movement.amount <= AMOUNT_MAX:
        return f"An amount is a whole number from 1 to {AMOUNT_MAX}."
    return None


def _problem_with_captured(movement: Capture) -> str | None:
    if not 0 <= movement.amount <= AMOUNT_MAX:
        return f"The amount of a capture is a whole number from 0 to {AMOUNT_MAX}."
    return None


def _problem_with_hold_key(movement: Hold | Capture | Release) -> str | None:
    if not 0 < len(movement.hold_key) <= KEY_LENGTH_MAX:
        return f"The key of a hold has 1 to {KEY_LENGTH_MAX} characters."
    return None


def _problem_with_grace(movement: Restore) -> str | None:
    if movement.expired == "grace" and not 0 < movement.grace_days <= GRACE_DAYS_MAX:
        return f"A grace lot lives 1 to {GRACE_DAYS_MAX} days."
    return None


def _problem_with_life(movement: Grant | Activate) -> str | None:
    begins, ends = movement.activates_at, movement.expires_at
    if (begins is not None and begins.tzinfo is None) or (ends is not None and ends.tzinfo is None):
        return "The instants of a lot's life have a zone."
    if begins is not None and ends is not None and ends <= begins:
        return "A lot expires after it becomes active."
    return None


# What can be wrong with each kind of movement. Each check takes its own kinds, which a mapping by
# type cannot say.
_CHECKS: Mapping[type, tuple[Callable[[Any], str | None], ...]] = {
    Grant: (_problem_with_asset, _problem_with_amount, _problem_with_life),
    Activate: (_problem_with_asset, _problem_with_life),
    Spend: (_problem_with_asset, _problem_with_amount),
    ClawBack: (_problem_with_asset, _problem_with_amount),
    Restore: (_problem_with_asset, _problem_with_amount, _problem_with_grace),
    Reverse: (),
    Expire: (_problem_with_asset,),
    Hold: (_problem_with_asset, _problem_with_amount, _problem_with_hold_key),
    Capture: (_problem_with_captured, _problem_with_hold_key),
    Release: (_problem_with_hold_key,),
}
