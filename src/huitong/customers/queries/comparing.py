"""Reads that compare what two persons say of themselves, without showing it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from huitong.customers import tables
from huitong.customers.model import Agreement, LivingCustomer, Profile
from huitong.customers.queries.showing import find_customers
from huitong.customers.queries.statements import statements_of, trust_of
from huitong.customers.rules import Statement, surviving
from huitong.platform.db import ReadTx, array

FIELDS_COMPARED = ("name", "birthday_on", "gender", "city")


def of_persons(tx: ReadTx, *, person_ids: Iterable[int]) -> list[LivingCustomer]:
    """Return the customers of living persons in every brand that the scope sees."""
    params = {"group_id": tx.scope.group_id, "person_ids": array(sorted(set(person_ids)))}
    return [LivingCustomer(*row) for row in tx.rows(tables.merging.CUSTOMERS_OF_PERSONS, params)]


def agreement(
    tx: ReadTx, *, customer_ids: Sequence[int], other_ids: Sequence[int]
) -> Mapping[str, Agreement]:
    """Return whether two persons say the same of themselves, field by field, of all their brands.

    One value in common is enough: a person may be written in two ways.
    """
    families = _families(tx, [*customer_ids, *other_ids])
    statements = statements_of(tx, customer_ids=families)
    ours = [one for one in statements if families[one.customer_id] in set(customer_ids)]
    theirs = [one for one in statements if families[one.customer_id] in set(other_ids)]
    return {name: _agreement(_said(ours, name), _said(theirs, name)) for name in FIELDS_COMPARED}


def profiles_of(tx: ReadTx, *, customer_ids: Sequence[int]) -> dict[int, Profile]:
    """Return what customers are like, unmasked, with what those merged into them said.

    Only for work that shows it to nobody, such as comparing people with each other.
    """
    families = _families(tx, customer_ids)
    brand_of = {
        one.id: one.brand_id for one in find_customers(tx, customer_ids=customer_ids).values()
    }
    trust = trust_of(tx, brand_ids=brand_of.values())
    said: defaultdict[int, list[Statement]] = defaultdict(list)
    for one in statements_of(tx, customer_ids=families):
        said[families[one.customer_id]].append(one)
    return {
        head: surviving(statements, trust[brand_of[head]])
        for head, statements in said.items()
        if head in brand_of
    }


def _families(tx: ReadTx, heads: Sequence[int]) -> dict[int, int]:
    """Return everybody merged into customers, each with whom they are today."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(heads)))}
    return {one: head for head, one, *_ in tx.rows(tables.people.FAMILIES, params)}


def _said(statements: Sequence[Statement], name: str) -> set[str]:
    values = {getattr(one.profile, name) for one in statements}
    return {"".join(str(value).split()).casefold() for value in values if value}


def _agreement(ours: set[str], theirs: set[str]) -> Agreement:
    if not ours or not theirs:
        return Agreement.UNKNOWN
    return Agreement.EQUAL if ours & theirs else Agreement.DIFFERENT
