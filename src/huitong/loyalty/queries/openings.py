"""Reads of openings: what was taken over, what is frozen, which tiers were brought along."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from huitong.channels.model import OpeningKind
from huitong.loyalty.model import CutOver, Opened
from huitong.loyalty.tables import openings as tables
from huitong.platform.db import ReadTx, array

HISTORY_LIMIT_MAX = 500


def cut_overs(tx: ReadTx, *, brand_id: int) -> list[CutOver]:
    """Return the newest word on each kind of opening of a brand; no word means not frozen."""
    params = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    return [CutOver(OpeningKind(kind), *rest) for kind, *rest in tx.rows(tables.CUT_OVERS, params)]


def cut_over_history(tx: ReadTx, *, brand_id: int, limit: int = HISTORY_LIMIT_MAX) -> list[CutOver]:
    """Return every freezing and unfreezing of a brand's openings, the latest first."""
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "limit": min(limit, HISTORY_LIMIT_MAX),
    }
    rows = tx.rows(tables.CUT_OVER_HISTORY, params)
    return [CutOver(OpeningKind(kind), *rest) for kind, *rest in rows]


def opened(tx: ReadTx, *, brand_id: int) -> list[Opened]:
    """Return what a brand has taken over so far, by kind; amounts as corrected last."""
    params = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    return [Opened(OpeningKind(kind), *rest) for kind, *rest in tx.rows(tables.OPENED, params)]


def tiers_brought(
    tx: ReadTx, customer_ids: Sequence[int], *, at: datetime
) -> Mapping[int, Sequence[str]]:
    """Return the tiers that customers keep at an instant because they brought them along."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids), "at": at}
    for customer_id, tier in tx.rows(tables.TIERS_OF, params):
        found[customer_id].append(tier)
    return found


def export_openings(tx: ReadTx, customer_ids: Sequence[int]) -> list[dict[str, object]]:
    """Return what customers brought along from older systems; the value itself is the ledger's."""
    names = ("kind", "tier", "valid_until", "as_of", "reason")
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    return [dict(zip(names, row, strict=True)) for row in tx.rows(tables.EXPORT, params)]
