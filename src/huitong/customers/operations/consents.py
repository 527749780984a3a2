"""States consents and withdrawals, keeps the policy texts they name, and writes receipts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import cast

import orjson

from huitong.customers.events import CustomersSplit
from huitong.customers.model import (
    ConsentAction,
    ConsentPolicy,
    ConsentStatement,
    Customer,
    CustomerErased,
    CustomerNotFound,
    PolicyUnknown,
    PolicyVersionTaken,
    Purpose,
    Receipt,
    RightKeyUsed,
    RightKind,
    StatementKeyUsed,
    StatementOfFuture,
)
from huitong.customers.operations.locking import lock_customers
from huitong.customers.queries.permitting import consent_policies, subject_of
from huitong.customers.queries.showing import find_customers
from huitong.customers.rules.permitting import use_of
from huitong.customers.tables import rights as tables
from huitong.platform.db import Tx
from huitong.platform.errors import DomainError, Ok, Refused, Result
from huitong.platform.ids import bucket_of


def state_consents(
    tx: Tx, statements: Sequence[ConsentStatement], *, now: datetime
) -> list[Result[int]]:
    """Add what customers agreed to or took back, and answer per statement the id it is kept under.

    Each stands with the customer it names, merged or not, and counts from the time of the world on.
    A repeat of a key answers the first statement; another one under it is refused.
    """
    known = find_customers(tx, customer_ids=[one.customer_id for one in statements])
    erased = {one.id for one in lock_customers(tx, known).values() if one.erased_at is not None}
    brands = {one.brand_id for one in known.values()}
    policies = consent_policies(tx, brand_ids=brands)
    results: dict[int, Result[int]] = {}
    for place, statement in enumerate(statements):
        try:
            _check(statement, known.get(statement.customer_id), erased, policies, now)
        except DomainError as no:
            results[place] = no.as_refused()
    good = [place for place in range(len(statements)) if place not in results]
    results |= _insert(tx, {place: statements[place] for place in good}, known, now)
    return [results[place] for place in range(len(statements))]


def put_consent_policy(
    tx: Tx,
    *,
    brand_id: int,
    purpose: Purpose,
    version: str,
    content: str,
    effective_from: datetime,
    actor: str,
    now: datetime,
) -> ConsentPolicy:
    """Keep a version of a policy text; a repeat changes nothing.

    :raises PolicyVersionTaken: when the version exists with another text or another beginning.
    """
    digest = sha256(content.encode()).digest()
    wanted = ConsentPolicy(brand_id, purpose, version, content, digest, effective_from)
    tx.execute(
        tables.INSERT_POLICY,
        {
            "group_id": tx.scope.group_id,
            "brand_id": brand_id,
            "purpose": purpose,
            "version": version,
            "content": content,
            "digest": digest,
            "effective_from": effective_from,
            "actor": actor,
            "now": now,
        },
    )
    if wanted not in consent_policies(tx, brand_ids=[brand_id]):
        raise PolicyVersionTaken(purpose=purpose.value, version=version)
    return wanted


def give_back_consents(tx: Tx, split: Sequence[object], now: datetime) -> None:
    """Give customers who are two again the consents that came under their own identifiers."""
    rows = [
        (one.source_id, one.target_id, identifier_id)
        for one in cast("Sequence[CustomersSplit]", split)
        for identifier_id in one.identifier_ids
    ]
    tx.write(tables.GIVE_BACK_CONSENTS, tables.RETURNED, rows, {"now": now})


def receipt_for(
    tx: Tx,
    kind: RightKind,
    *,
    person_id: int,
    key: str,
    actor: str,
    detail: Mapping[str, object],
    now: datetime,
) -> Receipt:
    """Write that a person used a right, and return the receipt; a repeat answers the first.

    `detail` holds counts and names of fields, never a personal value.

    :raises RightKeyUsed: when the key was that of another person.
    """
    subject = subject_of(tx, person_id=person_id)
    params = {"group_id": tx.scope.group_id, "kind": kind, "key": key}
    tx.execute(
        tables.INSERT_RECEIPT,
        {
            **params,
            "id": tx.new_ids([0])[0],
            "subject": subject,
            "actor": actor,
            "detail": orjson.dumps(dict(detail)).decode(),
            "now": now,
        },
    )
    found = tx.row(tables.FIND_RECEIPT, params)
    assert found is not None, "The receipt was written a moment ago, or before."
    if found[5] != subject:
        raise RightKeyUsed(key=key)
    return Receipt(found[0], RightKind(found[1]), *found[2:5])


def _check(
    statement: ConsentStatement,
    customer: Customer | None,
    erased: set[int],
    policies: Sequence[ConsentPolicy],
    now: datetime,
) -> None:
    if customer is None:
        raise CustomerNotFound(customer="of this id")
    if customer.id in erased:
        raise CustomerErased
    if statement.occurred_at > now:
        raise StatementOfFuture(at=statement.occurred_at.isoformat(timespec="minutes"))
    is_known = any(
        (one.brand_id, one.purpose, one.version)
        == (customer.brand_id, statement.purpose, statement.policy_version)
        and one.effective_from <= statement.occurred_at
        for one in policies
    )
    if statement.action is ConsentAction.GIVEN and not is_known:
        raise PolicyUnknown(purpose=statement.purpose.value, version=statement.policy_version)


def _insert(
    tx: Tx, good: Mapping[int, ConsentStatement], known: Mapping[int, Customer], now: datetime
) -> dict[int, Ok[int] | Refused]:
    if not good:
        return {}
    new_ids = tx.new_ids([bucket_of(one.customer_id) for one in good.values()])
    rows = [
        _row(new_id, statement, known[statement.customer_id].brand_id)
        for new_id, statement in zip(new_ids, good.values(), strict=True)
    ]
    tx.write(tables.INSERT_STATEMENTS, tables.STATEMENT, rows, {"now": now})
    stood = {row[0]: row for row in tx.write(tables.FIND_STATEMENTS, tables.STATEMENT, rows)}
    results: dict[int, Ok[int] | Refused] = {}
    for new_id, (place, statement) in zip(new_ids, good.items(), strict=True):
        _, kept_id, is_same = stood[new_id]
        taken = StatementKeyUsed(key=statement.key).as_refused()
        results[place] = Ok(kept_id) if is_same else taken
    return results


def _row(new_id: int, statement: ConsentStatement, brand_id: int) -> tuple[object, ...]:
    return (
        bucket_of(statement.customer_id),
        new_id,
        brand_id,
        statement.customer_id,
        use_of(statement.purpose, statement.channel),
        statement.policy_version,
        statement.action.value,
        statement.occurred_at,
        statement.source.value,
        statement.touchpoint,
        statement.actor,
        statement.key,
        statement.identifier_id,
    )
