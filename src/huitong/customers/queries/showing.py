"""Reads of who customers are, and shows them masked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from psycopg.rows import TupleRow

from huitong import identity
from huitong.channels.model import IdentifierKind
from huitong.customers import rules, tables
from huitong.customers.model import (
    CUSTOMER_PREFIX,
    CardState,
    Consent,
    Customer,
    CustomerNotFound,
    CustomerShown,
    CustomerStatus,
    Profile,
)
from huitong.customers.queries.statements import (
    opened,
    persons_of,
    sealed_statements,
    trust_of,
)
from huitong.identity.model import IdentifierShown
from huitong.org.model import Brand
from huitong.platform import crypto
from huitong.platform.db import ReadTx, array, byte_array
from huitong.platform.ids import bucket_of_digest
from huitong.platform.ids import show as show_id

CARD_KIND = "card"


def find_customers(tx: ReadTx, *, customer_ids: Iterable[int]) -> dict[int, Customer]:
    """Return customers by id, merged ones too; unknown ids are left out."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    return {row[0]: _customer(row) for row in tx.rows(tables.people.FIND_CUSTOMERS, params)}


def living(tx: ReadTx, *, customer_ids: Iterable[int]) -> Mapping[int, int]:
    """Return whom customers are today, over any number of merges; unknown ids are left out."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    return dict(tx.rows(tables.people.FOLLOW_CUSTOMERS, params))


def today_of(tx: ReadTx, *, customer_id: int) -> int:
    """Return whom an id stands for today.

    :raises CustomerNotFound: when the scope sees no such customer.
    """
    today = living(tx, customer_ids=[customer_id]).get(customer_id)
    if today is None:
        raise CustomerNotFound(customer=show_id(CUSTOMER_PREFIX, customer_id))
    return today


def find_today(tx: ReadTx, *, customer_id: int) -> Customer:
    """Return the customer whom an id stands for today.

    :raises CustomerNotFound: when the scope sees no such customer.
    """
    params = {"group_id": tx.scope.group_id, "customer_id": customer_id}
    row = tx.row(tables.people.FIND_TODAY, params)
    if row is None:
        raise CustomerNotFound(customer=show_id(CUSTOMER_PREFIX, customer_id))
    return _customer(row)


def find_by_identifier(
    tx: ReadTx, *, brand: Brand, kind: IdentifierKind, value: str, scope: str = ""
) -> int | None:
    """Return the customer of a brand who has an identifier; None when nobody has."""
    known = identity.find(tx, brand=brand, kind=kind, value=value, scope=scope)
    if known is None:
        return None
    return find_by_persons(tx, brand_id=brand.id, person_ids=[known.person_id]).get(known.person_id)


def find_proved(tx: ReadTx, *, brand: Brand, kind: IdentifierKind, value: str) -> int | None:
    """Return the customer of a brand whom an identifier proves by itself; None for nobody."""
    known = identity.find_proved(tx, brand=brand, kind=kind, value=value)
    if known is None:
        return None
    return find_by_persons(tx, brand_id=brand.id, person_ids=[known.person_id]).get(known.person_id)


def find_by_persons(tx: ReadTx, *, brand_id: int, person_ids: Iterable[int]) -> dict[int, int]:
    """Return the customers of living persons in a brand; persons without one are left out."""
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "person_ids": array(sorted(set(person_ids))),
    }
    return dict(tx.rows(tables.people.FIND_BY_PERSON, params))


def find_by_card(tx: ReadTx, *, brand_id: int, number: str) -> int | None:
    """Return the customer who holds a card today; None when the brand issued none that works."""
    found = _card(tx, brand_id, number)
    if found is None or found[1] != CardState.ACTIVE:
        return None
    return living(tx, customer_ids=[found[0]])[found[0]]


def card_holder(tx: ReadTx, *, brand_id: int, number: str) -> int | None:
    """Return whom a card was issued to, whether it works or not, for who looks somebody up."""
    found = _card(tx, brand_id, number)
    return None if found is None else living(tx, customer_ids=[found[0]])[found[0]]


def card_index(tx: ReadTx, *, brand_id: int, number: str) -> bytes:
    """Return what a card number is looked up by."""
    normal = rules.normal_card(number)
    return crypto.keyring().blind_index(tx.scope.group_id, CARD_KIND, str(brand_id), normal)


def show(tx: ReadTx, *, customer_ids: Iterable[int]) -> list[CustomerShown]:
    """Return customers as people may see them, with what those merged into them brought."""
    families = _families(tx, sorted(set(customer_ids)))
    members = {one.id: one.person_id for family in families.values() for one in family}
    sealed = sealed_statements(tx, customer_ids=members)
    ciphers = identity.ciphers_of(tx, person_ids=persons_of(sealed).union(members.values()))
    said: defaultdict[int, list[rules.Statement]] = defaultdict(list)
    for statement in opened(sealed, ciphers):
        said[statement.customer_id].append(statement)
    heads = [next(one for one in family if one.id == head) for head, family in families.items()]
    trust = trust_of(tx, brand_ids={one.brand_id for one in heads})
    cards = _cards(tx, members, ciphers)
    consents = _consents(tx, members)
    names = identity.identifiers_of(tx, person_ids=[one.person_id for one in heads])
    return [
        _shown(
            head,
            [one.id for one in families[head.id]],
            rules.surviving(
                [each for one in families[head.id] for each in said[one.id]], trust[head.brand_id]
            ),
            cards=[card for one in families[head.id] for card in cards[one.id]],
            names=names.get(head.person_id, ()),
            consents=[consent for one in families[head.id] for consent in consents[one.id]],
        )
        for head in heads
    ]


def records_of(tx: ReadTx, *, customer_ids: Sequence[int]) -> list[int]:
    """Return the inbox records that told of customers themselves: members, fans, openings."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(customer_ids))}
    return [row[0] for row in tx.rows(tables.merging.RECORDS_OF_CUSTOMERS, params)]


