"""Moves tiers after growth value moved, and keeps the history of every change."""

from collections.abc import Mapping
from datetime import datetime

from huitong.loyalty import queries, tables
from huitong.loyalty.rules import tiers
from huitong.orders.model import Snapshot
from huitong.platform.db import Tx
from huitong.platform.ids import bucket_of


def move(tx: Tx, grown: Mapping[int, tuple[int, Snapshot]], *, now: datetime) -> None:
    """Put members into the tier that their growth value reaches now.

    `grown` holds by customer the growth value after the page and the order that moved it last.
    """
    if not grown:
        return
    brand_id = next(iter(grown.values()))[1].brand_id
    programme = queries.programme_at(tx, brand_id=brand_id, at=now).programme
    standings = queries.standings_of(tx, sorted(grown))
    standing_rows, change_rows = [], []
    for customer_id, (growth, order) in grown.items():
        before = standings.get(customer_id)
        tier = tiers.after(programme, before, growth)
        if before is not None and tier.code == before.tier:
            continue
        bucket = bucket_of(customer_id)
        since = order.ordered_at
        standing_rows.append((bucket, customer_id, brand_id, tier.code, since, now))
        held = before.tier if before else None
        facts = (customer_id, brand_id, held, tier.code, growth, order.order_id, since, now)
        change_rows.append((bucket, facts))
    tx.write(tables.UPSERT_STANDINGS, tables.STANDING, standing_rows)
    ids = tx.new_ids([bucket for bucket, _ in change_rows])
    rows = [
        (bucket, new_id, *facts) for new_id, (bucket, facts) in zip(ids, change_rows, strict=True)
    ]
    tx.write(tables.INSERT_TIER_CHANGES, tables.TIER_CHANGE, rows)
