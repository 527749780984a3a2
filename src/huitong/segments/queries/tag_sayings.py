"""Reads what people said of customers by hand or by a file, as it stands and as it was."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from huitong.platform.db import ReadTx, array
from huitong.segments.tables.tag_sayings import SAYINGS_OF

SAYINGS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Saying:
    """A value of a tag that somebody said of a customer, and what became of it."""

    id: int
    customer_id: int
    tag: str
    value: str
    source: str
    given_by: str
    valid_from: date
    valid_until: date | None
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None

    def stands(self, today: date) -> bool:
        """Tell whether it holds on a day."""
        ends = self.valid_until
        return self.withdrawn_at is None and (ends is None or ends > today)


def sayings_of(
    tx: ReadTx, customer_ids: Sequence[int], *, brand_id: int
) -> Mapping[int, Sequence[Saying]]:
    """Return what was ever said of customers, the latest first; the latest `SAYINGS_MAX` of all."""
    params = {
        "group_id": tx.scope.group_id,
        "customer_ids": array(customer_ids),
        "brand_id": brand_id,
        "limit": SAYINGS_MAX,
    }
    found: defaultdict[int, list[Saying]] = defaultdict(list)
    for one in tx.all(Saying, SAYINGS_OF, params):
        found[one.customer_id].append(one)
    return found
