"""Forgets customers: what they were like and their cards; ids, statuses and facts stay."""

from collections.abc import Sequence
from datetime import datetime

from huitong.customers import tables
from huitong.platform.db import Tx, array


def erase(tx: Tx, person_ids: Sequence[int], *, now: datetime) -> list[int]:
    """Forget the customers of erased persons in every brand and return their ids.

    `person_ids` is everybody whom `identity.erase` reached. A repeat changes nothing.
    """
    assert tx.scope.brand_ids is None, "Persons are erased in a transaction that sees every brand."
    params = {"group_id": tx.scope.group_id, "person_ids": array(sorted(person_ids)), "now": now}
    customer_ids = [row[0] for row in tx.rows(tables.people.ALL_OF_PERSONS, params)]
    params["customer_ids"] = array(customer_ids)
    for forget in (
        tables.people.ERASE_CUSTOMERS,
        tables.merging.ERASE_TOLD,
        tables.statements.ERASE_STATEMENTS,
        tables.facets.ERASE_FACETS,
        tables.names.ERASE_NAMES,
        tables.belongings.ERASE_BELONGINGS,
        tables.classes.ERASE_CLASSIFICATIONS,
        tables.relations.ERASE_RELATIONS,
        tables.relations.ERASE_OWN_CUSTOMERS,
        tables.submissions.ERASE_SUBMISSIONS,
        tables.cards.ERASE_CARDS,
    ):
        tx.execute(forget, params)
    return customer_ids
