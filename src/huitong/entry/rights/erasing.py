"""Forgets a person in every domain, with a receipt, and a line in the journal of erasures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, cast

from huitong import channels, customers, identity, orders
from huitong.customers.model import Receipt, RightKind
from huitong.entry.rights import journal
from huitong.entry.rights.journal import Erasure
from huitong.platform.db import Tx

# A shorter number may be an amount or somebody else's.
VALUE_CHARACTERS_MIN = 8

Forget: TypeAlias = Callable[[Tx, Sequence[int]], int]
RecordsOf: TypeAlias = Callable[[Tx, Sequence[int]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What an erasure did: how many rows each domain went over, and what the journal keeps."""

    counts: Mapping[str, int]
    erasure: Erasure


def forget_person(
    tx: Tx,
    person_id: int,
    *,
    forget: Mapping[str, Forget],
    records: Sequence[RecordsOf],
    now: datetime,
) -> Forgotten:
    """Forget a person in every domain; `forget` are the domains above customers, in order.

    `records` name the inbox records that told of customers.

    `tx` sees every brand of the group. A repeat changes nothing. Beside what is the person's own,
    it reaches orders of others on which they stood, identifiers that stood on their orders alone,
    and records that were never applied and name one of their identifiers or cards.

    :raises PersonNotFound: when the group has no such person, or only as part of another.
    """
    unapplied = channels.never_applied_naming(tx, _values_of(tx, person_id))
    reached = identity.erase(tx, person_id, now=now)
    customer_ids = customers.erase(tx, reached.person_ids, now=now)
    told = customers.records_of(tx, customer_ids=customer_ids)
    told += [record_id for each in records for record_id in each(tx, customer_ids)]
    strangers = orders.identifiers_only_on(tx, customer_ids)
    # Their own orders lose their parties by themselves; what is left stands on orders of others.
    counts = {domain: each(tx, customer_ids) for domain, each in forget.items()}
    naming = orders.erase_naming(tx, reached.identifier_ids)
    unclaimed = identity.erase_unclaimed(tx, strangers, now=now)
    return Forgotten(
        counts={
            "identity": len(reached.identifier_ids) + unclaimed,
            "customers": len(customer_ids),
            "channels": channels.erase(tx, sorted({*told, *naming, *unapplied})),
            "uploads": channels.forget_every_upload(tx, now=now),
            **counts,
        },
        erasure=Erasure(
            group_id=tx.scope.group_id,
            person_ids=reached.person_ids,
            erased_at=now,
            tombstones=reached.tombstones,
            tombstones_until=reached.tombstones_until,
        ),
    )


def keep_erasure(
    tx: Tx, person_id: int, forgotten: Forgotten, *, home: Path, key: str, actor: str, now: datetime
) -> Receipt:
    """Write the receipt of an erasure, and its line in the journal in `home`.

    The caller ends the transaction right after: the line stands before the commit.
    """
    receipt = customers.receipt_for(
        tx,
        RightKind.ERASE,
        person_id=person_id,
        key=key,
        actor=actor,
        detail={"rows": dict(forgotten.counts), "persons": len(forgotten.erasure.person_ids)},
        now=now,
    )
    tx.settle()
    journal.append(home, forgotten.erasure)
    return receipt


def _values_of(tx: Tx, person_id: int) -> list[str]:
    """Return the identifiers and cards of a person that are long enough to mean nobody else."""
    values = [str(one["value"]) for one in identity.export(tx, [person_id]).get(person_id, ())]
    customer_ids = customers.customers_of_person(tx, person_id=person_id)
    for customer in customers.export(tx, customer_ids).values():
        values += [str(number) for number in cast("list[str]", customer["cards"])]
    # In texts, a mainland number mostly stands without its country.
    local = [value.removeprefix("+86") for value in values]
    return [value for value in local if len(value) >= VALUE_CHARACTERS_MIN]
