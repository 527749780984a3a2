"""Turns the invoice lines of Online Retail (UCI 352) into canonical files of orders and refunds.

The data know invoices, not refunds: an invoice whose number begins with C takes goods back and does
not say which sale they came from. Each such line is laid to sales of the same customer and item:
first those at the same price, the latest first, none that came after the return. What is left over
is settled by a policy with a name (see `Policy`), and every odd return is told in a table.

Amounts are pounds in the data and pence in the files. Four lines have a third decimal.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

import duckdb

ZONE = "Europe/London"
# The day before the first invoice: sales that are only presumed stand here, before any programme.
PRESUMED_AT = "2010-11-30 12:00:00"
PRESUMED_PREFIX = "PRE-"

# raw: the lines as they are, in the order of the file, with pence beside pounds.
_RAW = """
CREATE TABLE raw AS
SELECT
  row_number() OVER () AS number,
  InvoiceNo AS invoice, StockCode AS item, Description AS name, Quantity AS quantity,
  CAST(InvoiceDate AS TIMESTAMP) AS moment, UnitPrice AS price,
  CAST(CAST(CustomerID AS BIGINT) AS VARCHAR) AS customer, Country AS country,
  CAST(round(Quantity * UnitPrice * 100) AS BIGINT) AS pence
FROM {source}
"""

# orders: every invoice that is neither a cancellation nor bad debt. What is no sale (stock that
# was written off, in negative numbers) goes with them: the inbox refuses it and says why.
_ORDERS = """
COPY (
  SELECT
    invoice AS order_no,
    timezone('{zone}', first_value(moment) OVER sold) AS ordered_at,
    timezone('{zone}', first_value(moment) OVER sold) AS paid_at,
    timezone('{zone}', first_value(moment) OVER sold) AS completed_at,
    'completed' AS status,
    CASE WHEN customer IS NOT NULL THEN
      [{{'role': 'buyer', 'identifiers': [{{'kind': 'pos_card', 'value': customer}}]}}] END
      AS parties,
    CAST(sum(pence) OVER sold AS BIGINT) AS list_minor,
    CAST(sum(pence) OVER sold AS BIGINT) AS paid_minor,
    CAST(number AS VARCHAR) AS "lines.line_id",
    item AS "lines.sku",
    left(name, 200) AS "lines.name",
    quantity AS "lines.quantity",
    pence AS "lines.list_minor",
    pence AS "lines.paid_minor"
  FROM raw
  WHERE invoice NOT LIKE 'C%' AND invoice NOT LIKE 'A%'
  WINDOW sold AS (PARTITION BY invoice ORDER BY number
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
  ORDER BY number
) TO '{target}' (FORMAT parquet)
"""

# members: everybody who ever bought or brought back, known from the first day on.
_MEMBERS = """
COPY (
  SELECT
    customer AS member_no,
    [{{'kind': 'pos_card', 'value': customer, 'verified': true}}] AS identifiers,
    timezone('{zone}', TIMESTAMP '2010-12-01 00:00:00') AS enrolled_at
  FROM raw
  WHERE customer IS NOT NULL
  GROUP BY customer
  ORDER BY customer
) TO '{target}' (FORMAT parquet)
"""

_RETURNS = """
SELECT number, invoice, customer, item, moment, price, -quantity, -pence
FROM raw
WHERE invoice LIKE 'C%' AND customer IS NOT NULL
ORDER BY moment, number
"""

# Sales of what was ever brought back by the same customer, the only ones that matter.
_SALES = """
SELECT number, invoice, customer, item, moment, price, quantity, pence
FROM raw
SEMI JOIN (SELECT customer, item FROM raw WHERE invoice LIKE 'C%') AS back USING (customer, item)
WHERE invoice NOT LIKE 'C%' AND invoice NOT LIKE 'A%' AND quantity > 0 AND price >= 0
ORDER BY moment, number
"""

# facts: what the publishers counted, counted here again from the raw lines.
_FACTS = """
SELECT
  (SELECT count(*) FROM raw) AS lines,
  (SELECT count(DISTINCT invoice) FROM raw) AS invoices,
  (SELECT count(DISTINCT customer) FROM raw) AS customers,
  (SELECT count(*) FROM raw WHERE customer IS NULL) AS lines_of_nobody,
  (SELECT count(*) FROM raw WHERE invoice LIKE 'C%') AS cancelled_lines,
  (SELECT count(DISTINCT invoice) FROM raw WHERE invoice LIKE 'C%') AS cancellations,
  (SELECT count(*) FROM raw WHERE invoice LIKE 'A%') AS bad_debt_lines,
  (SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT * EXCLUDE (number) FROM raw))
   FROM raw) AS duplicate_lines,
  (SELECT count(*) FROM raw WHERE {clean}) AS clean_lines,
  (SELECT count(*) FROM raw WHERE {clean} AND pence > 0) AS lines_of_a_penny,
  (SELECT count(DISTINCT invoice) FROM raw WHERE {clean}) AS clean_invoices,
  (SELECT count(DISTINCT customer) FROM raw WHERE {clean}) AS clean_customers,
  (SELECT CAST(round(sum(quantity * CAST(price AS DECIMAL(18, 3))) * 1000) AS BIGINT)
   FROM raw WHERE {clean}) AS clean_mills,
  (SELECT CAST(COALESCE(sum(quantity * CAST(price AS DECIMAL(18, 3))) * 1000, 0) AS BIGINT)
   FROM raw WHERE invoice LIKE 'C%' AND customer IS NOT NULL) AS returned_mills