def status_counts(tx: ReadTx, *, brand_id: int) -> dict[CustomerStatus, int]:
    """Return how many living customers a brand has by status."""
    params = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    counted: dict[str, int] = dict(tx.rows(tables.people.COUNT_BY_STATUS, params))
    return {status: counted.get(status.value, 0) for status in CustomerStatus}


def _card(tx: ReadTx, brand_id: int, number: str) -> tuple[int, str] | None:
    index = card_index(tx, brand_id=brand_id, number=number)
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "buckets": array([bucket_of_digest(index)]),
        "digests": byte_array([index]),
    }
    found = tx.row(tables.cards.FIND_CARDS, params)
    return None if found is None else (found[1], found[2])


def _customer(row: TupleRow) -> Customer:
    return Customer(row[0], row[1], row[2], CustomerStatus(row[3]), *row[4:])


def _families(tx: ReadTx, customer_ids: Sequence[int]) -> Mapping[int, list[Customer]]:
    """Return each customer with everybody merged into them, by the id asked for."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    families: defaultdict[int, list[Customer]] = defaultdict(list)
    for head, one, person_id, brand_id, *rest in tx.rows(tables.people.FAMILIES, params):
        families[head].append(_customer((one, brand_id, person_id, *rest)))
    return families


def _cards(
    tx: ReadTx, members: Mapping[int, int], ciphers: Mapping[int, crypto.Cipher]
) -> Mapping[int, list[str]]:
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(members))}
    cards: defaultdict[int, list[str]] = defaultdict(list)
    for customer_id, card_id, sealed in tx.rows(tables.cards.CARDS_OF_CUSTOMERS, params):
        cipher = ciphers.get(members[customer_id])
        if cipher is not None:
            number = cipher.open(sealed, place=rules.CARD_PLACE, row=card_id).decode()
            cards[customer_id].append(rules.masked_card(number))
    return cards


def _consents(tx: ReadTx, members: Mapping[int, int]) -> Mapping[int, list[Consent]]:
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(members))}
    consents: defaultdict[int, list[Consent]] = defaultdict(list)
    for customer_id, *said in tx.rows(tables.consents.CONSENTS_OF_CUSTOMERS, params):
        consents[customer_id].append(rules.consent(*said))
    return consents


def _shown(
    customer: Customer,
    family: Sequence[int],
    profile: Profile,
    *,
    cards: Sequence[str],
    names: Sequence[IdentifierShown],
    consents: Sequence[Consent],
) -> CustomerShown:
    return CustomerShown(
        id=customer.id,
        brand_id=customer.brand_id,
        person_id=customer.person_id,
        status=customer.status,
        enrolled_at=customer.enrolled_at,
        merged_into=customer.merged_into,
        name=rules.masked_name(profile.name) if profile.name else None,
        city=profile.city,
        cards=tuple(cards),
        identifiers=tuple(names),
        consents=tuple(consents),
        family=tuple(family),
    )
