"""Everything the domain holds of customers, unmasked, for the persons themselves."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from huitong import identity
from huitong.customers import rules, tables
from huitong.customers.queries.leaving import exits_of
from huitong.customers.queries.owned import belongings_of, classifications_of
from huitong.customers.queries.permitting import consents_of
from huitong.customers.queries.showing import find_customers
from huitong.customers.queries.statements import statements_of
from huitong.platform.crypto import Cipher
from huitong.platform.db import ReadTx, array

Told = Mapping[str, object]


def export(tx: ReadTx, customer_ids: Sequence[int]) -> dict[int, Told]:
    """Return what is held of customers and of those merged into them, personal values unmasked.

    Only for the person themselves, or with the permission to see personal values; unknown ids are
    left out, and what was erased is not there any more.
    """
    wanted = sorted(set(customer_ids))
    params = {"group_id": tx.scope.group_id, "customer_ids": array(wanted)}
    family: defaultdict[int, list[int]] = defaultdict(list)
    person_of: dict[int, int] = {}
    for head, customer_id, person_id, *_ in tx.rows(tables.people.FAMILIES, params):
        family[head].append(customer_id)
        person_of[customer_id] = person_id
    ciphers = identity.ciphers_of(tx, person_ids=person_of.values())
    profiles, cards = _profiles(tx, person_of), _cards(tx, person_of, ciphers)
    consents = consents_of(tx, customer_ids=wanted)
    belongings = belongings_of(tx, customer_ids=wanted)
    classes = classifications_of(tx, customer_ids=wanted)
    exits = exits_of(tx, customer_ids=list(person_of))
    return {
        one.id: {
            "id": one.id,
            "brand_id": one.brand_id,
            "status": one.status,
            "enrolled_at": one.enrolled_at,
            "known_since": one.recorded_at,
            "profiles": [told for each in family[one.id] for told in profiles[each]],
            "cards": [number for each in family[one.id] for number in cards[each]],
            "belongings": [asdict(each) for each in belongings.get(one.id, ())],
            "classifications": [asdict(each) for each in classes.get(one.id, ())],
            "consents": list(consents.get(one.id, ())),
            "exits": [asdict(each) for each in exits if each.customer_id in family[one.id]],
        }
        for one in find_customers(tx, customer_ids=wanted).values()
    }


def customers_of_person(tx: ReadTx, *, person_id: int) -> list[int]:
    """Return the customers of a person in every brand that the scope sees."""
    params = {"group_id": tx.scope.group_id, "person_ids": array([person_id])}
    return [row[0] for row in tx.rows(tables.people.ALL_OF_PERSONS, params)]


def _profiles(tx: ReadTx, person_of: Mapping[int, int]) -> Mapping[int, list[Told]]:
    """Return what each source said that still counts, by customer."""
    said: defaultdict[int, list[Told]] = defaultdict(list)
    for one in statements_of(tx, customer_ids=person_of):
        said[one.customer_id].append(
            {"source": one.source, "told_at": one.told_at, **asdict(one.profile)}
        )
    return said


def _cards(
    tx: ReadTx, person_of: Mapping[int, int], ciphers: Mapping[int, Cipher]
) -> Mapping[int, list[str]]:
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(person_of))}
    cards: defaultdict[int, list[str]] = defaultdict(list)
    for customer_id, card_id, sealed, *_ in tx.rows(tables.cards.CARDS_OF_CUSTOMERS, params):
        cipher = ciphers.get(person_of[customer_id])
        if cipher is not None:
            number = cipher.open(sealed, place=rules.CARD_PLACE, row=card_id).decode()
            cards[customer_id].append(number)
    return cards
