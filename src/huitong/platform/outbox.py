"""What has to happen after a commit: kept with the commit, delivered later, never swallowed.

A message is a row of the transaction that emits it. The worker hands due messages, in batches of
one group and topic, to the handler that the wiring names. What fails is tried again, each time
after twice the wait; after the last attempt it stays as given up, where the doctor counts it.
Order is not kept: a message that fails does not hold up the ones behind it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import orjson

from huitong.platform.db import Database, ReadTx, Scope, Shape, Tx
from huitong.platform.errors import Ok, Refused
from huitong.platform.jobs.model import ERROR_LENGTH_MAX, Json, QueueState, wait_after

LEASE_SECONDS = 300
DELIVERY_ATTEMPTS_MAX = 12


@dataclass(frozen=True, slots=True)
class Note:
    """What to send once the transaction has committed: a topic and ids, no personal data."""

    topic: str
    payload: Json


@dataclass(frozen=True, slots=True)
class Message:
    """A note on its way, claimed by a worker."""

    group_id: int
    id: int
    topic: str
    payload: Json
    attempts: int
    recorded_at: datetime


Outcome: TypeAlias = Ok[object] | Refused
# Called outside any transaction with messages of one group; answers one outcome for each, in order.
Delivery: TypeAlias = Callable[[Database, Scope, Sequence[Message], datetime], Sequence[Outcome]]

NOTE = Shape(name="outbox_note", columns={"id": "bigint", "topic": "text", "payload": "text"})

# Due at once; seen by the worker when the transaction has committed.
INSERT_NOTES = """
INSERT INTO platform.outbox (group_id, id, topic, payload, run_at, recorded_at)
SELECT %(group_id)s, id, topic, payload::jsonb, %(now)s, %(now)s
FROM {incoming}
"""

# The due messages of the topics that have a handler, oldest first, out of any group. While the
# lease runs nobody else takes them; when the worker dies they are due again, unless that was the
# last attempt.
CLAIM = """
UPDATE platform.outbox AS o
SET attempts = o.attempts + 1,
    run_at = %(lease_until)s,
    given_up_at = CASE WHEN o.attempts >= %(attempts_max)s THEN %(now)s END,
    error = CASE WHEN o.attempts >= %(attempts_max)s THEN %(died)s ELSE o.error END
FROM (
  SELECT group_id, id
  FROM platform.outbox
  WHERE delivered_at IS NULL
    AND given_up_at IS NULL
    AND run_at <= %(now)s
    AND topic = ANY(%(topics)s)
  ORDER BY run_at, id
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
) AS due
WHERE o.group_id = due.group_id
  AND o.id = due.id
RETURNING o.group_id, o.id, o.topic, o.payload, o.attempts, o.recorded_at
"""

SETTLED = Shape(
    name="outbox_settled",
    columns={
        "owner_group_id": "bigint",
        "id": "bigint",
        "attempts": "integer",
        "error": "text",
        "again_at": "timestamptz",
    },
)

# No error: delivered. An error and a next time: again. An error and none: given up.
SETTLE = """
UPDATE platform.outbox AS o
SET delivered_at = CASE WHEN incoming.error IS NULL THEN %(now)s END,
    given_up_at = CASE
      WHEN incoming.error IS NOT NULL AND incoming.again_at IS NULL THEN %(now)s
    END,
    run_at = coalesce(incoming.again_at, o.run_at),
    error = incoming.error
FROM {incoming}
WHERE o.group_id = incoming.owner_group_id
  AND o.id = incoming.id
  AND o.attempts = incoming.attempts
  AND o.delivered_at IS NULL
"""

# Somebody has repaired the cause.
RETRY_GIVEN_UP = """
UPDATE platform.outbox
SET given_up_at = NULL,
    attempts = 0,
    run_at = %(now)s
WHERE group_id = %(group_id)s
  AND given_up_at IS NOT NULL
"""

# Over all groups, through the worker's policy. A claimed message is not due until its lease ends.
QUEUE_STATE = """
SELECT count(*) FILTER (WHERE given_up_at IS NULL AND run_at <= %(now)s),
       coalesce(extract(epoch FROM %(now)s - min(run_at)
         FILTER (WHERE given_up_at IS NULL AND run_at <= %(now)s)), 0)::bigint,
       count(*) FILTER (WHERE given_up_at IS NULL AND run_at > %(now)s),
       count(*) FILTER (WHERE given_up_at IS NOT NULL)
FROM platform.outbox
WHERE delivered_at IS NULL
"""


def put(tx: Tx, notes: Sequence[Note], *, now: datetime) -> None:
    """Keep notes with the caller's transaction, to be delivered after its commit."""
    new_ids = tx.new_ids([0] * len(notes))
    rows = [
        (new_id, note.topic, orjson.dumps(note.payload).decode())
        for new_id, note in zip(new_ids, notes, strict=True)
    ]
    tx.write(INSERT_NOTES, NOTE, rows, {"now": now})


def claim(tx: Tx, *, topics: Sequence[str], limit: int, now: datetime) -> list[Message]:
    """Take the next due messages of any group, under a lease; `tx` runs as the worker."""
    params = {
        "topics": list(topics),
        "limit": limit,
        "attempts_max": DELIVERY_ATTEMPTS_MAX,
        "died": "Its worker died in the last attempt.",
        "now": now,
        "lease_until": now + timedelta(seconds=LEASE_SECONDS),
    }
    messages = [Message(*row) for row in tx.rows(CLAIM, params)]
    return [message for message in messages if message.attempts <= DELIVERY_ATTEMPTS_MAX]


def settle(
    tx: Tx, messages: Sequence[Message], outcomes: Sequence[Outcome], *, now: datetime
) -> None:
    """Record what came of claimed messages: delivered, again later, or given up."""
    rows = [
        (message.group_id, message.id, message.attempts, *_next(message, outcome, now))
        for message, outcome in zip(messages, outcomes, strict=True)
    ]
    tx.write(SETTLE, SETTLED, rows, {"now": now})


def retry_given_up(tx: Tx, *, now: datetime) -> int:
    """Let everything the group gave up be tried again and return how many messages that is."""
    return tx.execute(RETRY_GIVEN_UP, {"group_id": tx.scope.group_id, "now": now})


def queue_state(tx: ReadTx, *, now: datetime) -> QueueState:
    """Return the state of the outbox over all groups; `tx` runs as the worker."""
    found = tx.row(QUEUE_STATE, {"now": now})
    assert found is not None, "An aggregate always answers."
    return QueueState(*found)


def _next(message: Message, outcome: Outcome, now: datetime) -> tuple[str | None, datetime | None]:
    """Return the error to keep and when to try again."""
    if isinstance(outcome, Ok):
        return None, None
    error = f"{outcome.code}: {outcome.reason}"[:ERROR_LENGTH_MAX]
    if message.attempts >= DELIVERY_ATTEMPTS_MAX:
        return error, None
    return error, now + wait_after(message.attempts)
