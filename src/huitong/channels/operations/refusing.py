"""Refuses records that were taken first, when what they waited for came and did not fit."""

from collections.abc import Mapping

from huitong.channels import tables
from huitong.platform.db import Tx
from huitong.platform.errors import Refused
from huitong.platform.ids import bucket_of


def refuse_later(tx: Tx, refusals: Mapping[int, Refused]) -> None:
    """Mark applied records as refused, by record id, so that they are seen and can be retried."""
    rows = [
        (bucket_of(record_id), record_id, refused.code, refused.reason)
        for record_id, refused in sorted(refusals.items())
    ]
    tx.write(tables.REFUSE_LATER, tables.REFUSAL, rows)
