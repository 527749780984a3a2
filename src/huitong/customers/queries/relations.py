"""Reads of relations, and of the customers that staff are themselves."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from huitong.customers import tables
from huitong.customers.model import Relation, RelationKind
from huitong.customers.queries.showing import living
from huitong.platform.db import ReadTx, array, text_array
from huitong.platform.seen import Seen

RELATIONS_LISTED_MAX = 5_000


def relations_of(tx: ReadTx, *, customer_ids: Iterable[int]) -> Mapping[int, Sequence[Relation]]:
    """Return the relations of living customers, oldest first, ended and shadowed ones too."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    found: defaultdict[int, list[Relation]] = defaultdict(list)
    for row in tx.rows(tables.relations.RELATIONS_OF, params):
        found[row[1]].append(
            Relation(
                id=row[0],
                customer_id=row[1],
                kind=RelationKind(row[2]),
                staff_id=row[3],
                store_id=row[4],
                valid_from=row[5],
                valid_until=row[6],
                lock_until=row[7],
                source=row[8],
                is_shadowed=row[14] is not None,
            )
        )
    return found


def relations_of_staff(
    tx: ReadTx, *, staff_id: int, kinds: Collection[RelationKind] = tuple(RelationKind)
) -> list[tuple[int, int]]:
    """Return the relations that somebody of the staff has now, as (relation, customer) ids.

    At most `RELATIONS_LISTED_MAX` at a time: who hands over more comes again for the rest.
    """
    params = {
        "group_id": tx.scope.group_id,
        "staff_id": staff_id,
        "kinds": text_array([kind.value for kind in kinds]),
        "limit": RELATIONS_LISTED_MAX,
    }
    return [(row[0], row[1]) for row in tx.rows(tables.relations.RELATIONS_OF_STAFF, params)]


def own_customers(
    tx: ReadTx, *, staff_ids: Collection[int], at: datetime
) -> Mapping[int, set[int]]:
    """Return which customers staff are themselves at an instant, as they are called today."""
    if not staff_ids:
        return {}
    params = {"group_id": tx.scope.group_id, "staff_ids": array(sorted(staff_ids)), "at": at}
    rows = tx.rows(tables.relations.OWN_CUSTOMERS_OF, params)
    today = living(tx, customer_ids={row[1] for row in rows})
    own: defaultdict[int, set[int]] = defaultdict(set)
    for staff_id, customer_id in rows:
        own[staff_id].add(today.get(customer_id, customer_id))
    return own


def families(tx: ReadTx, *, customer_ids: Iterable[int]) -> Mapping[int, Sequence[int]]:
    """Return customers with everybody merged into them, by the ids asked for."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    family: defaultdict[int, list[int]] = defaultdict(list)
    for head, customer_id, *_ in tx.rows(tables.people.FAMILIES, params):
        family[head].append(customer_id)
    return family


def visible(tx: ReadTx, *, customer_ids: Iterable[int], seen: Seen) -> frozenset[int]:
    """Return which customers a narrowed caller sees by their relations and where they enrolled.

    Whoever was merged into another is seen with them. Who bought where is for `orders` to say.
    """
    stores = seen.of_stores()
    params = {
        "group_id": tx.scope.group_id,
        "customer_ids": array(sorted(set(customer_ids))),
        "staff_ids": array(sorted(seen.staff)),
        "store_ids": array(sorted(stores)),
        "store_codes": text_array(sorted(stores.values())),
        "at": seen.at,
    }
    return frozenset(row[0] for row in tx.rows(tables.relations.VISIBLE, params))
