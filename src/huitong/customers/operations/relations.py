"""Begins, ends and moves relations of customers, and carries them through merges and splits."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from huitong.customers import queries, tables
from huitong.customers.model import (
    CUSTOMER_PREFIX,
    ActorIsBeneficiary,
    AlreadyBound,
    CustomerNotFound,
    NewRelation,
    OwnCustomer,
    RelationEnd,
    RelationKind,
    RelationLocked,
    RelationMove,
    RelationNotFound,
)
from huitong.customers.operations.locking import LockedCustomer, lock_customers, lock_living
from huitong.customers.operations.requests import begin
from huitong.customers.rules import relations as rules
from huitong.customers.rules.relations import Standing
from huitong.platform.db import Tx, array
from huitong.platform.errors import DomainError, Ok, Result
from huitong.platform.ids import bucket_of, show

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def relate(
    tx: Tx, asked: Sequence[NewRelation], *, now: datetime
) -> list[Result[Mapping[str, int]]]:
    """Begin relations and answer their ids; one that stands already is answered, not repeated."""
    # The edge may have filled in the instant, so a repeat need not have the same one.
    content = [(one.key, replace(one, valid_from=EPOCH)) for one in asked]
    answers = begin(tx, "relate", content, now=now)
    owners = lock_living(tx, [one.customer_id for one in asked])
    standing = _standing(tx, [one.id for one in owners.values()])
    staff = {one.staff_id for one in asked if one.staff_id is not None}
    own = queries.own_customers(tx, staff_ids=staff, at=now)
    rows = []
    for place in answers.open:
        one = asked[place]
        try:
            owner = _owner(owners, one, own)
            known, new = _find_or_begin(tx, standing[owner.id], one, owner.id)
        except DomainError as refusal:
            answers.refuse(place, refusal)
            continue
        answers.put(place, {"relation_id": known.id})
        if new:
            standing[owner.id].append(known)
            rows.append(_row(one, known, owner.brand_id))
    _insert(tx, rows, now)
    return answers.keep(tx)


def end_relations(tx: Tx, ends: Sequence[RelationEnd], *, now: datetime) -> list[Result[None]]:
    """End relations that stand, each at its instant; a protected one is refused."""
    standing = _by_id(tx, [one.relation_id for one in ends])
    results: list[Result[None]] = []
    rows: dict[int, tuple[object, ...]] = {}
    for one in ends:
        try:
            relation = _free(standing, one.relation_id, one.at)
        except DomainError as refusal:
            results.append(refusal.as_refused())
            continue
        rows[relation.id] = (bucket_of(relation.customer_id), relation.id, one.at, None, one.reason)
        standing[relation.id] = replace(relation, valid_until=one.at)
        results.append(Ok(None))
    _end(tx, list(rows.values()), now)
    return results


def move_relations(
    tx: Tx, moves: Sequence[RelationMove], *, now: datetime
) -> list[Result[Mapping[str, int]]]:
    """Hand relations over to others of the staff and answer the new ones' ids.

    The old one ends where the new one begins; a protected one, and one whose new guide is the
    customer themselves, are refused.
    """
    standing = _by_id(tx, [one.relation_id for one in moves])
    own = queries.own_customers(tx, staff_ids={one.to_staff_id for one in moves}, at=now)
    customer_ids = [one.customer_id for one in standing.values()]
    brands = {one.id: one.brand_id for one in lock_customers(tx, customer_ids).values()}
    results: list[Result[Mapping[str, int]]] = []
    ended: dict[int, tuple[object, ...]] = {}
    rows = []
    for one in moves:
        try:
            old = _free(standing, one.relation_id, one.at)
            if old.customer_id in own.get(one.to_staff_id, ()):
                raise ActorIsBeneficiary(staff_id=one.to_staff_id)
        except DomainError as refusal:
            results.append(refusal.as_refused())
            continue
        asked = NewRelation(
            customer_id=old.customer_id,
            kind=RelationKind(old.slot.partition(":")[0]),
            valid_from=one.at,
            source="moved",
            actor=one.actor,
            staff_id=one.to_staff_id,
            lock_until=one.lock_until,
        )
        new = _begun(tx, asked, old.customer_id)
        bucket = bucket_of(old.customer_id)
        ended[old.id] = (bucket, old.id, one.at, new.id, one.reason)
        standing[old.id] = replace(old, valid_until=one.at)
        rows.append(_row(asked, new, brands[old.customer_id]))
        results.append(Ok({"relation_id": new.id}))
    _end(tx, list(ended.values()), now)
    _insert(tx, rows, now)
    return results


def link_own_customers(tx: Tx, links: Sequence[OwnCustomer], *, now: datetime) -> None:
    """Note which customers staff are themselves; from then on they cannot act for them."""
    owners = lock_living(tx, [one.customer_id for one in links])
    ids = tx.new_ids([0 for _ in links])
    # Of two links of one staff in one brand the last is meant.
    by_staff = {
        (one.staff_id, owners[one.customer_id].brand_id): (
            new_id,
            owners[one.customer_id].brand_id,
            one.staff_id,
            owners[one.customer_id].id,
            one.valid_from,
            one.actor,
        )
        for new_id, one in zip(ids, links, strict=True)
    }
    rows = list(by_staff.values())
    shape = tables.relations.OWN_CUSTOMER
    tx.write(tables.relations.END_OWN_CUSTOMERS, shape, rows)
    tx.write(tables.relations.INSERT_OWN_CUSTOMERS, shape, rows, {"now": now})


def merge_relations(tx: Tx, merges: Sequence[tuple[int, int, int]], *, now: datetime) -> None:
    """Give relations to the customers who stay; `merges` are (merge id, source, target)."""
    standing = _standing(tx, [one for _, *pair in merges for one in pair])
    before = [one for relations in standing.values() for one in relations]
    for merge_id, source, target in merges:
        if not standing[source]:
            continue
        together = [*standing.pop(source), *standing[target]]
        standing[target] = rules.merged(together, target_id=target, merge_id=merge_id, now=now)
    _place(tx, before, [one for relations in standing.values() for one in relations], now)


def part_relations(
    tx: Tx,
    *,
    source: int,
    target: int,
    merge_id: int,
    family: Collection[int],
    identifier_ids: Collection[int],
    now: datetime,
) -> None:
    """Give relations back to a customer who is one of their own again, with their `family`."""
    before = _standing(tx, [target])[target]
    if not before:
        return
    after = rules.parted(
        before,
        source_id=source,
        family=family,
        identifier_ids=set(identifier_ids),
        merge_id=merge_id,
    )
    _place(tx, before, after, now)


def _owner(
    owners: Mapping[int, LockedCustomer], one: NewRelation, own: Mapping[int, set[int]]
) -> LockedCustomer:
    owner = owners.get(one.customer_id)
    if owner is None or owner.erased_at is not None:
        raise CustomerNotFound(customer=show(CUSTOMER_PREFIX, one.customer_id))
    if one.staff_id is not None and owner.id in own.get(one.staff_id, ()):
        raise ActorIsBeneficiary(staff_id=one.staff_id)
    return owner


def _find_or_begin(
    tx: Tx, standing: Sequence[Standing], one: NewRelation, owner_id: int
) -> tuple[Standing, bool]:
    """Return the relation, and whether it is new."""
    new = _begun(tx, one, owner_id)
    for known in standing:
        if known.shadowed_by is None and known.overlaps(new):
            is_same = (known.staff_id, known.store_id) == (one.staff_id, one.store_id)
            if is_same and known.stands_at(one.valid_from):
                return known, False
            raise AlreadyBound(relation_id=known.id)
    return new, True


def _begun(tx: Tx, one: NewRelation, owner_id: int) -> Standing:
    (new_id,) = tx.new_ids([bucket_of(owner_id)])
    return Standing(
        id=new_id,
        customer_id=owner_id,
        slot=rules.slot_of(one.kind.value, one.staff_id, one.store_id),
        staff_id=one.staff_id,
        store_id=one.store_id,
        valid_from=one.valid_from,
        valid_until=None,
        lock_until=one.lock_until,
        origin_customer_id=owner_id,
        origin_identifier_id=one.identifier_id,
        ended_by=None,
        planned_until=None,
        shadowed_by=None,
    )


def _row(one: NewRelation, new: Standing, brand_id: int) -> tuple[object, ...]:
    return (
        bucket_of(new.customer_id),
        new.id,
        brand_id,
        new.customer_id,
        one.identifier_id,
        one.kind.value,
        one.staff_id,
        one.store_id,
        one.valid_from,
        one.lock_until,
        one.source,
        one.actor,
    )


def _free(standing: Mapping[int, Standing], relation_id: int, at: datetime) -> Standing:
    """Return a relation that stands at an instant and is not protected then."""
    one = standing.get(relation_id)
    if one is None or not one.stands_at(at) or one.valid_from == at:
        raise RelationNotFound(relation_id=relation_id)
    if one.lock_until is not None and one.lock_until > at:
        raise RelationLocked(relation_id=relation_id, lock_until=one.lock_until.isoformat())
    return one


def _by_id(tx: Tx, relation_ids: Sequence[int]) -> dict[int, Standing]:
    """Return relations by id, with their customers locked."""
    params = {"group_id": tx.scope.group_id, "relation_ids": array(sorted(set(relation_ids)))}
    found: dict[int, int] = dict(tx.rows(tables.relations.CUSTOMERS_OF_RELATIONS, params))
    lock_customers(tx, found.values())
    wanted = set(relation_ids)
    return {
        one.id: one
        for relations in _standing(tx, sorted(set(found.values()))).values()
        for one in relations
        if one.id in wanted
    }


def _standing(tx: Tx, customer_ids: Sequence[int]) -> defaultdict[int, list[Standing]]:
    found: defaultdict[int, list[Standing]] = defaultdict(list)
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    for row in tx.rows(tables.relations.RELATIONS_OF, params):
        one = Standing(row[0], row[1], row[9], row[3], row[4], *row[5:8], *row[10:])
        found[one.customer_id].append(one)
    return found


def _place(tx: Tx, before: Sequence[Standing], after: Sequence[Standing], now: datetime) -> None:
    """Write what changed of the place of relations; nothing is in the way of anything else."""
    known = {one.id: one for one in before}
    changed = [one for one in after if one != known[one.id]]
    rows = [
        (
            bucket_of(known[one.id].customer_id),
            one.id,
            one.customer_id,
            one.valid_until,
            one.ended_by,
            one.planned_until,
            one.shadowed_by,
        )
        for one in changed
    ]
    shape = tables.relations.PLACED
    tx.write(tables.relations.SHADOW_ALL, shape, rows)
    tx.write(tables.relations.PLACE_RELATIONS, shape, rows, {"now": now})


def _insert(tx: Tx, rows: Sequence[tuple[object, ...]], now: datetime) -> None:
    shape = tables.relations.RELATION
    tx.write(tables.relations.INSERT_RELATIONS, shape, rows, {"now": now})


def _end(tx: Tx, rows: Sequence[tuple[object, ...]], now: datetime) -> None:
    tx.write(tables.relations.END_RELATIONS, tables.relations.ENDED, rows, {"now": now})
