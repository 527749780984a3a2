"""Undoes what one hand said of many customers, page by page."""

from datetime import datetime

from huitong.platform.db import Tx
from huitong.segments.queries.tags import definitions
from huitong.segments.tables import tag_undoing as tables


def undo_sayings(
    tx: Tx, *, brand_id: int, tag: str, hand: str, actor: str, now: datetime, limit: int
) -> int:
    """Take back what a hand gave, then let stand again what it took back; return how many.

    At most `limit` at a time: who undoes more comes again until nothing is left. What others said
    since stays.

    :raises TagNotFound: when the brand has no such tag.
    """
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "tag": tag,
        "hand": hand,
        "actor": actor,
        "multi": definitions(tx, brand_id=brand_id).tag(tag).multi,
        "now": now,
        "limit": limit,
    }
    return tx.execute(tables.UNDO_GIVEN, params) or tx.execute(tables.UNDO_TAKEN_BACK, params)
