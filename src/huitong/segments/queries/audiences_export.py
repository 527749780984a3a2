"""Reads of exports: who asked for which audience, and what came of it."""

from huitong.platform.db import ReadTx
from huitong.platform.ids import show
from huitong.segments.model.audiences import EXPORT_PREFIX, ExportAsked, ExportNotFound
from huitong.segments.tables import audiences as tables


def find_export(tx: ReadTx, *, brand_id: int, export_id: int) -> ExportAsked:
    """Return an export with what came of it.

    :raises ExportNotFound: when the brand has no such export.
    """
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id, "id": export_id}
    row = tx.row(tables.FIND_EXPORT, asked)
    if row is None:
        raise ExportNotFound(export=show(EXPORT_PREFIX, export_id))
    return ExportAsked(*row)
