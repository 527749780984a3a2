"""What an owner has at an instant, from sums: the same answer that a movement would come to."""

from dataclasses import dataclass
from datetime import datetime

from huitong.ledger.model import Balance


@dataclass(frozen=True, slots=True)
class Sums:
    """An account and the sums of its lots; lots are free of holds that have timed out.

    `active` lots live, `ended` ones lived and are over but not posted, `ended_unborn` ones ended
    before they began, `pending` ones have yet to begin.
    """

    owner: int
    balance: int
    held: int
    debt: int
    floor: int
    owed: int
    active: int
    ended: int
    ended_unborn: int
    pending: int
    held_in_lots: int
    timed_out: int
    timed_out_covered: int
    next_expiry_at: datetime | None
    next_expiry_amount: int


def position(asset: str, sums: Sums) -> Balance:
    """Return the balance as it is once holds time out, debt is settled and lots expire."""
    held = sums.held - sums.timed_out
    uncovered = held - (sums.held_in_lots - sums.timed_out_covered)
    unpaid = sums.debt + sums.owed
    paid = min(unpaid, sums.ended + sums.active)
    paid_owed = max(0, paid - sums.debt)
    paid_active = max(0, paid - sums.ended)
    lapsed = sums.ended + sums.ended_unborn - (paid - paid_active)
    left_unpaid = unpaid - paid
    balance = max(sums.balance - paid_owed - lapsed, held + sums.floor)
    active = sums.active - paid_active
    spendable = max(0, active - left_unpaid - uncovered - sums.floor)
    return Balance(
        owner=sums.owner,
        asset=asset,
        balance=balance,
        held=held,
        pending=sums.pending,
        spendable=spendable,
        debt=left_unpaid,
        next_expiry_at=sums.next_expiry_at if active else None,
        next_expiry_amount=min(sums.next_expiry_amount, active),
    )
