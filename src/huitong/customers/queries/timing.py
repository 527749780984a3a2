"""Reads what happened to customers, and lists a brand's customers by when they came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from huitong.customers.model import Submission, SubmissionState
from huitong.customers.tables import timing as tables
from huitong.platform.db import ReadTx, array

MERGES_MAX = 500
DOCUMENTS_MAX = 500


@dataclass(frozen=True, slots=True)
class CustomerMerge:
    """One customer became part of another; `split_at` once that was undone."""

    id: int
    source_id: int
    target_id: int
    merged_at: datetime
    split_at: datetime | None


@dataclass(frozen=True, slots=True)
class Met:
    """Where a customer was met and by whom, and since when they are a member."""

    customer_id: int
    enrolled_at: datetime | None
    store: str | None
    touchpoint: str | None
    guide: str | None
    recorded_at: datetime


def merges_into(tx: ReadTx, *, customer_ids: Sequence[int]) -> list[CustomerMerge]:
    """Return who became part of customers, undone ones too, the latest first."""
    params = {
        "group_id": tx.scope.group_id,
        "customer_ids": array(customer_ids),
        "limit": MERGES_MAX,
    }
    return tx.all(CustomerMerge, tables.MERGES_OF, params)


def documents_of(tx: ReadTx, *, customer_ids: Sequence[int]) -> list[Submission]:
    """Return the documents that customers handed in, the latest first."""
    params = {
        "group_id": tx.scope.group_id,
        "customer_ids": array(customer_ids),
        "limit": DOCUMENTS_MAX,
    }
    return [
        Submission(row[0], row[1], row[2], row[3], SubmissionState(row[4]), *row[5:])
        for row in tx.rows(tables.DOCUMENTS_OF, params)
    ]


def met_at(tx: ReadTx, *, customer_ids: Sequence[int]) -> list[Met]:
    """Return where customers were met and by whom, merged ones as they were."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    return tx.all(Met, tables.MET_AT, params)


def newest(tx: ReadTx, *, brand_id: int, below: int, limit: int) -> list[int]:
    """Return the living customers of a brand, the newest first, below an id."""
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "below": below,
        "limit": limit,
    }
    return [row[0] for row in tx.rows(tables.LIST_LIVING, params)]


def count_living(tx: ReadTx, *, brand_id: int) -> int:
    """Return how many living customers a brand has."""
    params = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    found = tx.row(tables.COUNT_LIVING, params)
    assert found is not None, "A count always answers."
    return int(found[0])
