"""Writes of `signals`: taking pages, following merges and splits, forgetting."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b

import orjson

from huitong.channels.model import Incoming, Signal, Subject
from huitong.customers.model import CUSTOMER
from huitong.customers.model import Known as KnownCustomer
from huitong.identity.model import PERSON
from huitong.identity.model import Known as KnownPerson
from huitong.platform.db import Row, Tx, array, text_array
from huitong.platform.errors import Ok
from huitong.platform.ids import bucket_of, bucket_of_digest
from huitong.platform.page import Outcome, Page
from huitong.signals import tables

NO_SUBJECT = Subject()


def apply_signals(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Keep a page of signals of one channel account, each event once.

    A signal of nobody known stays; told again with somebody, it becomes theirs, and nothing else of
    it changes.
    """
    told = [
        (incoming, incoming.record, person, customer)
        for incoming, person, customer in zip(
            page.records, page.get(PERSON), page.get(CUSTOMER), strict=True
        )
        if isinstance(incoming, Incoming) and isinstance(incoming.record, Signal)
    ]
    assert len(told) == len(page.records), "A page of signals holds signals only."
    known = _known(tx, [(incoming, signal) for incoming, signal, _, _ in told])
    new = [each for each in told if each[1].event_id not in known]
    fresh = tx.new_ids([_bucket(signal, customer) for _, signal, _, customer in new])
    rows = [_row(new_id, *each) for new_id, each in zip(fresh, new, strict=True)]
    tx.write(tables.INSERT_SIGNALS, tables.SIGNAL, rows, {"now": now})
    named = [
        (bucket_of(signal_id), signal_id, customer.customer_id, person.identifier_id)
        for _, signal, person, customer in told
        if person and customer and (signal_id := known.get(signal.event_id))
    ]
    tx.write(tables.NAME_SIGNALS, tables.NAMED, named)
    known |= {signal.event_id: one for one, (_, signal, _, _) in zip(fresh, new, strict=True)}
    return [Ok(known[signal.event_id]) for _, signal, _, _ in told]


def reassign(tx: Tx, targets: Mapping[int, int]) -> int:
    """Give every signal of some customers to the target of each; return how many moved."""
    params = {"sources": array(targets), "targets": array(targets.values())}
    return tx.execute(tables.REASSIGN, {"group_id": tx.scope.group_id, **params})


def give_back(tx: Tx, *, source: int, target: int, identifier_ids: Sequence[int]) -> int:
    """Give back to the source what came from it, and what came since with its own identifiers.

    Returns how many signals moved back (decision 22).
    """
    params = {
        "group_id": tx.scope.group_id,
        "source": source,
        "target": target,
        "identifier_ids": array(identifier_ids),
    }
    return tx.execute(tables.GIVE_BACK, params)


def erase(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Forget what in the customers' signals could point at a person; what was done stays.

    Returns how many signals that were.
    """
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    return tx.execute(tables.ERASE, params)


def records_of(tx: Tx, customer_ids: Sequence[int]) -> list[int]:
    """Return the inbox records of the customers' signals."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    return [row[0] for row in tx.rows(tables.RECORDS_OF_CUSTOMERS, params)]


def _known(tx: Tx, told: Sequence[tuple[Incoming, Signal]]) -> dict[str, int]:
    params = {
        "group_id": tx.scope.group_id,
        "account": told[0][0].account.id,
        "event_ids": text_array([signal.event_id for _, signal in told]),
    }
    return dict(tx.rows(tables.FIND_EVENTS, params))


def _bucket(signal: Signal, customer: KnownCustomer | None) -> int:
    if customer is not None:
        return bucket_of(customer.customer_id)
    return bucket_of_digest(blake2b(signal.event_id.encode(), digest_size=2).digest())


def _row(
    new_id: int,
    incoming: Incoming,
    signal: Signal,
    person: KnownPerson | None,
    customer: KnownCustomer | None,
) -> Row:
    subject = signal.subject or NO_SUBJECT
    return (
        bucket_of(new_id),
        new_id,
        incoming.account.brand_id,
        incoming.account.id,
        signal.event_id,
        incoming.record_id,
        signal.kind,
        signal.occurred_at,
        customer.customer_id if customer else None,
        person.identifier_id if person else None,
        subject.sku,
        subject.store,
        subject.content,
        signal.touchpoint,
        signal.guide,
        orjson.dumps(signal.properties).decode() if signal.properties else None,
    )
