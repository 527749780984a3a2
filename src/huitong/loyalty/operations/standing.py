"""Moves tiers after growth value moved, and keeps the history of every change."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from huitong.loyalty import queries, tables
from huitong.loyalty.queries.openings import tiers_brought
from huitong.loyalty.rules import tiers
from huitong.platform.db import Tx
from huitong.platform.ids import bucket_of


class Grown(NamedTuple):
    """A member's growth value after a page, and what moved it last: which order, and when."""

    growth: int
    brand_id: int
    order_id: int
    at: datetime


def move(tx: Tx, grown: Mapping[int, Grown], *, now: datetime) -> None:
    """Put members, by their ids, into the tier that their growth value reaches now."""
    if not grown:
        return
    brand_id = next(iter(grown.values())).brand_id
    programme = queries.programme_at(tx, brand_id=brand_id, at=now).programme
    standings = queries.standings_of(tx, sorted(grown))
    brought = tiers_brought(tx, sorted(grown), at=now)
    standing_rows, change_rows = [], []
    for customer_id, (growth, _, order_id, since) in grown.items():
        before = standings.get(customer_id)
        earned = tiers.after(programme, before, growth)
        tier = tiers.at_least(programme, earned, brought.get(customer_id, ()))
        if before is not None and tier.code == before.tier:
            continue
        bucket = bucket_of(customer_id)
        standing_rows.append((bucket, customer_id, brand_id, tier.code, since, now))
        held = before.tier if before else None
        facts = (customer_id, brand_id, held, tier.code, growth, order_id, since, now)
        change_rows.append((bucket, facts))
    tx.write(tables.UPSERT_STANDINGS, tables.STANDING, standing_rows)
    ids = tx.new_ids([bucket for bucket, _ in change_rows])
    rows = [
        (bucket, new_id, *facts) for new_id, (bucket, facts) in zip(ids, change_rows, strict=True)
    ]
    tx.write(tables.INSERT_TIER_CHANGES, tables.TIER_CHANGE, rows)
