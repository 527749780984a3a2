"""Carries a difference out, with journals: merges undone, identifiers carved, persons merged."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from huitong.identity.events import PersonCarved, PersonsSplit
from huitong.identity.operations.merging import Move, move_persons
from huitong.identity.queries import ciphers_of
from huitong.identity.rules import SEALED_PLACE, Difference, Going, StandingMerge
from huitong.identity.tables import evidence as tables
from huitong.identity.tables import people
from huitong.platform import crypto
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why persons change: in words, with the record that showed it to each person, if any.

    Nothing came with the identifiers in `without_facts`, so what they leave behind stays behind.
    """

    domain_id: int
    reason: str
    record_of: Mapping[int, int]
    without_facts: frozenset[int]


def carry_out(tx: Tx, found: Difference, *, occasion: Occasion, now: datetime) -> None:
    """Undo, carve and merge in this order; the persons are locked already.

    What each step tells is carried out by the domains above before the next step begins.
    """
    undo_merges(tx, found.undone, domain_id=occasion.domain_id, now=now)
    if found.undone and (found.carved or found.merged):
        tx.settle()
    carve(tx, found.carved, occasion=occasion, now=now)
    if found.carved and found.merged:
        tx.settle()
    moves = [
        Move(source, target, occasion.reason, record_id=occasion.record_of.get(source))
        for source, target in found.merged
    ]
    move_persons(tx, moves, domain_id=occasion.domain_id, now=now)


def undo_merges(tx: Tx, undone: Sequence[StandingMerge], *, domain_id: int, now: datetime) -> None:
    """Undo merges, the outermost first: each source gets back what its merge moved."""
    for _, wave in groupby(undone, key=lambda merge: merge.depth):
        merges = list(wave)
        rows = [
            (merge.source_id, merge.target_id, identifier)
            for merge in merges
            for identifier in merge.identifier_ids
        ]
        returned: defaultdict[int, list[int]] = defaultdict(list)
        for source, identifier in tx.write(tables.RETURN_IDENTIFIERS, tables.RETURNED, rows):
            returned[source].append(identifier)
        params = {
            "group_id": tx.scope.group_id,
            "person_ids": array([merge.source_id for merge in merges]),
            "merge_ids": array([merge.id for merge in merges]),
            "now": now,
        }
        tx.execute(tables.MARK_ALL_SPLIT, params)
        tx.execute(tables.CLOSE_ALL_MERGES, params)
        tx.emit(
            *(
                PersonsSplit(
                    merge.id,
                    domain_id,
                    merge.source_id,
                    merge.target_id,
                    tuple(sorted(returned[merge.source_id])),
                )
                for merge in merges
            )
        )


def carve(tx: Tx, carved: Sequence[Going], *, occasion: Occasion, now: datetime) -> None:
    """Give identifiers to those they belong to, making persons where nobody is at home yet."""
    if not carved:
        return
    salts = _make_persons(tx, carved, domain_id=occasion.domain_id, now=now)
    targets = [each.to_id or salts[each.label][0] for each in carved]
    _reseal(tx, carved, targets, dict(salts.values()))
    new_ids = tx.new_ids([bucket_of(target) for target in targets])
    rows = []
    for new_id, each, target in zip(new_ids, carved, targets, strict=True):
        followed = tuple(one for one in each.identifier_ids if one not in occasion.without_facts)
        identifiers = array(each.identifier_ids)
        rows.append((bucket_of(new_id), new_id, each.from_id, target, identifiers, bool(followed)))
        if followed:
            tx.emit(PersonCarved(new_id, occasion.domain_id, each.from_id, target, followed))
    constants = {"domain_id": occasion.domain_id, "reason": occasion.reason, "now": now}
    tx.write(tables.INSERT_CARVINGS, tables.CARVING, rows, constants)


def _make_persons(
    tx: Tx, carved: Iterable[Going], *, domain_id: int, now: datetime
) -> dict[int, tuple[int, bytes]]:
    """Make a person for each label where nobody is at home; return them with their salts."""
    first = {each.label: each.identifier_ids[0] for each in carved if each.to_id is None}
    made = tx.new_ids([bucket_of(identifier) for identifier in first.values()])
    persons = {
        label: (person, crypto.new_person_key()) for label, person in zip(first, made, strict=True)
    }
    rows = [(bucket_of(person), person, salt) for person, salt in persons.values()]
    constants = {"domain_id": domain_id, "now": now}
    tx.write(people.INSERT_PERSONS, people.PERSON, rows, constants)
    return persons


def _reseal(
    tx: Tx, carved: Sequence[Going], targets: Sequence[int], new_salts: Mapping[int, bytes]
) -> None:
    """Put values under the keys of their new owners, so that each can be forgotten alone."""
    way = {
        identifier: (each.from_id, target)
        for each, target in zip(carved, targets, strict=True)
        for identifier in each.identifier_ids
    }
    params = {"group_id": tx.scope.group_id, "identifier_ids": array(sorted(way))}
    sealed = tx.rows(tables.SEALED, params)
    known = {row[1] for row in sealed if row[1] is not None}
    ciphers = ciphers_of(tx, person_ids=known | set(targets))
    keyring, group_id = crypto.keyring(), tx.scope.group_id
    new = {
        person: keyring.person_cipher(group_id, person, salt) for person, salt in new_salts.items()
    }
    rows = []
    for identifier, sealed_for, value in sealed:
        from_id, to_id = way[identifier]
        if value is None or sealed_for not in ciphers:
            rows.append((identifier, from_id, to_id, sealed_for, value))
            continue
        plain = ciphers[sealed_for].open(value, place=SEALED_PLACE, row=identifier)
        cipher = new.get(to_id) or ciphers[to_id]
        resealed = cipher.seal(plain, place=SEALED_PLACE, row=identifier)
        rows.append((identifier, from_id, to_id, to_id, resealed))
    moved = tx.write(tables.CARVE, tables.GOING, rows)
    assert len(moved) == len(rows), "The persons are locked, so what is theirs stays theirs."
