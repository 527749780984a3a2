"""Keeps erased persons forgotten: in what is told of their orders later, and on others' orders."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from huitong.channels.model import Fulfilment, Incoming, Order, Refund
from huitong.orders import rules
from huitong.orders.events import ErasedToldAgain
from huitong.orders.operations.waiting import Arrived
from huitong.orders.tables import erasing as tables
from huitong.platform.db import Tx, array, text_array
from huitong.platform.page import Page


def strip_orders(tx: Tx, page: Page) -> None:
    """Take everything personal off the orders of a page that belong to erased persons.

    Their identifiers too: a later version of an order brings nobody back. Tells whose text in the
    inbox must go.
    """
    incoming = [one for one in page.records if isinstance(one, Incoming)]
    told = [one.record.order_no for one in incoming if isinstance(one.record, Order)]
    wanted = {
        "group_id": tx.scope.group_id,
        "account": incoming[0].account.id,
        "order_nos": text_array(told),
    }
    erased = {row[0] for row in tx.rows(tables.ERASED_BY_NUMBER, wanted)}
    if not erased:
        return
    stripped: list[Incoming] = []
    for one in incoming:
        if isinstance(one.record, Order) and one.record.order_no in erased:
            tx.emit(ErasedToldAgain(one.record_id))
            stripped.append(replace(one, record=rules.order_without_person(one.record)))
        else:
            stripped.append(one)
    page.records = stripped


def stripped(tx: Tx, arrived: Sequence[Arrived], order_ids: Mapping[str, int]) -> list[Arrived]:
    """Return refunds and packages without free text where the order's person was erased."""
    wanted = {"group_id": tx.scope.group_id, "ids": array(sorted(set(order_ids.values())))}
    erased = {row[0] for row in tx.rows(tables.ERASED_BY_ID, wanted)}
    if not erased:
        return list(arrived)
    return [
        _stripped(tx, one) if order_ids.get(one.record.order_no) in erased else one
        for one in arrived
    ]


def identifiers_only_on(tx: Tx, customer_ids: Sequence[int]) -> list[int]:
    """Return the identifiers that stand on orders of these customers and on no other order."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    return [row[0] for row in tx.rows(tables.IDENTIFIERS_ONLY_ON, params)]


def erase_naming(tx: Tx, identifier_ids: Sequence[int]) -> list[int]:
    """Forget identifiers as payer, receiver or proxy on anybody's orders; the sales stay.

    Where such an order went, and what its source told beyond the schema, goes too. Returns the
    inbox records that told of these orders.
    """
    params = {"group_id": tx.scope.group_id, "identifier_ids": array(identifier_ids)}
    record_ids = [row[0] for row in tx.rows(tables.RECORDS_NAMING, params)]
    for forget in (
        tables.ERASE_NAMING_PACKAGES,
        tables.ERASE_NAMING_HEADERS,
        tables.ERASE_NAMING_PARTIES,
    ):
        tx.execute(forget, params)
    return record_ids


def _stripped(tx: Tx, one: Arrived) -> Arrived:
    tx.emit(ErasedToldAgain(one.record_id))
    match one.record:
        case Refund():
            return replace(one, record=rules.refund_without_person(one.record))
        case Fulfilment():
            return replace(one, record=one.record.model_copy(update={"attributes": {}}))
