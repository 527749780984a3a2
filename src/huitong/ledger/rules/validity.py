"""Whether an operation is well formed, before anything is looked up for it."""

from huitong.ledger.model import (
    AMOUNT_MAX,
    DEBT_PREFIX,
    KEY_LENGTH_MAX,
    Activate,
    Capture,
    Expire,
    Grant,
    Hold,
    Movement,
    Operation,
    Release,
    Restore,
    Reverse,
)

MOVEMENTS_MAX = 100
GRACE_DAYS_MAX = 3_660


def problem_with(operation: Operation) -> str | None:
    """Return what is wrong with the operation as a sentence, or None when it is well formed."""
    movements = operation.movements
    if not 0 < len(operation.key) <= KEY_LENGTH_MAX:
        return f"The key of an operation has 1 to {KEY_LENGTH_MAX} characters."
    if not operation.kind:
        return "An operation says of which kind it is."
    if operation.occurred_at.tzinfo is None:
        return "The instant at which an operation occurred has a zone."
    if not 0 < len(movements) <= MOVEMENTS_MAX:
        return f"An operation has 1 to {MOVEMENTS_MAX} movements."
    problems = map(_problem_with_movement, movements)
    found = next(filter(None, problems), None)
    if found is None and len(movements) > 1 and Reverse in map(type, movements):
        return "A reversal stands alone in its operation."
    return found


def _problem_with_movement(movement: Movement) -> str | None:
    """Ask what can be wrong of what the movement has."""
    problem = None
    if not isinstance(movement, Capture | Release | Reverse):
        problem = _problem_with_asset(movement.asset)
    if not isinstance(movement, Activate | Expire | Release | Reverse):
        least = 0 if isinstance(movement, Capture) else 1
        problem = problem or _problem_with_amount(movement.amount, least)
    if isinstance(movement, Grant | Activate):
        return problem or _problem_with_life(movement)
    if isinstance(movement, Hold | Capture | Release):
        return problem or _problem_with_hold_key(movement.hold_key)
    if isinstance(movement, Restore):
        return problem or _problem_with_grace(movement)
    return problem


def _problem_with_asset(asset: str) -> str | None:
    if not asset or asset.startswith(DEBT_PREFIX):
        return f"“{asset}” is no asset that can be moved; debts move by themselves."
    return None


def _problem_with_amount(amount: int, least: int) -> str | None:
    if not least <= amount <= AMOUNT_MAX:
        return f"An amount is a whole number from {least} to {AMOUNT_MAX}."
    return None


def _problem_with_hold_key(key: str) -> str | None:
    if not 0 < len(key) <= KEY_LENGTH_MAX:
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
