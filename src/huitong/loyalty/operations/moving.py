"""Moves grants and tiers between customers when persons merge or split."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from huitong import ledger
from huitong.ledger.model import ClawBack, Grant, Lot, Movement, Operation, Release
from huitong.loyalty import queries, tables
from huitong.loyalty.model import Asset
from huitong.loyalty.operations import bringing
from huitong.loyalty.queries.openings import tiers_brought
from huitong.loyalty.rules import tiers
from huitong.loyalty.rules.settling import hold_key
from huitong.platform.db import Tx, array
from huitong.platform.errors import Refused
from huitong.platform.ids import bucket_of


class _Followed(NamedTuple):
    """A grant that went back with its order; without a `frozen_revision` nothing is frozen."""

    order_id: int
    asset: Asset
    revision: int
    frozen_revision: int


def reassign(tx: Tx, targets: Mapping[int, int], *, brand_id: int, now: datetime) -> None:
    """Give grants and redemptions of a brand's customers to the target of each; settle its tier.

    Nobody who is moved is a target. The tier follows the growth value in the ledger, which is moved
    before; tiers are never added.
    """
    params = {"sources": array(targets), "targets": array(targets.values())}
    tx.execute(tables.REASSIGN_POSITIONS, {"group_id": tx.scope.group_id, **params})
    tx.execute(tables.REASSIGN_REDEMPTIONS, {"group_id": tx.scope.group_id, **params})
    bringing.follow(tx, targets)
    recompute_tiers(tx, sorted(set(targets.values())), brand_id=brand_id, now=now)


def give_back(
    tx: Tx,
    *,
    source: int,
    target: int,
    order_ids: Sequence[int],
    identifier_ids: Sequence[int] = (),
    brand_id: int,
    now: datetime,
) -> None:
    """Let grants follow the orders that went back to the source, and recompute both tiers.

    What these orders granted since the merge lies with the target and is handed over. What a
    dispute froze before the merge is with the source again as far as that can bear it; what it
    froze since is free until the next word of it. Openings go back with `identifier_ids`.
    """
    params = {"group_id": tx.scope.group_id, "source": target, "target": source}
    tx.execute(tables.GIVE_BACK_REDEMPTIONS, params)
    kept = _still_frozen(tx, source, order_ids)
    rows = tx.rows(
        tables.FOLLOW_ORDERS, {**params, "order_ids": list(order_ids), "still_frozen": kept}
    )
    followed = [_Followed(row[0], Asset(row[1]), row[2], row[3]) for row in rows]
    operations = _hand_over(tx, followed, source=source, target=target, brand_id=brand_id, now=now)
    results = ledger.post(tx, operations, now=now)
    assert not any(isinstance(one, Refused) for one in results), "What is there can be given back."
    bringing.part(tx, source=source, target=target, identifier_ids=identifier_ids, now=now)
    recompute_tiers(tx, [source, target], brand_id=brand_id, now=now)


def frozen_under(tx: Tx, order_ids: Sequence[int]) -> set[str]:
    """Return the keys under which disputes of these orders hold value."""
    return {
        hold_key(order_id, asset, one.frozen_revision)
        for (order_id, asset), one in queries.positions_of(tx, order_ids).items()
        if one.frozen
    }


def _still_frozen(tx: Tx, source: int, order_ids: Sequence[int]) -> list[str]:
    """Return the orders and assets, as `order/asset`, whose hold is back with the source."""
    positions = queries.positions_of(tx, order_ids)
    open_keys = ledger.open_hold_keys(tx, source) if positions else set()
    return [
        f"{order_id}/{asset}"
        for (order_id, asset), one in positions.items()
        if one.frozen and hold_key(order_id, asset, one.frozen_revision) in open_keys
    ]


def _hand_over(
    tx: Tx,
    followed: Sequence[_Followed],
    *,
    source: int,
    target: int,
    brand_id: int,
    now: datetime,
) -> list[Operation]:
    """Return the operations that release what is frozen and move what was granted meanwhile."""
    granted = _granted_meanwhile(tx, target, brand_id)
    open_keys = ledger.open_hold_keys(tx, target)
    operations = []
    for one in followed:
        name = one.asset.of_brand(brand_id)
        leaving: list[Movement] = []
        frozen_under = hold_key(one.order_id, one.asset, one.frozen_revision)
        if frozen_under in open_keys:  # The ledger let go of what the source could not bear.
            leaving.append(Release(frozen_under))
        lots = granted.get((one.order_id, name), [])
        coming = [
            Grant(name, lot.amount - lot.clawed, lot.activates_at, lot.expires_at)
            for lot in lots
            if lot.amount > lot.clawed
        ]
        if coming:
            leaving.append(ClawBack(name, sum(grant.amount for grant in coming), one.order_id))
        for owner, way, movements in ((target, "left", leaving), (source, "came", coming)):
            if movements:
                operation = Operation(
                    key=f"order:{one.order_id}:{one.asset}:{way}:{one.revision}",
                    kind="split",
                    owner=owner,
                    movements=tuple(movements),
                    occurred_at=now,
                    source_kind="order",
                    source_id=one.order_id,
                )
                operations.append(operation)
    return operations


def _granted_meanwhile(tx: Tx, owner: int, brand_id: int) -> dict[tuple[int, str], list[Lot]]:
    """Return by order the lots that came to the owner by no merge, the newest there are."""
    found: dict[tuple[int, str], list[Lot]] = defaultdict(list)
    for asset in Asset:
        for lot in ledger.lots(tx, owner, asset=asset.of_brand(brand_id), spent=True):
            if lot.parent_lot_id is None and lot.source_id is not None:
                found[lot.source_id, lot.asset].append(lot)
    return found


def recompute_tiers(tx: Tx, customer_ids: Sequence[int], *, brand_id: int, now: datetime) -> None:
    """Set tiers from the growth values that the ledger holds now, whatever they were before.

    Before the first programme takes effect, the tiers are those that it will have.
    """
    version = queries.programme_or_first(tx, brand_id=brand_id, at=now)
    if version is None:
        return
    asset = Asset.GROWTH.of_brand(brand_id)
    growth = {
        one.owner: one.balance for one in ledger.balances(tx, customer_ids, asset=asset, now=now)
    }
    standings = queries.standings_of(tx, customer_ids)
    brought = tiers_brought(tx, customer_ids, at=now)
    moved = []
    for customer_id in customer_ids:
        earned = tiers.reached(version.programme, growth[customer_id])
        tier = tiers.at_least(version.programme, earned, brought.get(customer_id, ())).code
        before = standings.get(customer_id)
        held = before.tier if before else None
        # Who never had growth, nor brought a tier, has none of their own to keep.
        if tier != held and (held or growth[customer_id] or customer_id in brought):
            moved.append((customer_id, held, tier))
    rows = [(bucket_of(one), one, brand_id, tier, now, now) for one, _, tier in moved]
    tx.write(tables.UPSERT_STANDINGS, tables.STANDING, rows)
    ids = tx.new_ids([bucket_of(one) for one, _, _ in moved])
    changes = [
        (bucket_of(one), new_id, one, brand_id, held, tier, growth[one], None, now, now)
        for new_id, (one, held, tier) in zip(ids, moved, strict=True)
    ]
    tx.write(tables.INSERT_TIER_CHANGES, tables.TIER_CHANGE, changes)


def erase(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Forget nothing more: grants, tiers and redemptions hold ids and amounts, no person.

    What openings told beyond that is forgotten. Returns how many positions and openings were looked
    at, so that the receipt can say so.
    """
    openings = bringing.erase(tx, customer_ids)
    found = tx.row(
        tables.COUNT_POSITIONS,
        {"group_id": tx.scope.group_id, "customer_ids": list(customer_ids)},
    )
    assert found is not None, "A count always answers."
    return int(found[0]) + openings
