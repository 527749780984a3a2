"""How discounts fall on lines, to the fen: shares by weight, tables by margin, and the rest."""

from collections.abc import Sequence

from huitong.channels.connectors.payload import Reader
from huitong.channels.model import Allocation, Bearer, Line

# What a platform took off without saying why is the seller's own until somebody says otherwise.
UNEXPLAINED = "unexplained"
# Begins the kind of a discount on the whole order, so that it is told from one on an item.
ORDER_WIDE = "order:"


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights so that the shares add up; odd fen go to the largest fractions."""
    total = sum(weights)
    if total == 0:
        return shares(amount, [1] * len(weights))
    parts = [amount * weight // total for weight in weights]
    by_fraction = sorted(
        range(len(weights)), key=lambda place: (-(amount * weights[place] % total), place)
    )
    for place in by_fraction[: amount - sum(parts)]:
        parts[place] += 1
    return parts


def spread(rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """Fill a table in proportion so that every row and every column adds up exactly."""
    assert sum(rows) == sum(columns), "A table has one total, by rows and by columns."
    left = list(columns)
    table = []
    for row in rows:
        cells = shares(row, left) if row else [0] * len(left)
        left = [column - cell for column, cell in zip(left, cells, strict=True)]
        table.append(cells)
    return table


def explained(
    line: Reader, allocations: Sequence[Allocation], *, list_minor: int, paid_minor: int
) -> tuple[Allocation, ...]:
    """Return the allocations of a paid line with the rest of its discount named as unexplained.

    :raises UnreadablePayload: the allocations take off more than stands between list and paid.
    """
    rest = list_minor - paid_minor - sum(one.amount_minor for one in allocations)
    if rest < 0:
        problem = f"the line's discounts and payment exceed its list price by {-rest} fen"
        raise line.unreadable(at="line", problem=problem)
    unnamed = Allocation(kind=UNEXPLAINED, bearer=Bearer.BRAND, amount_minor=rest)
    return tuple(one for one in (*allocations, unnamed) if one.amount_minor)


def discount_of(lines: Sequence[Line]) -> int:
    """Return the fen that all allocations of all lines take off together."""
    return sum(one.amount_minor for line in lines for one in line.allocations)


def list_of(lines: Sequence[Line]) -> int:
    """Return the fen of all lines at list price."""
    return sum(line.list_minor for line in lines)
