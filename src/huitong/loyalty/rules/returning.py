"""What a return takes back of a grant: never more than was granted, nothing left of a full one."""

from huitong.loyalty.model import Asset, ClawBackPolicy
from huitong.loyalty.rules.earning import Earned, Terms, earned
from huitong.orders.model import Snapshot


def clawed_for(order: Snapshot, terms: Terms, asset: Asset, *, full: Earned, granted: int) -> int:
    """Return how much of `granted` what has come back of the order takes, in all so far.

    Earning rounds down, so taking back rounds up: a buyer cannot gain by returning in pieces
    (Youzan's rule: 100.00 earns 10, a refund of 22.00 takes 3).
    """
    if not full.returned_minor or not granted:
        return 0
    if full.returned_minor >= full.earning_minor:
        return granted
    if terms.programme.claw_back is ClawBackPolicy.BY_LINE:
        kept = earned(order, terms, asset, net=True).amount
        return granted - min(granted, kept)
    return -(-granted * full.returned_minor // full.earning_minor)


def restored_for(spent: int, *, value_minor: int, returned_minor: int) -> int:
    """Return how many of the points spent on an order come back with what was returned of it.

    In proportion to the value, rounded down until all of it is back.
    """
    if returned_minor >= value_minor:
        return spent
    return spent * returned_minor // value_minor if value_minor else 0
