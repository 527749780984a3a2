"""Read what was recorded: a page of it, all of it, and who acted lately."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from huitong.platform.audit import tables
from huitong.platform.audit.acts import Act
from huitong.platform.audit.model import EXPORT_ENTRIES_MAX, Entry, TooManyEntries, Wanted
from huitong.platform.audit.recording import KEY, USER, id_of
from huitong.platform.db import ReadTx
from huitong.platform.ids import ID_BITS

ANY_ID = (1 << ID_BITS) - 1
ROWS_PER_ROUND_TRIP = 500
# Who acted is told from so many of the latest entries: enough for a list to choose from.
ENTRIES_FOR_ACTORS_MAX = 20_000


def entries(tx: ReadTx, wanted: Wanted, *, before_id: int | None, limit: int) -> list[Entry]:
    """Return the newest entries that are wanted, with ids below `before_id`."""
    return tx.all(Entry, tables.LIST, _params(tx, wanted, before_id=before_id, limit=limit))


def check_export(tx: ReadTx, wanted: Wanted) -> int:
    """Return how many entries are wanted, when one file takes them.

    :raises TooManyEntries: when it does not.
    """
    params = _params(tx, wanted, before_id=None, limit=EXPORT_ENTRIES_MAX + 1)
    found = tx.row(tables.COUNT, params)
    assert found is not None, "An aggregate always answers."
    if found[0] > EXPORT_ENTRIES_MAX:
        raise TooManyEntries
    return int(found[0])


def every_entry(tx: ReadTx, wanted: Wanted) -> Iterator[Entry]:
    """Yield the entries that are wanted, the newest first, a few hundred a round trip.

    The transaction is open as long as somebody reads: over a network take pages of them.
    """
    params = _params(tx, wanted, before_id=None, limit=EXPORT_ENTRIES_MAX)
    for row in tx.stream(tables.LIST, params, chunk=ROWS_PER_ROUND_TRIP):
        yield Entry(*row)


def actors(tx: ReadTx) -> list[tuple[str, str | None]]:
    """Return who acted lately, as (actor, name they had last)."""
    params = {"group_id": tx.scope.group_id, "entries_max": ENTRIES_FOR_ACTORS_MAX}
    return [(actor, name) for actor, name in tx.rows(tables.ACTORS, params)]


def names_of(tx: ReadTx, who: Collection[str]) -> dict[str, str]:
    """Return what each of some actors is called now; unknown ones lack."""
    if not who:
        return {}
    asked = sorted(set(who))
    params = {
        "group_id": tx.scope.group_id,
        "actors": asked,
        "key_ids": [id_of(KEY, one) for one in asked],
        "user_ids": [id_of(USER, one) for one in asked],
    }
    return dict(tx.rows(tables.NAMES, params))


def done_since(
    tx: ReadTx, *, actor: str, acts: Collection[Act], since: datetime
) -> tuple[int, datetime | None]:
    """Return how often somebody did any of it after an instant, and when the first of these was."""
    params = {
        "group_id": tx.scope.group_id,
        "actor": actor,
        "acts": [act.value for act in acts],
        "since": since,
    }
    found = tx.row(tables.DONE_SINCE, params)
    assert found is not None, "An aggregate always answers."
    return int(found[0]), found[1]


def sizes_since(
    tx: ReadTx,
    *,
    act: Act,
    number: str,
    undone_by: Act,
    actor: str,
    subjects: Sequence[str],
    since: datetime,
) -> tuple[int, dict[str, int]]:
    """Return how much somebody did since an instant, and how much was done to each subject.

    Summed is the size of `number` in what the entries tell; what `undone_by` undid is left out.
    """
    params = {
        "group_id": tx.scope.group_id,
        "act": act.value,
        "number": number,
        "undone_by": undone_by.value,
        "actor": actor,
        "subjects": list(subjects),
        "since": since,
    }
    sizes = {subject: int(size) for subject, size in tx.rows(tables.SIZES_SINCE, params)}
    return sizes.pop(None), sizes


def _params(tx: ReadTx, wanted: Wanted, *, before_id: int | None, limit: int) -> dict[str, object]:
    return {
        "group_id": tx.scope.group_id,
        "before_id": ANY_ID if before_id is None else before_id,
        "actor": wanted.actor,
        "acts": None if wanted.acts is None else list(wanted.acts),
        "subject": wanted.subject,
        "brand_id": wanted.brand_id,
        "since": wanted.since,
        "until": wanted.until,
        "limit": limit,
    }
