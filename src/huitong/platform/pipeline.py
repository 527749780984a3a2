"""Pages of records folded through ordered appliers, with one result per record.

What a lower domain learned of a record travels to the next applier as a typed note, so nothing is
looked up twice. An unexpected error bisects the page until the culprit stands alone.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import psycopg

from huitong.platform.db import Tx
from huitong.platform.errors import DomainError, Ok, Refused
from huitong.platform.page import Outcome, Page

Applier: TypeAlias = Callable[[Tx, Page, datetime], Sequence[Outcome]]


def apply_page(tx: Tx, page: Page, appliers: Sequence[Applier], *, now: datetime) -> list[Outcome]:
    """Fold a page through the appliers and answer one result per record, in order.

    Of a refused record nothing is written: when an applier after the first refuses some, the page
    is undone and folded again without them. An unexpected error undoes the page, halves it and
    tries again; the record that fails alone is refused as `platform.unexpected`.

    :raises psycopg.OperationalError: when the database itself is in trouble; nothing is applied.
    """
    if not page.records:
        return []
    try:
        with tx.savepoint():
            return _fold(tx, page, appliers, now)
    except psycopg.OperationalError:
        raise
    except _RefusedLate as late:
        kept = [place for place in range(len(page.records)) if place not in late.refused]
        others = iter(apply_page(tx, page.keep(kept), appliers, now=now))
        return [late.refused.get(place) or next(others) for place in range(len(page.records))]
    except Exception as error:  # noqa: BLE001 - one bad record must not fail the good ones
        if len(page.records) == 1:
            return [error.as_refused() if isinstance(error, DomainError) else _unexpected(error)]
        half = len(page.records) // 2
        places = range(len(page.records))
        return [
            outcome
            for part in (places[:half], places[half:])
            for outcome in apply_page(tx, page.keep(part), appliers, now=now)
        ]


class _RefusedLate(Exception):
    """An applier refused records that appliers before it have written."""

    def __init__(self, refused: Mapping[int, Refused]) -> None:
        super().__init__(f"{len(refused)} records")
        self.refused = refused


def _fold(tx: Tx, page: Page, appliers: Sequence[Applier], now: datetime) -> list[Outcome]:
    outcomes: list[Outcome] = [Ok(None)] * len(page.records)
    alive = list(range(len(page.records)))
    for number, applier in enumerate(appliers):
        results = applier(tx, page, now)
        assert len(results) == len(alive), "An applier answers once per record."
        tx.settle()
        refused = {
            place: result
            for place, result in zip(alive, results, strict=True)
            if isinstance(result, Refused)
        }
        if refused and number:
            raise _RefusedLate(refused)
        for place, result in zip(alive, results, strict=True):
            outcomes[place] = result
        kept = [at for at, result in enumerate(results) if isinstance(result, Ok)]
        if len(kept) < len(alive):
            page = page.keep(kept)
            alive = [alive[at] for at in kept]
        if not alive:
            break
    return outcomes


def _unexpected(error: Exception) -> Refused:
    # The text of the error may quote personal values, so only its kind and place are kept.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "unknown"
    return Refused(
        code="platform.unexpected",
        reason=(
            f"The record met an error that nobody foresaw ({type(error).__name__} in {place});"
            " it is kept and can be retried once that is repaired."
        ),
        facts={"error": type(error).__name__, "place": place},
    )
