"""Reads of `loyalty`: programmes, what orders granted and why, tiers with their reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from huitong import ledger
from huitong.ledger.model import Balance
from huitong.loyalty import tables
from huitong.loyalty.model import (
    Asset,
    Position,
    Programme,
    ProgrammeNotFound,
    Standing,
    TierExplanation,
    Version,
)
from huitong.loyalty.rules import capping, shares, tiers
from huitong.loyalty.rules.capping import Given
from huitong.orders.model import Snapshot
from huitong.platform.db import ReadTx, array


def versions_of(tx: ReadTx, *, brand_id: int) -> list[Version]:
    """Return all programme versions of a brand in the order in which they take effect."""
    return [
        Version(brand_id, row[0], row[1], Programme.model_validate_json(row[2]))
        for row in tx.rows(
            tables.VERSIONS_OF, {"group_id": tx.scope.group_id, "brand_id": brand_id}
        )
    ]


def programme_or_none(tx: ReadTx, *, brand_id: int, at: datetime) -> Version | None:
    """Return the programme in effect at an instant, or None when there was none."""
    then = [one for one in versions_of(tx, brand_id=brand_id) if one.effective_from <= at]
    return then[-1] if then else None


def programme_or_first(tx: ReadTx, *, brand_id: int, at: datetime) -> Version | None:
    """Return the programme in effect at an instant, else the first to come; None without any."""
    versions = versions_of(tx, brand_id=brand_id)
    then = [one for one in versions if one.effective_from <= at]
    return then[-1] if then else next(iter(versions), None)


def programme_at(tx: ReadTx, *, brand_id: int, at: datetime) -> Version:
    """Return the programme in effect at an instant.

    :raises ProgrammeNotFound: when the brand had none then.
    """
    version = programme_or_none(tx, brand_id=brand_id, at=at)
    if version is None:
        raise ProgrammeNotFound(brand=str(brand_id))
    return version


def positions_of(tx: ReadTx, order_ids: Sequence[int]) -> dict[tuple[int, Asset], Position]:
    """Return what orders have granted so far, by order and asset."""
    if not order_ids:
        return {}
    rows = tx.rows(
        tables.POSITIONS_OF, {"group_id": tx.scope.group_id, "order_ids": array(order_ids)}
    )
    return {
        (row[0], Asset(row[1])): Position(
            order_id=row[0],
            asset=Asset(row[1]),
            customer_id=row[2],
            earned=row[3],
            granted=row[4],
            clawed=row[5],
            frozen=row[6],
            frozen_revision=row[7],
            revision=row[8],
            programme_version=row[9],
            activates_at=row[10],
            shares=shares.shares_of(row[11]),
        )
        for row in rows
    }


def count_given(tx: ReadTx, orders: Sequence[Snapshot], *, given: Given, zone: ZoneInfo) -> None:
    """Count what the rules gave the orders' customers since the month of the earliest order.

    What came back since does not count; what the orders themselves gave does.
    """
    earliest = min(order.ordered_at for order in orders).astimezone(zone)
    since = earliest.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for order_id, asset, customer_id, ordered_at, stored, earned, left in tx.rows(
        tables.GRANTED_SINCE,
        {
            "group_id": tx.scope.group_id,
            "customer_ids": sorted({order.customer_id for order in orders if order.customer_id}),
            "since": since,
        },
    ):
        still = capping.still_given(shares.shares_of(stored), earned=earned, left=left)
        given.put(order_id, Asset(asset), customer_id=customer_id, at=ordered_at, shares=still)


def standings_of(tx: ReadTx, customer_ids: Sequence[int]) -> dict[int, Standing]:
    """Return the tiers of customers by id; who never had growth has no row."""
    rows = tx.rows(
        tables.STANDINGS_OF,
        {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)},
    )
    return {row[0]: Standing(*row) for row in rows}


def tiers_bought(tx: ReadTx, customer_ids: Sequence[int]) -> dict[tuple[int, str], datetime]:
    """Return since when customers have the tier that an order last brought them to, by both."""
    rows = tx.rows(
        tables.TIERS_BOUGHT,
        {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)},
    )
    return {(customer_id, tier): since for customer_id, tier, since in rows}


def explain_tier(
    tx: ReadTx, *, customer_id: int, brand_id: int, member_since: datetime, now: datetime
) -> TierExplanation:
    """Return why a member has their tier and what reaches the next one.

    :raises ProgrammeNotFound: when the brand has no programme now.
    """
    programme = programme_at(tx, brand_id=brand_id, at=now).programme
    asset = Asset.GROWTH.of_brand(brand_id)
    (growth,) = ledger.balances(tx, [customer_id], asset=asset, now=now)
    return _explained(tx, programme, growth, brand_id=brand_id, member_since=member_since)


def tier_and_points(
    tx: ReadTx, *, customer_id: int, brand_id: int, member_since: datetime | None, now: datetime
) -> tuple[TierExplanation | None, Balance]:
    """Return why a member has their tier, and what points a customer has, read together.

    Who is no member has no tier, nor has anybody while their brand has no programme in effect.
    """
    points, growth = Asset.POINTS.of_brand(brand_id), Asset.GROWTH.of_brand(brand_id)
    found = ledger.balances_by_asset(tx, [customer_id], assets=[points, growth], now=now)
    (in_points,), (in_growth,) = found[points], found[growth]
    version = programme_or_none(tx, brand_id=brand_id, at=now)
    if member_since is None or version is None:
        return None, in_points
    why = _explained(tx, version.programme, in_growth, brand_id=brand_id, member_since=member_since)
    return why, in_points


def _explained(
    tx: ReadTx, programme: Programme, growth: Balance, *, brand_id: int, member_since: datetime
) -> TierExplanation:
    first = Standing(growth.owner, brand_id, programme.tiers[0].code, member_since)
    standing = standings_of(tx, [growth.owner]).get(growth.owner, first)
    return tiers.explain(programme, standing, growth=growth.balance, pending_growth=growth.pending)


def why_of(tx: ReadTx, order_ids: Sequence[int]) -> dict[int, list[Mapping[str, object]]]:
    """Return for each order which rules gave how much for which base, under which version."""
    found: dict[int, list[Mapping[str, object]]] = {}
    for order_id, asset, version, given, granted, clawed, active_from in tx.rows(
        tables.WHY_OF, {"group_id": tx.scope.group_id, "order_ids": array(order_ids)}
    ):
        found.setdefault(order_id, []).append(
            {
                "asset": asset,
                "programme_version": version,
                "rules": given,
                "granted": granted,
                "clawed": clawed,
                "activates_at": active_from,
            }
        )
    return found
