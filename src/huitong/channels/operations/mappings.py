"""Keeps mapping documents of the group under names, version by version."""

from datetime import datetime

from huitong.channels import tables
from huitong.channels.model import RecordKind, SavedMapping
from huitong.channels.queries import saved_mapping
from huitong.platform.db import Tx


def save_mapping(
    tx: Tx, *, name: str, kind: RecordKind, document: str, actor: str, now: datetime
) -> SavedMapping:
    """Keep a mapping document as the next version of its name, and return it.

    A document that is the latest version already is not kept twice.
    """
    wanted = {"group_id": tx.scope.group_id, "name": name}
    tx.rows(tables.LOCK_MAPPING, wanted)
    latest = saved_mapping(tx, name)
    if latest is not None and latest.document == document:
        return latest
    saved = SavedMapping(
        name=name,
        version=latest.version + 1 if latest else 1,
        kind=kind,
        document=document,
        actor=actor,
        recorded_at=now,
    )
    tx.execute(
        tables.ADD_MAPPING,
        {
            **wanted,
            "version": saved.version,
            "kind": kind,
            "document": document,
            "actor": actor,
            "now": now,
        },
    )
    return saved
