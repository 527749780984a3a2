"""Corrects what a person says is wrong of them, with a receipt: which fields, by whom, when.

The old values stand in the receipt as keyed digests: whoever knows one can show that it was there.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import cast

from huitong import customers
from huitong.customers.model import Correction, CustomerNotFound, Receipt, RightKind
from huitong.platform import crypto
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import Refused

CORRECTABLE = ("name", "gender", "birthday_on", "city")
_OLD_VALUE = "rights.old_value"


def correct(tx: Tx, correction: Correction, *, person_id: int, key: str, now: datetime) -> Receipt:
    """Correct the profile of a customer and return the receipt; a repeat answers the first.

    :raises CustomerNotFound: when there is no such customer, or the person was erased.
    :raises RightKeyUsed: when the key was that of another person's correction.
    """
    said = {known.name: getattr(correction, known.name) for known in fields(correction)}
    names = [name for name in CORRECTABLE if said[name] is not None or name in correction.cleared]
    before = _old_values(tx, correction.customer_id, names)
    (result,) = customers.correct(tx, [correction], now=now)
    if isinstance(result, Refused):
        raise CustomerNotFound(customer=str(result.facts.get("customer", "")))
    customers.answer_requests(
        tx, [correction.customer_id], kind=RightKind.CORRECT, actor=correction.actor, now=now
    )
    return customers.receipt_for(
        tx,
        RightKind.CORRECT,
        person_id=person_id,
        key=key,
        actor=correction.actor,
        detail={"fields": names, "before": before},
        now=now,
    )


def _old_values(tx: ReadTx, customer_id: int, names: list[str]) -> dict[str, list[str]]:
    """Return the digests of what the sources had said of the fields until now."""
    held = customers.export(tx, [customer_id]).get(customer_id, {})
    profiles = cast("list[Mapping[str, object]]", held.get("profiles", []))
    keyring, group_id = crypto.keyring(), tx.scope.group_id
    return {
        name: sorted(
            {
                keyring.blind_index(group_id, _OLD_VALUE, name, str(told[name])).hex()
                for told in profiles
                if told.get(name) is not None
            }
        )
        for name in names
    }
