"""Deliveries: one file, push batch or pull run, from its first page to its last."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from huitong.channels import tables
from huitong.channels.model import RecordKind, RecordState, Way
from huitong.org.model import ChannelAccount
from huitong.platform.db import Tx


@dataclass(frozen=True, slots=True)
class Source:
    """What a delivery comes from; equal hashes of content and mapping are the same delivery.

    `name` must not name a person. A push batch has no hashes: each is its own delivery.
    """

    way: Way
    name: str
    content_hash: bytes | None = None
    mapping: str = ""
    mapping_hash: bytes | None = None


def open_delivery(
    tx: Tx, account: ChannelAccount, *, kind: RecordKind, source: Source, now: datetime
) -> int:
    """Begin a delivery, or run a known one once more, and return its id."""
    found = tx.row(
        tables.OPEN_DELIVERY,
        {
            "group_id": tx.scope.group_id,
            "id": tx.new_ids([0])[0],
            "brand_id": account.brand_id,
            "account_id": account.id,
            "kind": kind,
            "way": source.way,
            "source": source.name,
            "content_hash": source.content_hash,
            "mapping": source.mapping,
            "mapping_hash": source.mapping_hash,
            "now": now,
        },
    )
    assert found is not None, "A delivery is made or found."
    return int(found[0])


def size_delivery(tx: Tx, delivery_id: int, *, record_count: int) -> None:
    """Note how many records the delivery has, so that its progress can be told."""
    tx.execute(
        tables.SIZE_DELIVERY,
        {
            "group_id": tx.scope.group_id,
            "delivery_id": delivery_id,
            "record_count": record_count,
        },
    )


def count_page(tx: Tx, delivery_id: int, *, states: Counter[RecordState]) -> None:
    """Add what became of a page's records to the delivery's counts."""
    tx.execute(
        tables.COUNT_PAGE,
        {
            "group_id": tx.scope.group_id,
            "delivery_id": delivery_id,
            **{state.value: states[state] for state in RecordState},
        },
    )


def finish_delivery(tx: Tx, delivery_id: int, *, known_count: int = 0, now: datetime) -> None:
    """Close a delivery whose last page is taken.

    `known_count` are records that were passed over because they had come before.
    """
    tx.execute(
        tables.FINISH_DELIVERY,
        {
            "group_id": tx.scope.group_id,
            "delivery_id": delivery_id,
            "known": known_count,
            "now": now,
        },
    )
