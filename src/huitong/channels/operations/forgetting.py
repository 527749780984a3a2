"""Forgets: the texts of days that are over, and the texts of an erased person's records."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from huitong.channels import rules, tables
from huitong.channels.model import Forgotten
from huitong.channels.queries import BODIES_PER_FETCH, BODY_PLACE, bodies, unapplied_bodies
from huitong.channels.rules import pack
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of

ERASED = "The person of this record was erased, and its text with them: nothing is left to do."


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

    So go the refused originals of versions that were fixed, the words of refusals, and what was
    written beside fixes. Their pages are sealed anew without them, a few at a time. The rows of the
    records stay: they name nobody (a member is known there by a blind index), and keep the same old
    version from coming back in. Copies of the former page, in backups and in the write-ahead log,
    close with the key of its day.
    """
    reached = [row[0] for row in tx.rows(tables.VERSIONS_AND_ORIGINALS, _wanted(tx, record_ids))]
    wanted = _wanted(tx, reached)
    tx.execute(tables.MARK_ERASED, {**wanted, "reason": ERASED})
    tx.execute(tables.ERASE_WORDS_OF_FIXES, wanted)
    return _erase_texts(tx, reached)


def erase_told_again(tx: Tx, record_ids: Sequence[int]) -> int:
    """Forget the texts of versions that brought nothing new of erased persons; return how many.

    To be asked when the page on which they came is kept.
    """
    if not record_ids:
        return 0
    found = [row[0] for row in tx.rows(tables.FIND_ERASED, _wanted(tx, record_ids))]
    if found:
        tx.execute(tables.MARK_ERASED, {**_wanted(tx, found), "reason": ERASED})
    return _erase_texts(tx, found)


def never_applied_naming(tx: Tx, values: Sequence[str]) -> list[int]:
    """Return the records, refused or replaced before they were applied, whose text holds a value.

    However it is spelled. Nothing else leads from a person to them. One page is open at a time.
    """
    wanted = [needle for value in values if (needle := rules.tight(value))]
    if not wanted:
        return []
    return [
        record_id
        for body, records in unapplied_bodies(tx)
        for place, record_id in records
        if _holds(body.texts[place], wanted)
    ]


def _wanted(tx: Tx, record_ids: Sequence[int]) -> dict[str, object]:
    return {
        "group_id": tx.scope.group_id,
        "buckets": array([bucket_of(one) for one in record_ids]),
        "ids": array(record_ids),
    }


def _erase_texts(tx: Tx, record_ids: Sequence[int]) -> int:
    places: dict[int, set[int]] = defaultdict(set)
    for body_id, place in tx.rows(tables.FIND_PLACES_AND_COPIES, _wanted(tx, record_ids)):
        places[body_id].add(place)
    body_ids = sorted(places)
    tx.rows(tables.LOCK_BODIES, {"group_id": tx.scope.group_id, "body_ids": body_ids})
    erased_count = 0
    for start in range(0, len(body_ids), BODIES_PER_FETCH):
        rows = []
        for body in bodies(tx, body_ids[start : start + BODIES_PER_FETCH]):
            gone = places[body.id]
            erased_count += sum(1 for place in gone if body.texts[place])
            kept = [b"" if at in gone else text for at, text in enumerate(body.texts)]
            rows.append((body.id, body.cipher.seal(pack(kept), place=BODY_PLACE, row=body.id)))
        tx.write(tables.RESEAL_BODIES, tables.RESEALED_BODY, rows)
    return erased_count


def _holds(text: bytes, needles: Sequence[str]) -> bool:
    tight = rules.tight(rules.plain(text)) if text else ""
    return any(needle in tight for needle in needles)


def reassign(tx: Tx, *, source: int, target: int) -> int:
    """Return how many records move when one person becomes another: none.

    A record belongs to the account that told it and names nobody, so a merge or a split of persons
    leaves the inbox as it is; what was learned from the records moves in the domains above.
    """
    assert tx.scope.group_id, "Persons are merged within a group."
    assert source != target, "A person is not merged with itself."
    return 0
