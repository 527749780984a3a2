"""Caps by day and by month: what a rule may still give a member, over all of their orders."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from huitong.loyalty.model import Asset, Programme, RuleShare

DAY_FORMAT = "%Y-%m-%d"
MONTH_FORMAT = "%Y-%m"


class Given:
    """What rules have given members by day and month, kept up to date within a batch."""

    def __init__(self, zone: ZoneInfo) -> None:
        """Start with nothing given; `zone` is the brand's calendar."""
        self._zone = zone
        self._given: defaultdict[tuple[int, str, str], int] = defaultdict(int)
        self._counted: dict[tuple[int, Asset], tuple[int, datetime, tuple[RuleShare, ...]]] = {}

    def put(
        self,
        order_id: int,
        asset: Asset,
        *,
        customer_id: int,
        at: datetime,
        shares: Iterable[RuleShare],
    ) -> None:
        """Count what an order gives now, instead of what it gave before."""
        self.leave_out(order_id, asset)
        self._counted[order_id, asset] = (customer_id, at, tuple(shares))
        self.add(customer_id, at, self._counted[order_id, asset][2])

    def leave_out(self, order_id: int, asset: Asset) -> None:
        """Count an order no more, so that it is not capped by itself."""
        if (order_id, asset) in self._counted:
            customer_id, at, shares = self._counted.pop((order_id, asset))
            self.add(customer_id, at, [one._replace(amount=-one.amount) for one in shares])

    def add(self, customer_id: int, at: datetime, shares: Iterable[RuleShare]) -> None:
        """Count what an order gave."""
        for share in shares:
            for period in self._periods(at):
                self._given[customer_id, share.rule, period] += share.amount

    def cap(
        self, programme: Programme, customer_id: int, at: datetime, shares: Sequence[RuleShare]
    ) -> tuple[RuleShare, ...]:
        """Return the shares cut to what their rules may still give on that day and in its month."""
        caps = {rule.code: rule.caps for rule in programme.rules}
        day, month = self._periods(at)
        capped = []
        for share in shares:
            for name, most, period in (
                ("per_day", caps[share.rule].per_day, day),
                ("per_month", caps[share.rule].per_month, month),
            ):
                if most is None:
                    continue
                room = max(0, most - self._given[customer_id, share.rule, period])
                if share.amount > room:
                    share = share._replace(amount=room, capped_by=name)  # noqa: PLW2901 - narrowed
            capped.append(share)
        return tuple(capped)

    def _periods(self, at: datetime) -> tuple[str, str]:
        local = at.astimezone(self._zone)
        return local.strftime(DAY_FORMAT), local.strftime(MONTH_FORMAT)


def still_given(shares: Iterable[RuleShare], *, earned: int, left: int) -> tuple[RuleShare, ...]:
    """Return what rules still give of an order that earned so much and has so much left.

    What came back frees the caps, in proportion; what is left of a share is rounded up.
    """
    return tuple(
        one._replace(amount=-(-one.amount * left // earned) if earned else 0) for one in shares
    )


def has_caps(programme: Programme) -> bool:
    """Tell whether any rule is capped by day or month."""
    return any(
        rule.caps.per_day is not None or rule.caps.per_month is not None for rule in programme.rules
    )
