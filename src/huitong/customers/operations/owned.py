"""Keeps beneficiaries, owned items and classes, and carries them through merges and splits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import orjson

from huitong import identity
from huitong.customers import queries, tables
from huitong.customers.events import CustomersClassified
from huitong.customers.model import (
    CUSTOMER_PREFIX,
    BelongingChange,
    BelongingKind,
    BelongingNotFound,
    Classification,
    ClassificationNotFound,
    CustomerNotFound,
    GuardianConsentMissing,
    NewBelonging,
    NewClassification,
)
from huitong.customers.operations.locking import lock_living
from huitong.customers.operations.requests import begin
from huitong.customers.rules import owned as rules
from huitong.platform.crypto import Cipher
from huitong.platform.db import Tx, array
from huitong.platform.errors import Ok, Result
from huitong.platform.ids import bucket_of, show


def add_belongings(
    tx: Tx, asked: Sequence[NewBelonging], *, now: datetime
) -> list[Result[Mapping[str, int]]]:
    """Keep beneficiaries and owned items of customers, sealed, and answer their ids."""
    answers = begin(tx, "belonging", [(one.key, one) for one in asked], now=now)
    owners = lock_living(tx, [one.customer_id for one in asked])
    ciphers = identity.ciphers_of(tx, person_ids={one.person_id for one in owners.values()})
    rows = []
    for place in answers.open:
        one, owner = asked[place], owners.get(asked[place].customer_id)
        if owner is None or owner.person_id not in ciphers:
            shown = show(CUSTOMER_PREFIX, one.customer_id)
            answers.refuse(place, CustomerNotFound(customer=shown))
            continue
        if one.guardian_consent_at is None and rules.needs_guardian(
            one.kind, one.particulars, today=now.date()
        ):
            answers.refuse(place, GuardianConsentMissing())
            continue
        (new_id,) = tx.new_ids([bucket_of(owner.id)])
        sealed = _sealed(
            ciphers[owner.person_id], rules.packed_particulars(one.particulars), new_id
        )
        rows.append(
            (
                bucket_of(owner.id),
                new_id,
                owner.brand_id,
                owner.id,
                one.identifier_id,
                one.kind.value,
                sealed,
                owner.person_id,
                one.guardian_policy_version,
                one.guardian_consent_at,
                one.source,
                one.actor,
            )
        )
        answers.put(place, {"belonging_id": new_id})
    shape = tables.belongings.BELONGING
    tx.write(tables.belongings.INSERT_BELONGINGS, shape, rows, {"now": now})
    return answers.keep(tx)


def change_belongings(
    tx: Tx, changes: Sequence[BelongingChange], *, now: datetime
) -> list[Result[None]]:
    """Say anew what beneficiaries and owned items are like, such as that a child was born."""
    params = {
        "group_id": tx.scope.group_id,
        "belonging_ids": array(sorted({one.belonging_id for one in changes})),
    }
    known = {row[0]: row[1:] for row in tx.rows(tables.belongings.CUSTOMERS_OF_BELONGINGS, params)}
    owners = lock_living(tx, [customer_id for customer_id, _, _ in known.values()])
    ciphers = identity.ciphers_of(tx, person_ids={one.person_id for one in owners.values()})
    results: list[Result[None]] = []
    rows: dict[int, tuple[object, ...]] = {}
    for one in changes:
        if one.belonging_id not in known:
            results.append(BelongingNotFound(belonging_id=one.belonging_id).as_refused())
            continue
        customer_id, kind, agreed_at = known[one.belonging_id]
        wants = rules.needs_guardian(BelongingKind(kind), one.particulars, today=now.date())
        if wants and agreed_at is None:
            results.append(GuardianConsentMissing().as_refused())
            continue
        owner = owners[customer_id]
        document = rules.packed_particulars(one.particulars)
        sealed = _sealed(ciphers[owner.person_id], document, one.belonging_id)
        rows[one.belonging_id] = (
            bucket_of(customer_id),
            one.belonging_id,
            sealed,
            owner.person_id,
            one.actor,
        )
        results.append(Ok(None))
    shape = tables.belongings.CHANGED
    tx.write(tables.belongings.CHANGE_BELONGINGS, shape, list(rows.values()), {"now": now})
    return results


def remove_belongings(tx: Tx, belonging_ids: Sequence[int], *, now: datetime) -> list[Result[None]]:
    """Take beneficiaries and owned items off their customers."""
    params = {
        "group_id": tx.scope.group_id,
        "belonging_ids": array(sorted(set(belonging_ids))),
        "now": now,
    }
    removed = {row[0] for row in tx.rows(tables.belongings.REMOVE_BELONGINGS, params)}
    return [
        Ok(None) if one in removed else BelongingNotFound(belonging_id=one).as_refused()
        for one in belonging_ids
    ]


def classify_customers(
    tx: Tx, asked: Sequence[NewClassification], *, now: datetime
) -> list[Result[Mapping[str, int]]]:
    """Say what kind of buyers customers are, dated, and answer the ids of the classifications.

    What they bought in that time is settled again by those who hear of it.
    """
    answers = begin(tx, "classify", [(one.key, one) for one in asked], now=now)
    owners = lock_living(tx, [one.customer_id for one in asked])
    standing = dict(
        queries.classifications_of(tx, customer_ids=[one.id for one in owners.values()])
    )
    rows = []
    for place in answers.open:
        one, owner = asked[place], owners.get(asked[place].customer_id)
        if owner is None or owner.erased_at is not None:
            shown = show(CUSTOMER_PREFIX, one.customer_id)
            answers.refuse(place, CustomerNotFound(customer=shown))
            continue
        (new_id,) = tx.new_ids([bucket_of(owner.id)])
        new = _classification(one, new_id, owner.id)
        known = rules.same_class(standing.get(owner.id, ()), new)
        answers.put(place, {"classification_id": known or new_id})
        if known is None:
            standing[owner.id] = [*standing.get(owner.id, ()), new]
            rows.append(_class_row(new, owner.brand_id))
            tx.emit(CustomersClassified(owner.id, owner.brand_id, one.valid_from))
    shape = tables.classes.CLASSIFICATION
    tx.write(tables.classes.INSERT_CLASSIFICATIONS, shape, rows, {"now": now})
    return answers.keep(tx)


def withdraw_classifications(
    tx: Tx, classification_ids: Sequence[int], *, actor: str, now: datetime
) -> list[Result[None]]:
    """Take classifications of customers back; what they bought is settled again."""
    params = {
        "group_id": tx.scope.group_id,
        "classification_ids": array(sorted(set(classification_ids))),
        "actor": actor,
        "now": now,
    }
    withdrawn = set()
    for one, customer_id, brand_id, valid_from in tx.rows(
        tables.classes.WITHDRAW_CLASSIFICATIONS, params
    ):
        withdrawn.add(one)
        tx.emit(CustomersClassified(customer_id, brand_id, valid_from))
    return [
        Ok(None) if one in withdrawn else ClassificationNotFound(classification_id=one).as_refused()
        for one in classification_ids
    ]


def reassign_owned(tx: Tx, pairs: Sequence[tuple[int, int]]) -> None:
    """Give belongings and classes to the customers who stay; `pairs` are (source, target)."""
    shape = tables.belongings.PAIR
    tx.write(tables.belongings.REASSIGN_BELONGINGS, shape, pairs)
    tx.write(tables.classes.REASSIGN_CLASSIFICATIONS, shape, pairs)


def give_back_owned(
    tx: Tx,
    *,
    source: int,
    target: int,
    family: Collection[int],
    identifier_ids: Sequence[int],
) -> None:
    """Give belongings and classes back to a customer who is one of their own again."""
    params = {
        "group_id": tx.scope.group_id,
        "source_id": source,
        "target_id": target,
        "family": array(list(family)),
        "identifier_ids": array(identifier_ids),
    }
    _return_belongings(tx, tx.rows(tables.belongings.BELONGINGS_TO_RETURN, params), source)
    for brand_id, valid_from in tx.rows(tables.classes.GIVE_BACK_CLASSIFICATIONS, params):
        # Both sides bought as one: what each did is looked at anew.
        tx.emit(CustomersClassified(source, brand_id, valid_from))
        tx.emit(CustomersClassified(target, brand_id, valid_from))


def _return_belongings(
    tx: Tx, found: Sequence[tuple[int, int, bytes | None, int]], source: int
) -> None:
    if not found:
        return
    person_id = queries.find_customers(tx, customer_ids=[source])[source].person_id
    ciphers = identity.ciphers_of(tx, person_ids={person_id, *(row[3] for row in found)})
    rows = []
    for one, bucket, sealed, sealed_for in found:
        if sealed is None or not {sealed_for, person_id} <= ciphers.keys():
            rows.append((bucket, one, source, sealed, sealed_for))
            continue
        opened = ciphers[sealed_for].open(sealed, place=rules.BELONGING_PLACE, row=one)
        rows.append((bucket, one, source, _sealed(ciphers[person_id], opened, one), person_id))
    tx.write(tables.belongings.RETURN_BELONGINGS, tables.belongings.RETURNED, rows)


def _sealed(cipher: Cipher, document: bytes, row: int) -> bytes:
    return cipher.seal(document, place=rules.BELONGING_PLACE, row=row)


def _classification(one: NewClassification, new_id: int, owner_id: int) -> Classification:
    return Classification(
        id=new_id,
        customer_id=owner_id,
        classed=one.classed,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        source=one.source,
        evidence=one.evidence,
        actor=one.actor,
    )


def _class_row(new: Classification, brand_id: int) -> tuple[object, ...]:
    return (
        bucket_of(new.customer_id),
        new.id,
        brand_id,
        new.customer_id,
        new.classed.value,
        new.valid_from,
        new.valid_until,
        new.source.value,
        orjson.dumps(dict(new.evidence)).decode(),
        new.actor,
    )
