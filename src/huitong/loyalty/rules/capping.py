"""Caps by day and by month: what a rule may still give a member, over all of their orders."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from huitong.loyalty.model import Programme, RuleShare

DAY_FORMAT = "%Y-%m-%d"
MONTH_FORMAT = "%Y-%m"


class Given:
    """What rules have given members by day and month, kept up to date within a batch."""

    def __init__(self, zone: ZoneInfo) -> None:
        """Start with nothing given; `zone` is the brand's calendar."""
        self._zone = zone
        self._given: defaultdict[tuple[int, str, str], int] = defaultdict(int)

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


def has_caps(programme: Programme) -> bool:
    """Tell whether any rule is capped by day or month."""
    return any(
        rule.caps.per_day is not None or rule.caps.per_month is not None for rule in programme.rules
    )
