"""Reads of exports: who asked for which audience, and what came of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from huitong.platform.db import ReadTx, array
from huitong.platform.ids import show
from huitong.segments.model.audiences import (
    EXPORT_KEPT_DAYS,
    EXPORT_PREFIX,
    ExportAsked,
    ExportNotFound,
    ExportTaken,
)
from huitong.segments.tables import audiences as tables

TAKINGS_SHOWN_MAX = 1_000


def find_export(tx: ReadTx, *, brand_id: int, export_id: int) -> ExportAsked:
    """Return an export with what came of it.

    :raises ExportNotFound: when the brand has no such export.
    """
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id, "id": export_id}
    row = tx.row(tables.FIND_EXPORT, asked)
    if row is None:
        raise ExportNotFound(export=show(EXPORT_PREFIX, export_id))
    return ExportAsked(*row)


def list_exports(
    tx: ReadTx, *, brand_id: int, before: int, limit: int, segment: str | None = None
) -> list[ExportAsked]:
    """Return the exports of a brand, or of a segment, with smaller ids than `before`.

    The newest comes first.
    """
    asked = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "before": before,
        "segment": segment,
    }
    return tx.all(ExportAsked, tables.LIST_EXPORTS, {"limit": limit, **asked})


def takings_of(
    tx: ReadTx, export_ids: Collection[int], *, brand_id: int
) -> Mapping[int, Sequence[ExportTaken]]:
    """Return who took the files of exports, by export, the latest first."""
    asked = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "export_ids": array(sorted(export_ids)),
        "limit": TAKINGS_SHOWN_MAX,
    }
    found: dict[int, list[ExportTaken]] = {one: [] for one in export_ids}
    for export_id, *rest in tx.rows(tables.LIST_TAKINGS, asked):
        found[export_id].append(ExportTaken(*rest))
    return found


def expired_exports(tx: ReadTx, export_ids: Collection[int], *, now: datetime) -> Sequence[int]:
    """Return which of these exports are of the scope and so old that their files may go."""
    before = now - timedelta(days=EXPORT_KEPT_DAYS)
    asked = {"group_id": tx.scope.group_id, "ids": array(sorted(export_ids)), "before": before}
    return [one for (one,) in tx.rows(tables.EXPIRED_EXPORTS, asked)]
