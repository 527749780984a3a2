"""Pages through the appliers: refused records leave nothing behind, a culprit stands alone."""

from collections.abc import Sequence
from datetime import datetime

from huitong.platform.db import Shape, Tx
from huitong.platform.errors import Ok, Refused
from huitong.platform.page import Outcome, Page
from huitong.platform.pipeline import apply_page

PERSON = Shape("test_person", {"person_id": "bigint"})
KEEP = """
INSERT INTO vault.person_key (group_id, bucket, person_id, salt)
SELECT %(group_id)s, 0, person_id, 'x'
FROM {incoming}
"""
NUMBERS = [1, 2, 3, 4, 5]


def keep(tx: Tx, page: Page, _now: datetime) -> Sequence[Outcome]:
    """Write each number of the page."""
    tx.write(KEEP, PERSON, [(number,) for number in page.records])
    return [Ok(number) for number in page.records]


def refuse_even(_tx: Tx, page: Page, _now: datetime) -> Sequence[Outcome]:
    """Refuse even numbers."""
    return [
        Ok(number) if isinstance(number, int) and number % 2 else Refused("test.even", "Even.")
        for number in page.records
    ]


def stumble_over_three(_tx: Tx, page: Page, _now: datetime) -> Sequence[Outcome]:
    """Fail as only a bug fails."""
    assert 3 not in page.records, "Nobody thought of three."
    return [Ok(number) for number in page.records]


def kept(tx: Tx) -> list[int]:
    """Return the numbers that were written."""
    return [row[0] for row in tx.rows("SELECT person_id FROM vault.person_key ORDER BY 1")]


def test_of_a_refused_record_nothing_is_written(tx: Tx, now: datetime) -> None:
    outcomes = apply_page(tx, Page(NUMBERS), [keep, refuse_even], now=now)
    assert [isinstance(outcome, Ok) for outcome in outcomes] == [True, False, True, False, True]
    assert kept(tx) == [1, 3, 5]


def test_the_first_applier_may_refuse_without_a_second_pass(tx: Tx, now: datetime) -> None:
    apply_page(tx, Page(NUMBERS), [refuse_even, keep], now=now)
    assert kept(tx) == [1, 3, 5]


def test_an_unforeseen_error_refuses_its_own_record_alone(tx: Tx, now: datetime) -> None:
    outcomes = apply_page(tx, Page(NUMBERS), [keep, stumble_over_three], now=now)
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert refused is outcomes[2]
    assert refused.code == "platform.unexpected"
    assert refused.facts["error"] == "AssertionError"
    assert kept(tx) == [1, 2, 4, 5]


def test_errors_and_refusals_together_leave_the_good_ones(tx: Tx, now: datetime) -> None:
    outcomes = apply_page(tx, Page(NUMBERS), [keep, stumble_over_three, refuse_even], now=now)
    assert [isinstance(outcome, Ok) for outcome in outcomes] == [True, False, False, False, True]
    assert kept(tx) == [1, 5]
