"""Whole amounts split into whole shares that add up again."""

from collections.abc import Sequence


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Return shares of `total` in proportion to `weights` that sum to it exactly.

    Each share is rounded to the nearest whole, halves towards zero. What is missing then goes one
    by one to the first that were rounded down, what is too much comes off the last that were
    rounded up; no share is ever a whole unit away from its exact value. A weight of 0 gets nothing.

    The rule is Sylius's (300 over 4300, 1400 and 2300 is 162, 52 and 86), with a stated end for
    the case where rounding gives too much.

    :raises ValueError: when no weight is above 0, or one is below.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        message = "Weights must be 0 or more, and one of them above 0."
        raise ValueError(message)
    amount = abs(total)
    shares = [-(-(2 * amount * weight - whole) // (2 * whole)) for weight in weights]
    missing = amount - sum(shares)
    if missing > 0:
        down = [at for at, weight in enumerate(weights) if shares[at] * whole < amount * weight]
        for place in down[:missing]:
            shares[place] += 1
    elif missing < 0:
        up = [at for at, weight in enumerate(weights) if shares[at] * whole > amount * weight]
        for place in up[missing:]:
            shares[place] -= 1
    assert sum(shares) == amount, "Shares sum to what was split."
    return shares if total >= 0 else [-share for share in shares]
