"""Reads of beneficiaries, owned items and classes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from huitong import identity
from huitong.customers import tables
from huitong.customers.model import (
    Belonging,
    BelongingKind,
    Classed,
    Classification,
    ClassSource,
)
from huitong.customers.rules import owned as rules
from huitong.platform.db import ReadTx, array


def belongings_of(tx: ReadTx, *, customer_ids: Iterable[int]) -> Mapping[int, Sequence[Belonging]]:
    """Return what belongs to living customers, opened: for who may see personal values only."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    rows = tx.rows(tables.belongings.BELONGINGS_OF, params)
    ciphers = identity.ciphers_of(tx, person_ids={row[4] for row in rows}) if rows else {}
    found: defaultdict[int, list[Belonging]] = defaultdict(list)
    for one, customer_id, kind, sealed, sealed_for, version, agreed_at, source, at in rows:
        if sealed_for in ciphers:
            document = ciphers[sealed_for].open(sealed, place=rules.BELONGING_PLACE, row=one)
            said = rules.unpacked_particulars(document)
            found[customer_id].append(
                Belonging(
                    one, customer_id, BelongingKind(kind), said, version, agreed_at, source, at
                )
            )
    return found


def parents_after(tx: ReadTx, *, brand_id: int, after: int, limit: int) -> list[int]:
    """Return the next customers of a brand who have a child; 0 begins, the last one goes on."""
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "after": after,
        "limit": limit,
    }
    return [row[1] for row in tx.rows(tables.belongings.PARENTS_AFTER, params)]


def classifications_of(
    tx: ReadTx, *, customer_ids: Iterable[int]
) -> Mapping[int, Sequence[Classification]]:
    """Return the classifications of living customers that stand, oldest first."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    found: defaultdict[int, list[Classification]] = defaultdict(list)
    for row in tx.rows(tables.classes.CLASSIFICATIONS_OF, params):
        found[row[1]].append(
            Classification(
                row[0], row[1], Classed(row[2]), row[3], row[4], ClassSource(row[5]), *row[6:]
            )
        )
    return found
