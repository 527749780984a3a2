"""The outbox: what was committed is delivered, what fails is tried again, nothing is swallowed."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from huitong.platform import jobs, outbox
from huitong.platform.db import Database, Role, Scope
from huitong.platform.errors import Ok, Refused
from huitong.platform.outbox import DELIVERY_ATTEMPTS_MAX, Message, Note, Outcome

GROUP = 51
LEASE = timedelta(seconds=outbox.LEASE_SECONDS)
AWAY = Refused(code="post.away", reason="Nobody opens.")


class Undone(Exception):
    """Ends a transaction that should leave nothing."""


def post(database: Database, now: datetime, *topics: str) -> None:
    with database.transaction(Scope(GROUP), now=now) as tx:
        outbox.put(tx, [Note(topic, {"for": topic}) for topic in topics], now=now)


def take(database: Database, now: datetime, *topics: str) -> list[Message]:
    with database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
        return outbox.claim(tx, topics=topics or ["hello"], limit=100, now=now)


def settle(
    database: Database, messages: Sequence[Message], outcome: Outcome, now: datetime
) -> None:
    with database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
        outbox.settle(tx, messages, [outcome] * len(messages), now=now)


def test_a_message_of_a_transaction_that_is_undone_is_never_delivered(
    fresh_database: Database, now: datetime
) -> None:
    with suppress(Undone), fresh_database.transaction(Scope(GROUP), now=now) as tx:
        outbox.put(tx, [Note("hello", {})], now=now)
        raise Undone
    assert take(fresh_database, now) == []


def test_a_delivered_message_is_not_delivered_again(
    fresh_database: Database, now: datetime
) -> None:
    post(fresh_database, now, "hello")
    messages = take(fresh_database, now)
    assert [(one.group_id, one.payload) for one in messages] == [(GROUP, {"for": "hello"})]
    settle(fresh_database, messages, Ok(None), now)
    assert take(fresh_database, now + timedelta(days=400)) == []


def test_a_topic_that_this_worker_does_not_know_waits_for_one_that_does(
    fresh_database: Database, now: datetime
) -> None:
    post(fresh_database, now, "hello", "goodbye")
    assert [one.topic for one in take(fresh_database, now, "hello")] == ["hello"]
    assert [one.topic for one in take(fresh_database, now, "goodbye")] == ["goodbye"]


def test_a_message_whose_worker_died_is_due_again(fresh_database: Database, now: datetime) -> None:
    post(fresh_database, now, "hello")
    take(fresh_database, now)
    assert take(fresh_database, now + LEASE - timedelta(seconds=1)) == []
    assert len(take(fresh_database, now + LEASE)) == 1


def test_a_failing_message_is_tried_again_ever_later_then_given_up_and_kept(
    fresh_database: Database, now: datetime
) -> None:
    post(fresh_database, now, "hello")
    due, attempts = now, 0
    while messages := take(fresh_database, due):
        attempts += 1
        settle(fresh_database, messages, AWAY, due)
        due += jobs.wait_after(attempts)
    assert attempts == DELIVERY_ATTEMPTS_MAX
    with fresh_database.reading(Scope(GROUP)) as tx:
        (kept,) = tx.rows("SELECT given_up_at IS NOT NULL, error FROM platform.outbox")
    assert kept == (True, "post.away: Nobody opens.")


def test_a_message_that_kills_its_worker_every_time_is_given_up(
    fresh_database: Database, now: datetime
) -> None:
    post(fresh_database, now, "hello")
    for attempt in range(DELIVERY_ATTEMPTS_MAX):
        assert len(take(fresh_database, now + attempt * LEASE)) == 1
    assert take(fresh_database, now + DELIVERY_ATTEMPTS_MAX * LEASE) == []
    with fresh_database.reading(jobs.QUEUE, role=Role.WORKER) as tx:
        assert outbox.queue_state(tx, now=now).failed == 1


def test_what_was_given_up_can_be_tried_again_once_the_cause_is_repaired(
    fresh_database: Database, now: datetime
) -> None:
    post(fresh_database, now, "hello")
    for attempt in range(DELIVERY_ATTEMPTS_MAX + 1):
        take(fresh_database, now + attempt * LEASE)
    later = now + timedelta(days=2)
    with fresh_database.transaction(Scope(GROUP), now=later) as tx:
        assert outbox.retry_given_up(tx, now=later) == 1
    messages = take(fresh_database, later)
    settle(fresh_database, messages, Ok(None), later)
    with fresh_database.reading(jobs.QUEUE, role=Role.WORKER) as tx:
        state = outbox.queue_state(tx, now=later)
    assert (state.due, state.under_way, state.failed) == (0, 0, 0)
