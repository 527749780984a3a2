"""Exports of audiences: asked for under a key, gated by consent row by row, kept as an audit."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from huitong import customers
from huitong.customers.model import CUSTOMER_PREFIX, Purpose
from huitong.platform.db import Tx
from huitong.platform.errors import Refused
from huitong.platform.ids import show
from huitong.platform.spreadsheets import guarded
from huitong.segments.model.audiences import (
    EXPORT_PREFIX,
    ExportAsked,
    ExportKeyTaken,
)
from huitong.segments.queries.definitions import segment_of
from huitong.segments.tables import audiences as tables

# The export's own number stands in every row, so that a file that strays is known by any of them.
HEADER = ("export", "customer", "status", "name", "city")


def ask_export(
    tx: Tx,
    *,
    brand_id: int,
    segment: str,
    purpose: Purpose,
    key: str,
    actor: str,
    now: datetime,
) -> ExportAsked:
    """Note that somebody wants an export, for what and why; a repeat answers the first.

    :raises SegmentNotFound: when the brand has no such segment.
    :raises ExportKeyTaken: when the key was used for another segment or purpose.
    """
    version = segment_of(tx, brand_id=brand_id, code=segment).version
    (new_id,) = tx.new_ids([0])
    place = {"group_id": tx.scope.group_id, "brand_id": brand_id, "key": key}
    asked = {"id": new_id, "segment": segment, "version": version, "purpose": purpose.value}
    tx.execute(tables.INSERT_EXPORT, {**asked, "actor": actor, "now": now, **place})
    row = tx.row(tables.FIND_EXPORT_BY_KEY, place)
    assert row is not None, "It is there, made now or before."
    found = ExportAsked(*row)
    if (found.segment, found.purpose) != (segment, purpose.value):
        raise ExportKeyTaken(key=key, segment=found.segment, purpose=found.purpose)
    return found


def export_rows(
    tx: Tx,
    customer_ids: Sequence[int],
    *,
    asked: ExportAsked,
    left_out: Counter[str],
    now: datetime,
) -> list[tuple[str, ...]]:
    """Return the rows of those who may be exported for the purpose; count the others by reason."""
    allowed: list[int] = []
    results = customers.may(tx, customer_ids, purpose=Purpose(asked.purpose), now=now)
    for customer_id, result in zip(customer_ids, results, strict=True):
        if isinstance(result, Refused):
            left_out[result.code] += 1
        else:
            allowed.append(customer_id)
    mark = show(EXPORT_PREFIX, asked.id)
    return [
        (
            mark,
            show(CUSTOMER_PREFIX, one.id),
            one.status.value,
            guarded(one.name or ""),
            guarded(one.city or ""),
        )
        for one in customers.show(tx, customer_ids=allowed)
    ]


def finish_export(
    tx: Tx,
    asked: ExportAsked,
    *,
    brand_id: int,
    written: int,
    left_out: Counter[str],
    digest: bytes,
    now: datetime,
) -> None:
    """Keep what came of an export, with the SHA-256 of its file."""
    told = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "id": asked.id,
        "written": written,
        "left_out": json.dumps(left_out),
        "digest": digest,
        "now": now,
    }
    tx.execute(tables.FINISH_EXPORT, told)
