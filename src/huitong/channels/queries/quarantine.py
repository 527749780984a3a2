"""Reads of what was refused and is still open, counted by its reason."""

from dataclasses import dataclass
from datetime import datetime

from huitong.channels.model import RecordKind
from huitong.channels.tables import quarantine as tables
from huitong.platform.db import ReadTx


@dataclass(frozen=True, slots=True)
class RefusedCount:
    """How many records of a kind and an account are refused for one reason, and since when."""

    account_id: int
    kind: RecordKind
    code: str
    count: int
    oldest_at: datetime
    newest_at: datetime
    example: str


def refused_counts(tx: ReadTx, *, brand_id: int | None = None) -> list[RefusedCount]:
    """Return the reasons for which records are refused now, the most frequent first."""
    params = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    found = tx.rows(tables.COUNT_REFUSED, params)
    return [RefusedCount(account_id, RecordKind(kind), *rest) for account_id, kind, *rest in found]
