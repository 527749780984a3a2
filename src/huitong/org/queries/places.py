"""Reads everything that a data scope can name: operators, regions, stores and staff."""

from huitong.org.model import Place, PlaceKind
from huitong.org.tables import places as tables
from huitong.platform.db import ReadTx


def all_places(tx: ReadTx) -> list[Place]:
    """Return every operator, region, store and staff of the group, by kind and code."""
    return [
        Place(PlaceKind(kind), place_id, code, name)
        for kind, place_id, code, name in tx.rows(tables.PLACES, {"group_id": tx.scope.group_id})
    ]
