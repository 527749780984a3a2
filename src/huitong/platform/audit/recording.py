"""Write entries, in the transaction of what they tell."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from huitong.platform import ids, personal
from huitong.platform.audit import tables
from huitong.platform.audit.acts import Act
from huitong.platform.audit.model import REASON_LENGTH_MAX, Acting, Change, Json
from huitong.platform.audit.origins import command, origin
from huitong.platform.audit.rules import kept
from huitong.platform.db import Scope, Tx

# As in `platform/auth`, which records what it does and so cannot be imported here.
KEY = "key"
USER = "usr"
HAND_ACTOR = "cli:"


def record(
    tx: Tx,
    *,
    by: Acting | str,
    act: Act | str,
    subject: str,
    now: datetime,
    before: Json | None = None,
    after: Json | None = None,
    reason: str | None = None,
    brand_id: int | None = None,
) -> None:
    """Write that `by` did `act` to `subject`; of two sides only what differs is kept.

    Values of personal fields are hidden, so they may not be told; names of persons in free text
    cannot be found by a rule and must not be put there.

    :raises ValueError: when the act is not in the vocabulary.
    """
    change = Change(subject=subject, before=before, after=after, reason=reason, brand_id=brand_id)
    record_all(tx, [change], by=by, act=act, now=now)


def record_all(
    tx: Tx, changes: Sequence[Change], *, by: Acting | str, act: Act | str, now: datetime
) -> None:
    """Write that `by` did `act` to each of the subjects, in one statement.

    :raises ValueError: when the act is not in the vocabulary.
    """
    actor = by if isinstance(by, str) else by.actor()
    come = origin()
    rows = [
        _row(tx.scope, change, entry_id)
        for change, entry_id in zip(changes, tx.new_ids([0] * len(changes)), strict=True)
    ]
    constants = {
        "now": now,
        "act": str(Act(act)),
        "actor": actor,
        "actor_name": _name_of(actor),
        "key_id": id_of(KEY, actor),
        "user_id": id_of(USER, actor),
        "address": come.address,
        "agent": come.agent,
        "request_id": come.request_id,
    }
    tx.write(tables.INSERT, tables.INCOMING, rows, constants)
    if (under_way := command()) is not None:
        under_way.told = True


def tell_command(tx: Tx, now: datetime) -> None:
    """Write that a command changed something, once, unless what it did is told already.

    The one place for the command line: it runs right before each commit, and a transaction that
    wrote nothing is not worth an entry.
    """
    under_way = command()
    if under_way is None or under_way.told or tx.scope.group_id == 0:
        return
    found = tx.row(tables.HAS_WRITTEN)
    if found is not None and found[0]:
        record(
            tx,
            by=under_way.actor,
            act=Act.COMMAND_RUN,
            subject=f"command:{under_way.words}",
            after=under_way.parameters,
            now=now,
        )


def wait_for_actor(tx: Tx, actor: str) -> None:
    """Wait until no other transaction of this actor that waited here is open.

    Whoever counts what somebody did before they may do more asks for this first.
    """
    tx.execute(tables.WAIT_FOR_ACTOR, {"group_id": tx.scope.group_id, "actor": actor})


def _row(scope: Scope, change: Change, entry_id: int) -> tuple[object, ...]:
    before, after = kept(change.before, change.after)
    reason = change.reason and personal.hidden_text(change.reason)[:REASON_LENGTH_MAX]
    return (
        entry_id,
        _brand_of(scope, change.brand_id),
        change.subject,
        reason or None,
        _text(before),
        _text(after),
    )


def _brand_of(scope: Scope, brand_id: int | None) -> int | None:
    """Return the brand that an entry is of; one who sees some brands only acts for the first.

    Without it an act that is of no brand, such as fixing a record, could not be told of them: row
    security lets nobody who is limited to brands write a row of the group.
    """
    if brand_id is not None or not scope.brand_ids:
        return brand_id
    return min(scope.brand_ids)


def _name_of(actor: str) -> str | None:
    """Return the name of who acts at the command line; others are looked up by their id."""
    return actor.removeprefix(HAND_ACTOR) if actor.startswith(HAND_ACTOR) else None


def id_of(prefix: str, actor: str) -> int | None:
    """Return the id of an actor of a kind, or None for one of another kind."""
    return ids.read(prefix, actor) if actor.startswith(f"{prefix}_") else None


def _text(side: Json | None) -> str | None:
    if side is None:
        return None
    return orjson.dumps(side, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
