"""Follows identifiers that went from one person to another: what came with them goes along."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast

from huitong.customers import tables
from huitong.customers.events import CustomersCarved
from huitong.customers.operations.facets import fold_facets
from huitong.customers.operations.locking import find_or_make, lock_customers
from huitong.customers.operations.merging import standings_by_records
from huitong.customers.operations.owned import give_back_owned
from huitong.customers.operations.profiles import give_back_statements
from huitong.customers.operations.relations import part_relations
from huitong.customers.operations.standings import keep_standings
from huitong.identity.events import PersonCarved
from huitong.platform.db import Tx, array


class _Way(NamedTuple):
    """What goes from one customer of a brand to another."""

    event: PersonCarved
    brand_id: int
    from_id: int
    to_id: int


def carve(tx: Tx, carved: Sequence[object], now: datetime) -> None:
    """Give what came with carved identifiers to the customers of those who have them now.

    Where the new owner is no customer of the brand yet, one is made. Each customer is then what the
    records say that came under their own identifiers.
    """
    assert tx.scope.brand_ids is None, "Persons part in a transaction that sees every brand."
    ways = _ways(tx, cast("Sequence[PersonCarved]", carved), now)
    locked = lock_customers(tx, [one for way in ways for one in (way.from_id, way.to_id)])
    told = []
    for event, brand_id, from_id, to_id in ways:
        identifiers = event.identifier_ids
        tx.emit(CustomersCarved(event.carving_id, brand_id, to_id, from_id, identifiers))
        told += [(to_id, from_id, identifier) for identifier in identifiers]
        give_back_statements(
            tx, source=locked[to_id], target=locked[from_id], identifier_ids=identifiers
        )
        part_relations(
            tx,
            source=to_id,
            target=from_id,
            merge_id=event.carving_id,
            family={to_id},
            identifier_ids=set(identifiers),
            now=now,
        )
        give_back_owned(
            tx, source=to_id, target=from_id, family={to_id}, identifier_ids=identifiers
        )
    tx.write(tables.merging.GIVE_BACK_TOLD, tables.merging.GIVEN_BACK, told)
    living = [one.id for one in locked.values() if one.erased_at is None]
    keep_standings(tx, standings_by_records(tx, living), now=now)
    fold_facets(tx, locked)


def _ways(tx: Tx, carved: Sequence[PersonCarved], now: datetime) -> list[_Way]:
    persons = sorted({one for event in carved for one in (event.from_id, event.to_id)})
    params = {"group_id": tx.scope.group_id, "person_ids": array(persons)}
    of_person: dict[int, dict[int, int]] = {}
    for person_id, brand_id, customer_id in tx.rows(tables.merging.CUSTOMERS_OF_PERSONS, params):
        of_person.setdefault(person_id, {})[brand_id] = customer_id
    wanted: dict[int, set[int]] = {}
    for event in carved:
        for brand_id in of_person.get(event.from_id, {}):
            wanted.setdefault(brand_id, set()).add(event.to_id)
    made = {
        brand_id: find_or_make(
            tx, brand_id=brand_id, person_ids=sorted(person_ids), are_locked=True, now=now
        )
        for brand_id, person_ids in sorted(wanted.items())
    }
    return [
        _Way(event, brand_id, customer_id, made[brand_id][event.to_id])
        for event in carved
        for brand_id, customer_id in sorted(of_person.get(event.from_id, {}).items())
    ]
