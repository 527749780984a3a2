"""Forgets: the texts of days that are over, and the texts of an erased person's records."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from huitong.channels import rules, tables
from huitong.channels.model import Forgotten
from huitong.channels.operations.taking import cipher_of_day
from huitong.channels.queries import BODY_PLACE, texts_of_bodies
from huitong.channels.rules import pack
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of

REFUSED_PER_STEP_MAX = 2_000


def forget_bodies(tx: Tx, *, before: date) -> Forgotten:
    """Forget the texts of all days before one: their keys first, then what these had sealed.

    The key's salt is not part of a database backup, so the bodies in old backups close as well.
    """
    until = {"group_id": tx.scope.group_id, "day": before}
    day_count = tx.execute(tables.FORGET_DAY_KEYS, until)
    tx.execute(tables.DROP_TEXT_COPIES, until)
    body_count = tx.execute(tables.DROP_BODIES, until)
    return Forgotten(day_count=day_count, body_count=body_count)


def erase(tx: Tx, record_ids: Sequence[int]) -> int:
    """Forget the texts of some records in every version, and return how many were still kept.

    Their pages are sealed anew without them. The rows of the records stay: they name nobody (a
    member is known there by a blind index), and keep the same old version from coming back in.
    Copies of the former page, in backups and in the write-ahead log, close with the key of its day.
    """
    places: dict[int, set[int]] = defaultdict(set)
    asked = {
        "group_id": tx.scope.group_id,
        "buckets": array([bucket_of(one) for one in record_ids]),
        "ids": array(record_ids),
    }
    for body_id, place in tx.rows(tables.FIND_PLACES_OF_VERSIONS, asked):
        places[body_id].add(place)
    wanted = {"group_id": tx.scope.group_id, "body_ids": sorted(places)}
    tx.rows(tables.LOCK_BODIES, wanted)
    rows, erased_count = [], 0
    days = {int(body_id): day for body_id, day, *_ in tx.rows(tables.FIND_BODIES, wanted)}
    for body_id, texts in texts_of_bodies(tx, sorted(places)).items():
        erased_count += sum(1 for place in places[body_id] if texts[place])
        kept = [b"" if at in places[body_id] else text for at, text in enumerate(texts)]
        cipher = cipher_of_day(tx, days[body_id])
        rows.append((body_id, cipher.seal(pack(kept), place=BODY_PLACE, row=body_id)))
    tx.write(tables.RESEAL_BODIES, tables.RESEALED_BODY, rows)
    return erased_count


def refused_naming(tx: Tx, values: Sequence[str]) -> list[int]:
    """Return the refused records whose kept text holds one of some values, however it is spelled.

    They were never applied, so nothing else leads from a person to them.
    """
    wanted = [needle for value in values if (needle := rules.tight(value))]
    found: list[int] = []
    after_id = 0
    while wanted:
        rows = tx.rows(
            tables.REFUSED_PLACES,
            {"group_id": tx.scope.group_id, "after_id": after_id, "limit": REFUSED_PER_STEP_MAX},
        )
        # The last page of a full step may go on beyond it, so it is met again in the next one.
        is_full = len(rows) == REFUSED_PER_STEP_MAX and rows[0][0] != rows[-1][0]
        step = [row for row in rows if not is_full or row[0] != rows[-1][0]]
        if not step:
            return found
        texts = texts_of_bodies(tx, [row[0] for row in step])
        for body_id, place, record_id in step:
            text = rules.tight(rules.plain(texts[body_id][place])) if body_id in texts else ""
            if any(needle in text for needle in wanted):
                found.append(int(record_id))
        after_id = step[-1][0]
    return found


def reassign(tx: Tx, *, source: int, target: int) -> int:
    """Return how many records move when one person becomes another: none.

    A record belongs to the account that told it and names nobody, so a merge or a split of persons
    leaves the inbox as it is; what was learned from the records moves in the domains above.
    """
    assert tx.scope.group_id, "Persons are merged within a group."
    assert source != target, "A person is not merged with itself."
    return 0
