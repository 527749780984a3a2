"""When value becomes active and when it dies, in the brand's own calendar."""

import calendar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from huitong.loyalty.model import Expiry, ExpiryRounding, Programme, ReturnWindow
from huitong.orders.model import Snapshot

MONTHS_IN_YEAR = 12


def window_of(programme: Programme, order: Snapshot, platform: str) -> ReturnWindow:
    """Return the first return window that fits the order; the last one fits every order."""
    return next(
        window
        for window in programme.return_windows
        if window.platform in {None, platform} and window.order_kind in {None, order.kind}
    )


def activates_at(order: Snapshot, window: ReturnWindow) -> datetime | None:
    """Return when the order's value becomes active; None while that cannot be known.

    The clock starts at completion (at payment for a till) and stands still in an open dispute.
    """
    if order.disputed:
        return None
    start = order.completed_at
    if start is None and window.from_payment:
        start = order.paid_at or order.ordered_at
    return start + timedelta(days=window.days) if start and window.days else start


def expires_at(active_from: datetime, expiry: Expiry | None, zone: ZoneInfo) -> datetime | None:
    """Return the instant from which value is dead: the midnight after its last day; None for never.

    One month from 25 January ends with 25 February; from 31 January with the last day of February.
    """
    if expiry is None:
        return None
    local = active_from.astimezone(zone)
    year, month = divmod(local.year * MONTHS_IN_YEAR + local.month - 1 + expiry.months,
                         MONTHS_IN_YEAR)  # fmt: skip
    last = calendar.monthrange(year, month + 1)[1]
    day = last if expiry.rounding is ExpiryRounding.MONTH_END else min(local.day, last)
    midnight = datetime(year, month + 1, day, tzinfo=zone) + timedelta(days=1)
    return midnight.astimezone(active_from.tzinfo)


def last_day(dead_from: datetime | None, zone: ZoneInfo) -> date | None:
    """Return the last day in a zone on which value can be used; None for what never dies."""
    return None if dead_from is None else (dead_from - timedelta.resolution).astimezone(zone).date()
