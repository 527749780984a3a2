"""Follows merges and splits of persons: in each brand, two customers become one, or two again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from huitong.channels.model import MemberStatus
from huitong.customers import tables
from huitong.customers.events import CustomersMerged, CustomersSplit
from huitong.customers.model import CustomerStatus
from huitong.customers.operations.facets import fold_facets
from huitong.customers.operations.locking import find_or_make, lock_customers
from huitong.customers.operations.owned import give_back_owned, reassign_owned
from huitong.customers.operations.profiles import give_back_statements
from huitong.customers.operations.relations import merge_relations, part_relations
from huitong.customers.operations.standings import keep_standings, standings_of
from huitong.customers.queries import families
from huitong.customers.rules import Said, Standing, earlier, higher, standing_told
from huitong.identity.events import PersonsMerged, PersonsSplit
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of

Pair = tuple[PersonsMerged, int, int]
"""A merge of persons, and the customers of its source and its target in one brand."""


def reassign(tx: Tx, merged: Sequence[object], now: datetime) -> None:
    """Merge the customers of merged persons, brand by brand; the source leads to the target.

    Where only the source was a customer, one is made of the target, so that a customer always is
    in the bucket of their person.
    """
    _see_every_brand(tx)
    for wave in _waves(cast("Sequence[PersonsMerged]", merged)):
        _merge_wave(tx, wave, now)


def give_back(tx: Tx, split: Sequence[object], now: datetime) -> None:
    """Undo the merges of customers that came of persons who are two again.

    Each is then what the records say that came under their own identifiers, before the merge or
    since.
    """
    _see_every_brand(tx)
    events = {event.merge_id: event for event in cast("Sequence[PersonsSplit]", split)}
    params = {"group_id": tx.scope.group_id, "persons_merge_ids": array(list(events))}
    merges = tx.rows(tables.merging.STANDING_MERGES, params)
    locked = lock_customers(tx, [one for row in merges for one in (row[3], row[4])])
    constants = {"group_id": tx.scope.group_id, "now": now}
    sources, merge_ids = [row[3] for row in merges], [row[0] for row in merges]
    family = families(tx, customer_ids=sources)
    tx.execute(tables.merging.MARK_SPLIT, {**constants, "customer_ids": array(sources)})
    tx.execute(tables.merging.CLOSE_MERGES, {**constants, "merge_ids": array(merge_ids)})
    # The latest merge comes first: what came under an identifier goes back over several of them.
    for merge_id, brand_id, persons_merge_id, source, target in merges:
        returned = events[persons_merge_id].identifier_ids
        # What is told first is heard first: orders go back before what they earn is looked at anew.
        tx.emit(CustomersSplit(merge_id, brand_id, source, target, returned))
        given_back = [(source, target, identifier_id) for identifier_id in returned]
        tx.write(tables.merging.GIVE_BACK_TOLD, tables.merging.GIVEN_BACK, given_back)
        gone_with = [(source, target, one) for one in sorted(family[source])]
        tx.write(tables.merging.GIVE_BACK_EXITS, tables.merging.GONE_WITH, gone_with)
        give_back_statements(
            tx, source=locked[source], target=locked[target], identifier_ids=returned
        )
        part_relations(
            tx,
            source=source,
            target=target,
            merge_id=merge_id,
            family=family[source],
            identifier_ids=set(returned),
            now=now,
        )
        give_back_owned(
            tx, source=source, target=target, family=family[source], identifier_ids=returned
        )
    living = [one.id for one in locked.values() if one.erased_at is None]
    keep_standings(tx, standings_by_records(tx, living), now=now)
    fold_facets(tx, locked)


def standings_by_records(tx: Tx, customer_ids: Sequence[int]) -> dict[int, Standing]:
    """Return what customers are by all that records told of them and of those merged into them."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(customer_ids))}
    said: defaultdict[int, list[Said]] = defaultdict(list)
    for customer_id, status, *rest in tx.rows(tables.merging.TOLD_OF_CUSTOMERS, params):
        said[customer_id].append(Said(MemberStatus(status), *rest))
    standings = {one: standing_told(said[one]) for one in customer_ids}
    for target, status, enrolled_at in tx.rows(tables.merging.STILL_MERGED, params):
        remaining = Standing(CustomerStatus(status), enrolled_at)
        standings[target] = _joined(standings[target], remaining)
    return standings


