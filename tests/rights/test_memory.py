"""Forgetting goes through the inbox a few pages at a time, however many there are."""

import secrets
import tracemalloc
from collections.abc import Callable

import pytest

from huitong import channels
from huitong.channels.model import RecordKind
from huitong.channels.queries import BODIES_PER_FETCH, bodies
from huitong.platform.db import Tx
from tests.rights.make import ANNA, Shop, order

PAGES = 10 * BODIES_PER_FETCH
PAGE_BYTES = 100 * 2_000
# A page is there sealed and opened, once as it was and once as it will be, and what was fetched.
HELD_BYTES_MAX = (BODIES_PER_FETCH * 3 + 3) * PAGE_BYTES


@pytest.fixture
def full(shop: Shop) -> Shop:
    """Return a shop whose inbox holds many large pages of one record, every second one refused."""
    for at in range(PAGES):
        # Digits by chance, so that nothing of a page is saved by compressing it.
        words = {f"note {place}": secrets.token_hex(1_000) for place in range(100)}
        status = "done" if at % 2 else "completed"
        shop.tell(RecordKind.ORDER, order(f"O-{at}", 1, ANNA, status=status, attributes=words))
    return shop


def held_bytes(work: Callable[[], object]) -> int:
    """Return how many bytes of Python's were held at once while something was done."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def record_ids(tx: Tx, state: str) -> list[int]:
    statement = "SELECT id FROM channels.record WHERE state = %s"
    return [row[0] for row in tx.rows(statement, (state,))]


def test_looking_for_somebody_holds_a_few_pages(full: Shop) -> None:
    with full.tx() as tx:
        found: list[int] = []
        used = held_bytes(lambda: found.extend(channels.never_applied_naming(tx, [ANNA])))
        assert sorted(found) == sorted(record_ids(tx, "refused"))
    assert used < HELD_BYTES_MAX < PAGES // 2 * PAGE_BYTES


def test_erasing_holds_a_few_pages_and_reads_and_writes_them_in_portions(full: Shop) -> None:
    with full.tx() as tx:
        wanted = record_ids(tx, "applied") + record_ids(tx, "refused")
        before, counts = tx.statements, []
        used = held_bytes(lambda: counts.append(channels.erase(tx, wanted)))
        assert counts == [PAGES]
        assert tx.statements - before <= 5 + 2 * PAGES // BODIES_PER_FETCH
        page_ids = [row[0] for row in tx.rows("SELECT id FROM channels.body")]
        assert [body.texts for body in bodies(tx, page_ids)] == [[b""]] * PAGES
    assert used < HELD_BYTES_MAX < PAGES * PAGE_BYTES


def test_pages_are_opened_one_at_a_time(full: Shop) -> None:
    with full.tx() as tx:
        page_ids = [row[0] for row in tx.rows("SELECT id FROM channels.body")]

        def pass_over() -> None:
            for body in bodies(tx, page_ids):
                assert body.texts

        used = held_bytes(pass_over)
    assert used < HELD_BYTES_MAX < PAGES * PAGE_BYTES