"""
_CLEAN = "customer IS NOT NULL AND invoice NOT LIKE 'C%' AND quantity > 0 AND price > 0"


# number, invoice, customer, item, instant, price, quantity, pence
Row: TypeAlias = tuple[int, str, str, str, datetime, float, int, int]


class Policy(StrEnum):
    """What is done with a return, or the part of one, by name."""

    # Laid to a sale of the same customer and item that came before it.
    MATCHED = "matched"
    # More money came back than the pieces had cost: taken from what else was paid for the item.
    PRICE_DIFFERENCE = "price_difference"
    # Nothing of the item was bought before it in these data: a sale before they begin is presumed,
    # on a day when nothing was earned yet, so the money counts and no balance moves.
    PRESUMED_SALE = "presumed_sale"
    # More came back than was bought: handed in against the last sale, and refused there.
    BEYOND_PURCHASE = "beyond_purchase"


@dataclass(frozen=True, slots=True)
class Part:
    """A return, or the part of one that one policy settles; amounts in pence."""

    invoice: str
    customer: str
    item: str
    at: str
    quantity: int
    amount_minor: int
    policy: Policy
    refund_no: str


@dataclass(frozen=True, slots=True)
class Files:
    """The canonical files of one conversion."""

    members: Path
    orders: Path
    presumed: Path
    refunds: Path


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion wrote, what every return became, and the figures of the source.

    A pair is a customer with an item that they brought back.
    """

    files: Files
    parts: tuple[Part, ...]
    facts: dict[str, int]


@dataclass(slots=True)
class _Sale:
    """A line of a sale with what is left of it to be brought back."""

    line_id: str
    order_no: str
    at: datetime
    price: float
    quantity: int
    amount_minor: int


@dataclass(slots=True)
class _Refund:
    """A refund under construction: pieces and pence by the line of its order."""

    order_no: str
    at: str
    lines: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))


