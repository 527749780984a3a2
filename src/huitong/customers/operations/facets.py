"""Keeps facets, and what names are searched by, as the statements make them: after every write."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from huitong import org
from huitong.customers import queries, rules, tables
from huitong.customers.model import Facets, Profile
from huitong.customers.operations.locking import LockedCustomer, lock_living
from huitong.platform.db import Row, Tx, array
from huitong.platform.ids import bucket_of


def fold_facets(tx: Tx, customer_ids: Iterable[int]) -> None:
    """Bring up the facets of customers, and of those whom they were merged into, and their names.

    Who was merged has none of their own: whom they were merged into has them.
    """
    asked = sorted(set(customer_ids))
    living = lock_living(tx, asked)
    heads = {one.id: one for one in living.values()}
    if not heads:
        return
    family = queries.families(tx, customer_ids=heads)
    said: defaultdict[int, list[rules.Statement]] = defaultdict(list)
    head_of = {each: head for head, members in family.items() for each in members}
    for statement in queries.statements_of(tx, customer_ids=head_of):
        said[head_of[statement.customer_id]].append(statement)
    trust = queries.trust_of(tx, brand_ids={one.brand_id for one in heads.values()})
    marks = {one.brand_id: rules.trust_mark(trust[one.brand_id]) for one in heads.values()}
    profiles = {
        one.id: rules.surviving(said[one.id], trust[one.brand_id]) for one in heads.values()
    }
    rows = [
        _row(
            one,
            rules.facets_of(profiles[one.id]),
            is_said=bool(said[one.id]),
            mark=marks[one.brand_id],
        )
        for one in heads.values()
    ]
    rows += [
        _row(one._replace(id=each), Facets(), is_said=False, mark=marks[one.brand_id])
        for each, one in living.items()
        if each != one.id
    ]
    tx.write(tables.facets.PUT_FACETS, tables.facets.FACET, rows)
    _put_names(tx, living, profiles)


def fold_due_facets(tx: Tx, *, limit: int) -> int:
    """Fold facets that were never folded, or under another trust than today's; return how many."""
    brand_ids = [brand.id for brand in org.brands(tx)]
    trust = queries.trust_of(tx, brand_ids=brand_ids)
    params = {
        "group_id": tx.scope.group_id,
        "brand_ids": array(brand_ids),
        "marks": array([rules.trust_mark(trust.get(one, {})) for one in brand_ids]),
        "limit": limit,
    }
    due = [row[0] for row in tx.rows(tables.facets.DUE_FACETS, params)]
    fold_facets(tx, due)
    return len(due)


def _put_names(
    tx: Tx, living: Mapping[int, LockedCustomer], profiles: Mapping[int, Profile]
) -> None:
    """Let customers be found by their names; who was merged is found by whom they are now."""
    brands = {one.id: one.brand_id for one in living.values()}
    names = {one: profile.name or "" for one, profile in profiles.items()}
    gone = {each: one.brand_id for each, one in living.items() if each != one.id}
    indexes = queries.name_indexes(tx, list(names.values()))
    rows: list[Row] = [
        (bucket_of(one), one, brands[one], index) for one, index in zip(names, indexes, strict=True)
    ]
    rows += [(bucket_of(one), one, brand_id, None) for one, brand_id in gone.items()]
    tx.write(tables.names.PUT_NAMES, tables.names.NAME, rows)


def _row(one: LockedCustomer, facets: Facets, *, is_said: bool, mark: int) -> Row:
    return (
        bucket_of(one.id),
        one.id,
        one.brand_id,
        is_said,
        facets.gender.value if facets.gender else None,
        facets.city,
        facets.birth_year,
        facets.birth_month,
        facets.birth_day,
        mark,
    )
