"""Finds customers by their whole name."""

from collections.abc import Sequence

from huitong.customers import rules, tables
from huitong.platform import crypto
from huitong.platform.db import ReadTx

NAME_KIND = "search:name"


def find_by_name(tx: ReadTx, *, brand_id: int, name: str, limit: int) -> list[int]:
    """Return the customers of a brand who have a name today, the newest first."""
    (digest,) = name_indexes(tx, [name])
    if digest is None:
        return []
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "digest": digest,
        "limit": limit,
    }
    return [row[0] for row in tx.rows(tables.names.FIND_BY_NAME, params)]


def name_indexes(tx: ReadTx, names: Sequence[str]) -> list[bytes | None]:
    """Return what names are searched by: keyed digests; None where there is nothing to search."""
    index_of = crypto.keyring().blind_indexer(tx.scope.group_id, NAME_KIND, "")
    normal = [rules.normal_name(name) for name in names]
    return [index_of(name) if name else None for name in normal]
