"""What the programme holds of customers, for the persons themselves."""

from collections.abc import Mapping, Sequence

from huitong.loyalty.tables import exporting as tables
from huitong.platform.db import ReadTx, array


def export(tx: ReadTx, customer_ids: Sequence[int]) -> dict[str, list[dict[str, object]]]:
    """Return what the programme holds of customers: tiers and their history, grants with why."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    return {
        "tiers": _told(tx, tables.EXPORT_TIERS, params, tables.TIER_FIELDS),
        "tier_changes": _told(tx, tables.EXPORT_TIER_CHANGES, params, tables.TIER_CHANGE_FIELDS),
        "grants": _told(tx, tables.EXPORT_GRANTS, params, tables.GRANT_FIELDS),
        "redemptions": _told(tx, tables.EXPORT_REDEMPTIONS, params, tables.REDEMPTION_FIELDS),
    }


def _told(
    tx: ReadTx, sql: str, params: Mapping[str, object], names: Sequence[str]
) -> list[dict[str, object]]:
    return [dict(zip(names, row, strict=True)) for row in tx.rows(sql, params)]
