"""Gathers everything that is held of a person, over every domain, unmasked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TypeAlias

from huitong import channels, customers, identity, ledger, org
from huitong.customers.model import Receipt, RightKind
from huitong.entry.rights.erasing import RecordsOf
from huitong.platform.db import ReadTx, Tx
from huitong.platform.ids import show

FORM = 1
PERSON_PREFIX = "per"

Told: TypeAlias = Mapping[str, object]
Export: TypeAlias = Callable[[ReadTx, Sequence[int]], object]


def gather(
    tx: Tx,
    person_id: int,
    *,
    export: Mapping[str, Export],
    records: Sequence[RecordsOf],
    now: datetime,
) -> dict[str, object]:
    """Return everything that is held of a person in the brands that the scope sees.

    `export` are the domains above customers, `records` name their inbox records. The answer is full
    of personal values: it is for the person, and whoever asks must be allowed to see them.
    """
    customer_ids = customers.customers_of_person(tx, person_id=person_id)
    held = customers.export(tx, customer_ids)
    record_ids = customers.records_of(tx, customer_ids=customer_ids)
    record_ids += [one for each in records for one in each(tx, customer_ids)]
    names = {brand.id: brand.name for brand in org.brands(tx)}
    return {
        "form": FORM,
        "exported_at": now,
        "person": show(PERSON_PREFIX, person_id),
        "identifiers": identity.export(tx, [person_id]).get(person_id, []),
        "memberships": [_membership(one, names) for one in held.values()],
        "points": ledger.export(tx, customer_ids, now=now),
        **{domain: each(tx, customer_ids) for domain, each in export.items()},
        "received": channels.export(tx, sorted(set(record_ids))),
        "rights": [asdict(one) for one in customers.receipts_of(tx, person_id=person_id)],
    }


def keep_export(
    tx: Tx, person_id: int, document: Told, *, key: str, actor: str, now: datetime
) -> Receipt:
    """Write that a person's data were handed out, to whom and how much; the audit of an export."""
    return customers.receipt_for(
        tx,
        RightKind.EXPORT,
        person_id=person_id,
        key=key,
        actor=actor,
        detail={"parts": {name: _count(part) for name, part in document.items()}},
        now=now,
    )


def _membership(held: Told, names: Mapping[int, str]) -> dict[str, object]:
    brand_id = held["brand_id"]
    assert isinstance(brand_id, int), "A customer belongs to a brand."
    return {"brand": names.get(brand_id, str(brand_id)), **held}


def _count(part: object) -> int:
    return len(part) if isinstance(part, (list, dict)) else 1
