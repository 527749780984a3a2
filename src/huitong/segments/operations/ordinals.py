"""Giving customers their ordinals, and taking the merged and erased out of the living."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of
from huitong.segments.queries.ordinals import ordinals_of
from huitong.segments.tables import ordinals as tables


def allot(tx: Tx, customer_ids: Sequence[int], *, brand_id: int) -> dict[int, int]:
    """Return the ordinal of each customer, new ones in the order of the batch.

    An ordinal is given once and never to anybody else. Customers who are near each other in the
    batch lie near each other in every bitmap.
    """
    constants = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    known = ordinals_of(tx, customer_ids)
    unknown = [each for each in dict.fromkeys(customer_ids) if each not in known]
    if not unknown:
        return known
    tx.execute(tables.OPEN_NUMBERING, constants)
    locked = tx.row(tables.LOCK_NUMBERING, constants)
    assert locked is not None, "The numbering was opened above."
    # Another refresh may have numbered some of them while this one waited for the lock.
    known |= ordinals_of(tx, unknown)
    fresh = [each for each in unknown if each not in known]
    rows = [(bucket_of(each), each, place) for place, each in enumerate(fresh)]
    tx.write(tables.ALLOT, tables.CUSTOMER, rows, {"next": locked[0], **constants})
    tx.execute(tables.ADVANCE, {"next": locked[0] + len(fresh), **constants})
    return known | {each: locked[0] + place for place, each in enumerate(fresh)}


def retire(tx: Tx, customer_ids: Sequence[int], *, now: datetime) -> int:
    """Take merged or erased customers out of every count; return how many that were.

    Readers that open from now on do without them, before the next version is published.
    """
    return tx.execute(tables.MARK_RETIRED, {"now": now, **_wanted(tx, customer_ids)})


def revive(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Count customers again whose merge was undone; return how many that were."""
    return tx.execute(tables.MARK_REVIVED, _wanted(tx, customer_ids))


def _wanted(tx: Tx, customer_ids: Sequence[int]) -> Mapping[str, object]:
    ids = sorted(set(customer_ids))
    return {
        "group_id": tx.scope.group_id,
        "buckets": array([bucket_of(each) for each in ids]),
        "customer_ids": array(ids),
    }