def _merge_wave(tx: Tx, wave: Sequence[PersonsMerged], now: datetime) -> None:
    pairs = _pairs(tx, wave, now)
    if not pairs:
        return
    locked = lock_customers(tx, [one for _, source, target in pairs for one in (source, target)])
    present = standings_of(tx, locked)
    merge_ids = tx.new_ids([bucket_of(target) for _, _, target in pairs])
    standings: dict[int, Standing] = {}
    rows = []
    for merge_id, (event, source, target) in zip(merge_ids, pairs, strict=True):
        before = standings.get(target, present[target])
        standings[target] = _joined(before, present[source])
        brand_id = locked[target].brand_id
        rows.append(
            (
                bucket_of(merge_id),
                merge_id,
                brand_id,
                event.merge_id,
                source,
                target,
                before.status.value,
                before.enrolled_at,
            )
        )
        tx.emit(CustomersMerged(merge_id, brand_id, source, target))
    tx.write(tables.merging.INSERT_MERGES, tables.merging.MERGE, rows, {"now": now})
    tx.write(tables.merging.MARK_MERGED, tables.merging.MERGE, rows, {"now": now})
    merge_relations(tx, [(row[1], row[4], row[5]) for row in rows], now=now)
    reassign_owned(tx, [(row[4], row[5]) for row in rows])
    keep_standings(tx, standings, now=now)
    fold_facets(tx, locked)


def _pairs(tx: Tx, wave: Sequence[PersonsMerged], now: datetime) -> list[Pair]:
    persons = sorted({person for event in wave for person in (event.source_id, event.target_id)})
    params = {"group_id": tx.scope.group_id, "person_ids": array(persons)}
    of_person: dict[int, dict[int, int]] = {}
    for person_id, brand_id, customer_id in tx.rows(tables.merging.CUSTOMERS_OF_PERSONS, params):
        of_person.setdefault(person_id, {})[brand_id] = customer_id
    missing: dict[int, set[int]] = {}
    for event in wave:
        for brand_id in of_person.get(event.source_id, {}):
            if brand_id not in of_person.get(event.target_id, {}):
                missing.setdefault(brand_id, set()).add(event.target_id)
    # One statement a brand: a group has few, and a merge of persons meets fewer.
    for brand_id, person_ids in sorted(missing.items()):
        made = find_or_make(
            tx, brand_id=brand_id, person_ids=sorted(person_ids), are_locked=True, now=now
        )
        for person_id, customer_id in made.items():
            of_person.setdefault(person_id, {})[brand_id] = customer_id
    return [
        (event, source, of_person[event.target_id][brand_id])
        for event in wave
        for brand_id, source in sorted(of_person.get(event.source_id, {}).items())
    ]


def _joined(target: Standing, source: Standing) -> Standing:
    return replace(
        target,
        status=higher(target.status, source.status),
        enrolled_at=earlier(target.enrolled_at, source.enrolled_at),
    )


def _waves(events: Sequence[PersonsMerged]) -> Iterator[list[PersonsMerged]]:
    """Yield the merges in batches in which nobody who was reached is moved on."""
    wave: list[PersonsMerged] = []
    for event in events:
        reached = {each.target_id for each in wave}
        if event.source_id in reached:
            yield wave
            wave = []
        wave.append(event)
    if wave:
        yield wave


def _see_every_brand(tx: Tx) -> None:
    assert tx.scope.brand_ids is None, "Persons merge in a transaction that sees every brand."
