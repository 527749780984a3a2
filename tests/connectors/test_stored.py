"""An order of every platform, kept in the database, is read back as it was told."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from huitong import orders
from huitong.channels.model import Incoming, Order, Refund
from huitong.customers.model import CUSTOMER
from huitong.identity.model import PARTIES, PERSON
from huitong.platform.db import Tx
from huitong.platform.errors import Ok
from huitong.platform.page import Page
from tests.channels.make import make_account
from tests.connectors.reading import FIXTURES, PLATFORMS, fixtures_of, name_of, records_of

# What the header of an order holds, under the names of the canonical record.
READ_HEADER = """
SELECT to_jsonb(found)
FROM (
  SELECT id, order_no, kind, parent_no, store, ordered_at, paid_at, shipped_at, completed_at,
    status, close_reason, origin, serving_guide, source_guide, source_store, list_minor,
    discount_minor, freight_minor, paid_minor, receiver_city, checkout_id, exchange_of_refund_no,
    source_updated_at AS updated_at, coalesce(attributes, '{}') AS attributes
  FROM orders.header
  WHERE order_no = %(order_no)s
) AS found
"""
# The lines of an order in their order.
READ_LINES = """
SELECT to_jsonb(found)
FROM (
  SELECT line_id, sku, name, quantity, list_minor, paid_minor, status, signed_at, completed_at,
    store, serving_guide, source_guide, source_store, exchanged_line_id,
    coalesce(allocations, '[]') AS allocations, coalesce(attributes, '{}') AS attributes
  FROM orders.line
  WHERE order_id = %(order_id)s
  ORDER BY place
) AS found
"""
# The tenders of an order in their order.
READ_PAYMENTS = """
SELECT to_jsonb(found)
FROM (
  SELECT kind, amount_minor, paid_at, reference
  FROM orders.payment
  WHERE order_id = %(order_id)s
  ORDER BY place
) AS found
"""
# A refund with its lines in their order.
READ_REFUND = """
SELECT to_jsonb(found)
FROM (
  SELECT refund.refund_no, header.order_no, refund.kind, refund.stage, refund.status,
    refund.refunded_at, refund.amount_minor, refund.reason, refund.return_store, refund.payer,
    refund.exchange_order_no, coalesce(refund.payments, '[]') AS payments,
    coalesce(refund.attributes, '{}') AS attributes, refund.source_updated_at AS updated_at,
    (
      SELECT jsonb_agg(
        jsonb_build_object(
          'line_id', line.line_id, 'quantity', line.quantity, 'amount_minor', line.amount_minor
        ) ORDER BY line.place
      )
      FROM orders.refund_line AS line
      WHERE line.refund_id = refund.id
    ) AS lines
  FROM orders.refund AS refund
  JOIN orders.header AS header ON header.id = refund.order_id
  WHERE refund.refund_no = %(refund_no)s
) AS found
"""
WITH_ORDERS = [
    path for path in FIXTURES if any(isinstance(record, Order) for record in records_of(path))
]


def keep(tx: Tx, told: Sequence[Order], now: datetime) -> None:
    """Keep orders of unknown buyers, as the appliers before would hand them on."""
    account = make_account(tx.scope.group_id)
    page = Page([Incoming(account, order, place) for place, order in enumerate(told, 1)])
    page.put(PERSON, [None] * len(told))
    page.put(CUSTOMER, [None] * len(told))
    page.put(PARTIES, [()] * len(told))
    assert all(isinstance(outcome, Ok) for outcome in orders.apply_orders(tx, page, now))


def read_back(tx: Tx, order_no: str) -> Order:
    """Return the order that the database holds under a number; its parties are identity's."""
    header = named(tx, READ_HEADER, {"order_no": order_no})[0]
    key = {"order_id": header.pop("id")}
    return Order.model_validate(
        header | {"lines": named(tx, READ_LINES, key), "payments": named(tx, READ_PAYMENTS, key)}
    )


def named(tx: Tx, statement: str, params: dict[str, object]) -> list[dict[str, object]]:
    """Return rows with the names of their columns."""
    return [dict(row[0]) for row in tx.rows(statement, params)]


@pytest.mark.parametrize("fixture", WITH_ORDERS, ids=name_of)
def test_an_order_is_read_back_as_its_platform_told_it(
    tx: Tx, now: datetime, fixture: Path
) -> None:
    told = [record for record in records_of(fixture) if isinstance(record, Order)]
    keep(tx, told, now)
    for order in told:
        assert read_back(tx, order.order_no) == order.model_copy(update={"parties": ()})


@pytest.mark.parametrize("platform", [name for name in PLATFORMS if name != "oms"])
def test_a_refund_that_came_before_its_order_is_read_back_as_told(
    tx: Tx, now: datetime, platform: str
) -> None:
    told = [record for fixture in fixtures_of(platform) for record in records_of(fixture)]
    sales = [record for record in told if isinstance(record, Order)]
    sold = {order.order_no for order in sales}
    refunds = [record for record in told if isinstance(record, Refund) and record.order_no in sold]
    assert refunds
    account = make_account(tx.scope.group_id)
    early = Page([Incoming(account, refund, place) for place, refund in enumerate(refunds, 1)])
    assert all(isinstance(outcome, Ok) for outcome in orders.apply_refunds(tx, early, now))
    keep(tx, sales, now)
    for refund in refunds:
        (row,) = named(tx, READ_REFUND, {"refund_no": refund.refund_no})
        assert Refund.model_validate(row) == refund
