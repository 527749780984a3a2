"""What segments tell the domains above: who came into a segment and who left it, day by day."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SegmentEntered:
    """Customers were not in the segment on the day before that was kept, and are on this one."""

    brand_id: int
    segment: str
    taken_on: date
    customer_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SegmentLeft:
    """Customers were in the segment on the day before that was kept, and are not on this one.

    Who was merged away or erased is not told of.
    """

    brand_id: int
    segment: str
    taken_on: date
    customer_ids: tuple[int, ...]