def convert(source: Path, folder: Path) -> Converted:
    """Write the canonical files of a file of invoice lines (Parquet or CSV) into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    files = Files(
        members=folder / "members.parquet",
        orders=folder / "orders.parquet",
        presumed=folder / "presumed-sales.ndjson",
        refunds=folder / "refunds.ndjson",
    )
    reader = "read_parquet" if source.suffix == ".parquet" else "read_csv"
    with duckdb.connect(config={"memory_limit": "1GB", "threads": 2}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(_RAW.format(source=f"{reader}('{source}')"))
        for query, target in ((_ORDERS, files.orders), (_MEMBERS, files.members)):
            connection.execute(query.format(zone=ZONE, target=target))
        found = connection.execute(_FACTS.format(clean=_CLEAN))
        names = [name for name, *_ in found.description or ()]
        facts = dict(zip(names, found.fetchone() or (), strict=True))
        matching = _Matching(connection.execute(_SALES).fetchall())
        for line in connection.execute(_RETURNS).fetchall():
            matching.settle(line)
    files.presumed.write_text("".join(matching.presumed_orders()), encoding="utf-8")
    files.refunds.write_text("".join(matching.refunds()), encoding="utf-8")
    return Converted(files, tuple(matching.parts), facts | matching.pairs())


class _Matching:
    """Lays returns to sales, in the order of time."""

    def __init__(self, sales: list[Row]) -> None:
        self.parts: list[Part] = []
        self._sales: dict[tuple[str, str], list[_Sale]] = defaultdict(list)
        self._bought: dict[tuple[str, str], int] = defaultdict(int)
        self._returned: dict[tuple[str, str], int] = defaultdict(int)
        self._refunds: dict[str, _Refund] = {}
        self._presumed: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for number, invoice, customer, item, at, price, quantity, pence in sales:
            sale = _Sale(str(number), invoice, at, price, quantity, pence)
            self._sales[customer, item].append(sale)
            self._bought[customer, item] += quantity

    def settle(self, row: Row) -> None:
        """Settle one line of a cancellation."""
        number, invoice, customer, item, at, price, quantity, pence = row
        pair = customer, item
        self._returned[pair] += quantity
        before = [one for one in self._sales[pair] if one.at <= at]
        same_price = [one for one in reversed(before) if one.price == price]
        others = [one for one in reversed(before) if one.price != price]
        left, amount_left = quantity, pence

        def put(order_no: str, line_id: str, pieces: int, minor: int, policy: Policy) -> None:
            suffix = "-beyond" if policy is Policy.BEYOND_PURCHASE else ""
            refund_no = f"{invoice}-{order_no}{suffix}"
            refund = self._refunds.setdefault(refund_no, _Refund(order_no, str(at)))
            refund.lines[line_id][0] += pieces
            refund.lines[line_id][1] += minor
            self.parts.append(
                Part(invoice, customer, item, str(at), pieces, minor, policy, refund_no)
            )

        sales = (*same_price, *others)
        for sale in sales:
            pieces = min(left, sale.quantity)
            if not pieces:
                continue
            share = amount_left if pieces == left else round(pieces * price * 100)
            minor = min(share, sale.amount_minor, amount_left)
            sale.quantity -= pieces
            sale.amount_minor -= minor
            left, amount_left = left - pieces, amount_left - minor
            put(sale.order_no, sale.line_id, pieces, minor, Policy.MATCHED)
        for sale in () if left else sales:
            minor = min(amount_left, sale.amount_minor)
            if minor:
                sale.amount_minor -= minor
                amount_left -= minor
                put(sale.order_no, sale.line_id, 0, minor, Policy.PRICE_DIFFERENCE)
        if not left and not amount_left:
            return
        if before:
            last = before[-1]
            put(last.order_no, last.line_id, left, amount_left, Policy.BEYOND_PURCHASE)
            return
        order_no = f"{PRESUMED_PREFIX}{customer}-{number}"
        self._presumed[f"{order_no}\t{customer}\t{item}"] = [left, amount_left]
        put(order_no, "1", left, amount_left, Policy.PRESUMED_SALE)

    def pairs(self) -> dict[str, int]:
        """Return how many pairs came back, beyond what was bought, and without being bought."""
        beyond = [pair for pair, count in self._returned.items() if count > self._bought[pair]]
        never = [pair for pair in beyond if not self._bought[pair]]
        return {
            "return_pairs": len(self._returned),
            "pairs_beyond_purchase": len(beyond),
            "pairs_never_bought": len(never),
        }

    def presumed_orders(self) -> Iterator[str]:
        """Yield the sales that are only presumed, as canonical records."""
        for told, (quantity, minor) in self._presumed.items():
            order_no, customer, item = told.split("\t")
            line = {"line_id": "1", "sku": item, "quantity": quantity}
            yield _line(
                order_no=order_no,
                ordered_at=_instant(PRESUMED_AT),
                paid_at=_instant(PRESUMED_AT),
                completed_at=_instant(PRESUMED_AT),
                status="completed",
                list_minor=minor,
                paid_minor=minor,
                parties=[
                    {
                        "role": "buyer",
                        "identifiers": [{"kind": "pos_card", "value": customer}],
                    }
                ],
                lines=[{**line, "list_minor": minor, "paid_minor": minor}],
                attributes={"policy": Policy.PRESUMED_SALE},
            )

    def refunds(self) -> Iterator[str]:
        """Yield the refunds as canonical records."""
        for refund_no, refund in self._refunds.items():
            lines = [
                {"line_id": line_id, "quantity": quantity, "amount_minor": minor}
                for line_id, (quantity, minor) in refund.lines.items()
            ]
            yield _line(
                refund_no=refund_no,
                order_no=refund.order_no,
                kind="return",
                refunded_at=_instant(refund.at),
                amount_minor=sum(minor for _, minor in refund.lines.values()),
                lines=lines,
            )


def _line(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _instant(at: str) -> str:
    """Return a time of the shop as an instant; to the second, as the data are."""
    return datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(ZONE)).isoformat()
