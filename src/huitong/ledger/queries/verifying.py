"""Checks every promise of the ledger over all of a group's rows."""

from collections.abc import Iterator

from huitong.ledger.model import Breach
from huitong.ledger.tables.checks import CHECKS
from huitong.platform.db import ReadTx

ROWS_PER_TRIP = 1_000


def verify(tx: ReadTx) -> Iterator[Breach]:
    """Yield what breaks a promise, promise by promise; nothing on a sound ledger.

    The database compares whole tables and sends back only what disagrees, so memory stays small.
    Use a reading transaction: it sees one state of all tables from the first check to the last.
    """
    for invariant, sql in CHECKS.items():
        for subject, subject_id, found in tx.stream(sql, None, chunk=ROWS_PER_TRIP):
            yield Breach(invariant, subject, subject_id, found)
