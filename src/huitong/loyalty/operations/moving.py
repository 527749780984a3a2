"""Moves grants and tiers between customers when persons merge or split."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from huitong import ledger
from huitong.ledger.model import ClawBack, Grant, Lot, Movement, Operation, Release
from huitong.loyalty import queries, tables
from huitong.loyalty.model import Asset, Parted
from huitong.loyalty.operations import bringing
from huitong.loyalty.queries.openings import tiers_brought
from huitong.loyalty.rules import tiers
from huitong.loyalty.rules.settling import hold_key
from huitong.platform.db import Tx, array, text_array
from huitong.platform.errors import Refused
from huitong.platform.ids import bucket_of

OPERATIONS_A_POST = 2_000


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


def give_back(tx: Tx, parted: Sequence[Parted], *, now: datetime) -> None:
    """Let grants follow the orders that went back to their sources.

    What these orders granted since the merge lies with the target and is handed over. What a
    dispute froze before the merge is with the source again as far as that can bear it; what it
    froze since is free until the next word of it. Openings go back with the identifiers.

    Nobody's target is a source before it. Tiers are left as they are: `recompute_tiers` comes once
    after all that is given back.
    """
    pairs = {
        "sources": array([one.source for one in parted]),
        "targets": array([one.target for one in parted]),
    }
    tx.execute(tables.GIVE_BACK_REDEMPTIONS, {"group_id": tx.scope.group_id, **pairs})
    went = {order_id: one for one in parted for order_id in one.order_ids}
    kept = _still_frozen(tx, went)
    rows = [(order_id, one.source, one.target) for order_id, one in went.items()]
    still_frozen = {"still_frozen": text_array(sorted(kept))}
    found = tx.write(tables.FOLLOW_ORDERS, tables.FOLLOWING, rows, still_frozen)
    followed = [_Followed(row[0], Asset(row[1]), row[2], row[3]) for row in found]
    operations = [*_hand_over(tx, followed, went, now=now), *bringing.part(tx, parted, now=now)]
    for first in range(0, len(operations), OPERATIONS_A_POST):
        results = ledger.post(tx, operations[first : first + OPERATIONS_A_POST], now=now)
        assert not any(isinstance(one, Refused) for one in results), "What is there can go back."


def frozen_under(tx: Tx, order_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Return by order the keys under which its disputes hold value."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for (order_id, asset), one in queries.positions_of(tx, order_ids).items():
        if one.frozen:
            found[order_id].add(hold_key(order_id, asset, one.frozen_revision))
    return {order_id: frozenset(keys) for order_id, keys in found.items()}


def _still_frozen(tx: Tx, went: Mapping[int, Parted]) -> set[str]:
    """Return the orders and assets, as `order/asset`, whose hold is back with the source."""
    frozen = {
        place: one for place, one in queries.positions_of(tx, list(went)).items() if one.frozen
    }
    if not frozen:
        return set()
    open_keys = ledger.open_hold_keys(tx, {went[order_id].source for order_id, _ in frozen})
    return {
        f"{order_id}/{asset}"
        for (order_id, asset), one in frozen.items()
        if (went[order_id].source, hold_key(order_id, asset, one.frozen_revision)) in open_keys
    }


def _hand_over(
    tx: Tx, followed: Sequence[_Followed], went: Mapping[int, Parted], *, now: datetime
) -> list[Operation]:
    """Return the operations that release what is frozen and move what was granted meanwhile."""
    if not followed:
        return []
    granted = _granted_meanwhile(tx, {one.order_id: went[one.order_id] for one in followed})
    frozen_at = {went[one.order_id].target for one in followed if one.frozen_revision}
    open_keys = ledger.open_hold_keys(tx, frozen_at) if frozen_at else set()
    operations = []
    for one in followed:
        parted = went[one.order_id]
        name = one.asset.of_brand(parted.brand_id)
        leaving: list[Movement] = []
        frozen_under = hold_key(one.order_id, one.asset, one.frozen_revision)
        if (parted.target, frozen_under) in open_keys:  # The source could not bear it.
            leaving.append(Release(frozen_under))
        lots = granted.get((one.order_id, name), [])
        coming = [
            Grant(name, lot.amount - lot.clawed, lot.activates_at, lot.expires_at)
            for lot in lots
            if lot.amount > lot.clawed
        ]
        if coming:
            leaving.append(ClawBack(name, sum(grant.amount for grant in coming), one.order_id))
        sides = ((parted.target, "left", leaving), (parted.source, "came", coming))
        for owner, way, movements in sides:
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


def _granted_meanwhile(tx: Tx, went: Mapping[int, Parted]) -> dict[tuple[int, str], list[Lot]]:
    """Return by order the lots that came to its target by no merge."""
    found: dict[tuple[int, str], list[Lot]] = defaultdict(list)
    for lot in ledger.lots_from(tx, {order_id: one.target for order_id, one in went.items()}):
        assert lot.source_id is not None, "It was found by its source."
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
