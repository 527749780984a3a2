"""Posts what is past its life, for many owners at a time, and stops wherever it is told to."""

from collections import defaultdict
from datetime import datetime

from huitong.ledger.model import Expire, Expired, Operation
from huitong.ledger.operations.posting import post
from huitong.ledger.tables import loads
from huitong.platform.db import Tx
from huitong.platform.errors import Refused
from huitong.platform.ids import bucket_of

EXPIRY = "expiry"


def expire_due(tx: Tx, *, now: datetime, limit: int) -> Expired:
    """Expire what is due, up to `limit` lots and holds, with one operation for each owner.

    Each call is one step of a run: call it in a transaction of its own with the same `now` until
    it answers `done`. What is posted is not due any more, so a run that was cut off goes on where
    it stopped, and a repeat changes nothing.
    """
    rows = tx.rows(loads.FIND_DUE, {"group_id": tx.scope.group_id, "now": now, "limit": limit})
    assets: dict[int, list[str]] = defaultdict(list)
    for owner, asset, _ in rows:
        assets[owner].append(asset)
    owners = sorted(assets)
    # Being due is the key: a number is enough to tell one posting from the next.
    numbers = tx.new_ids([bucket_of(owner) for owner in owners])
    operations = [
        Operation(
            key=f"{EXPIRY}:{number}",
            kind=EXPIRY,
            owner=owner,
            movements=tuple(Expire(asset) for asset in sorted(assets[owner])),
            occurred_at=now,
        )
        for number, owner in zip(numbers, owners, strict=True)
    ]
    refused = [result for result in post(tx, operations, now=now) if isinstance(result, Refused)]
    assert not refused, "What is due can always be expired."
    seen = sum(count for _, _, count in rows)
    return Expired(owners=len(owners), seen=seen, done=seen < limit)
