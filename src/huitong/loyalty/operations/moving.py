"""Moves grants and tiers between customers when persons merge or split."""

from collections.abc import Sequence
from datetime import datetime

from huitong import ledger
from huitong.loyalty import queries, tables
from huitong.loyalty.model import Asset
from huitong.loyalty.rules import tiers
from huitong.platform.db import Tx
from huitong.platform.ids import bucket_of


def reassign(tx: Tx, *, source: int, target: int, brand_id: int, now: datetime) -> None:
    """Give the source's grants and redemptions to the target and recompute the target's tier.

    The tier follows the growth value in the ledger, which is moved before; tiers are never added.
    """
    params = {"group_id": tx.scope.group_id, "source": source, "target": target}
    tx.execute(tables.REASSIGN_POSITIONS, params)
    tx.execute(tables.REASSIGN_REDEMPTIONS, params)
    recompute_tiers(tx, [target], brand_id=brand_id, now=now)


def give_back(
    tx: Tx,
    *,
    source: int,
    target: int,
    order_ids: Sequence[int],
    brand_id: int,
    now: datetime,
) -> None:
    """Let grants follow the orders that went back to the source, and recompute both tiers."""
    params = {
        "group_id": tx.scope.group_id,
        "source": target,
        "target": source,
        "order_ids": list(order_ids),
    }
    tx.execute(tables.FOLLOW_ORDERS, params)
    recompute_tiers(tx, [source, target], brand_id=brand_id, now=now)


def recompute_tiers(tx: Tx, customer_ids: Sequence[int], *, brand_id: int, now: datetime) -> None:
    """Set tiers from the growth values that the ledger holds now, whatever they were before."""
    version = queries.programme_or_none(tx, brand_id=brand_id, at=now)
    if version is None:
        return
    asset = Asset.GROWTH.of_brand(brand_id)
    growth = {
        one.owner: one.balance for one in ledger.balances(tx, customer_ids, asset=asset, now=now)
    }
    standings = queries.standings_of(tx, customer_ids)
    rows = []
    for customer_id in customer_ids:
        tier = tiers.reached(version.programme, growth.get(customer_id, 0))
        before = standings.get(customer_id)
        if before is None or before.tier != tier.code:
            rows.append((bucket_of(customer_id), customer_id, brand_id, tier.code, now, now))
    tx.write(tables.UPSERT_STANDINGS, tables.STANDING, rows)


def erase(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Forget nothing more: grants, tiers and redemptions hold ids and amounts, no person.

    Returns how many positions were looked at, so that the receipt can say so.
    """
    found = tx.row(
        tables.COUNT_POSITIONS,
        {"group_id": tx.scope.group_id, "customer_ids": list(customer_ids)},
    )
    assert found is not None, "A count always answers."
    return int(found[0])
