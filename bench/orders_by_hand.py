"""The baseline of `bench.import_orders`: SQL written by hand for this one file and nothing else.

No records are read as such, nothing is looked up twice or checked beyond what the tables check:
DuckDB reads the Parquet file, numbers the orders, makes every id, adds up what earns, and hands out
ready COPY text; PostgreSQL takes a page of 500 orders a transaction in a dozen statements, into the
same tables with the same constraints, indexes, policies and role as the product. It cannot be run
twice, refuses nothing, and knows one programme (`programme.yaml` of the demo).
"""

import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import duckdb
import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huitong.platform import clock

ORDERS_A_PAGE_MAX = 500
LINES_A_PAGE_MAX = 5_000
IDS_AN_ORDER = 8
PLACES_A_BLOCK = 4_096
# Plans made while the tables were small are dropped as these pages begin.
REPLAN_AT = frozenset({2, 8, 32, 128})
POINTS_MINOR = 100

# buyers: whom a card belongs to; there before the clock starts, as the members are.
BUYERS = "CREATE TABLE buyer (card VARCHAR, customer_id BIGINT, identifier_id BIGINT)"

# sold: the lines of the file with their row; an item that earns no points says so.
SOLD = """
CREATE TABLE sold AS
SELECT
  file.* EXCLUDE (file_row_number),
  file.file_row_number + 1 AS file_row,
  COALESCE(
    p.category[1] = 'FUEL' OR p.category[1:2] = ['MISCELLANEOUS', 'COUPON/MISC ITEMS'],
    false) AS without_points
FROM read_parquet('{orders}', file_row_number = true) AS file
LEFT JOIN read_parquet('{products}') AS p ON p.sku = file."lines.sku"
"""

# sale: one row an order in the world's order, with its ids and what of it earns.
SALE = """
CREATE TABLE sale AS
SELECT
  *, {first_id} + number * {ids} AS own_id, customer_id & 4095 AS bucket,
  hash(order_no) % 4096 AS record_bucket,
  points_base // {points_minor} AS points, growth_base // {points_minor} AS growth
FROM (
  SELECT
    row_number() OVER (ORDER BY ordered_at, file_row) AS number, *
  FROM (
    SELECT
      order_no, min(file_row) AS file_row, any_value(store) AS store,
      any_value(ordered_at) AS ordered_at,
      any_value(parties[1].identifiers[1].value) AS card,
      any_value(list_minor) AS list_minor, any_value(discount_minor) AS discount_minor,
      any_value(paid_minor) AS paid_minor, count(*) AS line_count,
      COALESCE(sum("lines.paid_minor") FILTER (WHERE NOT without_points), 0) AS points_base,
      sum("lines.paid_minor") AS growth_base
    FROM sold
    GROUP BY order_no
  )
  JOIN buyer USING (card)
)
"""

# texts: an order as it is copied: its own row, its lines, its grants, and itself as JSON.
TEXTS = """
SELECT
  sale.line_count,
  any_value(concat_ws(chr(9), own_id << 12 | record_bucket, record_bucket, own_id << 12 | bucket,
    bucket, number, sale.file_row, order_no, 'hash:' || md5(order_no || growth_base || line_count),
    customer_id, identifier_id, sale.store, sale.ordered_at, sale.list_minor, sale.discount_minor,
    sale.paid_minor)) || chr(10) AS order_text,
  string_agg(concat_ws(chr(9), bucket, own_id << 12 | bucket, line_place, "lines.line_id",
    "lines.sku", "lines.quantity", "lines.list_minor", "lines.paid_minor",
    CASE WHEN len("lines.allocations") = 0 THEN '\\N'
      ELSE CAST(to_json("lines.allocations") AS VARCHAR) END), chr(10)) || chr(10) AS line_texts,
  any_value(
    CASE WHEN points > 0 THEN concat_ws(chr(9), bucket, number, own_id << 12 | bucket, customer_id,
      'points', points, points_base, (own_id + 1) << 12 | bucket, sale.ordered_at) || chr(10)
    ELSE '' END
    || CASE WHEN growth > 0 THEN concat_ws(chr(9), bucket, number, own_id << 12 | bucket,
      customer_id, 'growth', growth, growth_base, (own_id + 2) << 12 | bucket, sale.ordered_at)
      || chr(10)
    ELSE '' END) AS grant_texts,
  any_value(to_json({{
    order_no: sale.order_no, store: sale.store, ordered_at: sale.ordered_at,
    paid_at: sale.ordered_at, completed_at: sale.ordered_at, status: 'completed',
    parties: sold.parties, list_minor: sale.list_minor, discount_minor: sale.discount_minor,
    paid_minor: sale.paid_minor}}))[:-2] || ',"lines":'
  || to_json(list({{
    line_id: "lines.line_id", sku: "lines.sku", quantity: "lines.quantity",
    list_minor: "lines.list_minor", paid_minor: "lines.paid_minor",
    allocations: "lines.allocations"}} ORDER BY line_place)) || '}}' AS body
FROM (
  SELECT *, row_number() OVER (PARTITION BY order_no ORDER BY file_row) - 1 AS line_place FROM sold
) AS sold
JOIN sale USING (order_no)
GROUP BY number, sale.line_count
ORDER BY number
"""

# staging: what a page is copied into, and what it works out on the way.
STAGING = """
CREATE TEMP TABLE page_order (
  record_id bigint, record_bucket smallint, id bigint, bucket smallint, number bigint,
  file_row bigint, order_no text, version text, customer_id bigint, identifier_id bigint,
  store text, ordered_at timestamptz, list_minor bigint, discount_minor bigint, paid_minor bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE page_line (
  bucket smallint, order_id bigint, place smallint, line_id text, sku text, quantity bigint,
  list_minor bigint, paid_minor bigint, allocations jsonb
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE page_grant (
  bucket smallint, number bigint, order_id bigint, customer_id bigint, asset text, amount bigint,
  base_minor bigint, lot_id bigint, ordered_at timestamptz
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE page_entry (
  bucket smallint, number bigint, order_id bigint, customer_id bigint, asset text, amount bigint,
  base_minor bigint, lot_id bigint, ordered_at timestamptz, ledger_asset text, place smallint,
  account_id bigint, version bigint, balance_after bigint
) ON COMMIT DELETE ROWS;
"""

# records: the versions of the page in the inbox.
RECORDS = """
INSERT INTO channels.record (
  group_id, bucket, id, brand_id, channel_account_id, kind, external_id, version, state, body_id,
  body_place, delivery_id, source_row, occurred_at, recorded_at)
SELECT
  %(group)s, record_bucket, record_id, %(brand)s, %(account)s, 'order', order_no, version,
  'applied', %(body)s, number - %(first)s, %(delivery)s, file_row, ordered_at, %(now)s
FROM page_order
"""

# bodies: the page as it came, packed and sealed.
BODY = """
INSERT INTO channels.body (
  group_id, id, brand_id, delivery_id, day, record_count, content, recorded_at)
VALUES (
  %(group)s, %(body)s, %(brand)s, %(delivery)s, %(now)s::date, %(orders)s, %(content)s, %(now)s)
"""

# headers: the orders.
HEADERS = """
INSERT INTO orders.header (
  group_id, bucket, id, brand_id, channel_account_id, order_no, record_id, kind, status,
  customer_id, origin_customer_id, origin_identifier_id, store, ordered_at, paid_at, completed_at,
  list_minor, discount_minor, freight_minor, paid_minor, recorded_at)
SELECT
  %(group)s, bucket, id, %(brand)s, %(account)s, order_no, record_id, 'normal', 'completed',
  customer_id, customer_id, identifier_id, store, ordered_at, ordered_at, ordered_at, list_minor,
  discount_minor, 0, paid_minor, %(now)s
FROM page_order
"""

# lines: the lines of the orders.
LINES = """
INSERT INTO orders.line (
  group_id, bucket, order_id, brand_id, place, line_id, sku, quantity, list_minor, paid_minor,
  allocations)
SELECT
  %(group)s, bucket, order_id, %(brand)s, place, line_id, sku, quantity, list_minor, paid_minor,
  allocations
FROM page_line
"""

# entries: the accounts moved and locked in one statement, running balances by a window.
ENTRIES_OF_PAGE = """
WITH moved AS (
  INSERT INTO ledger.account AS a (
    group_id, bucket, id, owner_id, asset, balance, held, debt, floor, version, alias_owner_ids)
  SELECT
    %(group)s, bucket, min(lot_id), customer_id, asset || ':' || %(brand)s, sum(amount), 0, 0, 0,
    count(*), '{}'
  FROM page_grant
  GROUP BY bucket, customer_id, asset
  ORDER BY customer_id, asset
  ON CONFLICT (group_id, bucket, owner_id, asset) DO UPDATE
  SET balance = a.balance + EXCLUDED.balance, version = a.version + EXCLUDED.version
  RETURNING id, owner_id, asset, balance, version
)
INSERT INTO page_entry
SELECT
  g.bucket, g.number, g.order_id, g.customer_id, g.asset, g.amount, g.base_minor, g.lot_id,
  g.ordered_at, m.asset,
  2 * (row_number() OVER (PARTITION BY g.order_id ORDER BY g.asset DESC) - 1),
  m.id,
  m.version - count(*) OVER owned + row_number() OVER so_far,
  m.balance - sum(g.amount) OVER owned + sum(g.amount) OVER so_far
FROM page_grant AS g
JOIN moved AS m ON m.owner_id = g.customer_id AND m.asset = g.asset || ':' || %(brand)s
WINDOW
  owned AS (PARTITION BY g.customer_id, g.asset),
  so_far AS (PARTITION BY g.customer_id, g.asset ORDER BY g.number)
"""

# operations: one for each order that earned, with the result that a repeat would get.
OPERATIONS = """
INSERT INTO ledger.operation (
  group_id, bucket, id, key, kind, owner_id, request_hash, result, occurred_at, recorded_at,
  source_kind, source_id)
SELECT
  %(group)s, bucket, order_id, 'order:' || order_id || ':' || count(*), 'earn', customer_id,
  decode(md5(string_agg(ledger_asset || amount || ordered_at, ',')), 'hex'),
  convert_to(
    '[' || order_id || ',['
    || string_agg('["' || ledger_asset || '",' || amount || ',' || balance_after || ',"granted"]',
      ',' ORDER BY place)
    || '],[' || string_agg(lot_id::text, ',' ORDER BY place) || ']]', 'UTF8'),
  ordered_at, %(now)s, 'order', order_id
FROM page_entry
GROUP BY bucket, order_id, customer_id, ordered_at
"""

# entries: both legs of each.
ENTRIES = """
INSERT INTO ledger.entry (
  group_id, bucket, operation_id, place, asset, side, amount, account_id, version, balance_after)
SELECT
  %(group)s, e.bucket, e.order_id, leg.place, e.ledger_asset, 'granted', leg.amount,
  leg.account_id, leg.version, leg.balance_after
FROM page_entry AS e
CROSS JOIN LATERAL (
  VALUES (e.place, e.amount, e.account_id, e.version, e.balance_after),
         ((e.place + 1)::smallint, -e.amount, NULL, NULL, NULL)
) AS leg(place, amount, account_id, version, balance_after)
"""

# lots: what each grant can be spent from.
LOTS = """
INSERT INTO ledger.lot (
  group_id, bucket, id, account_id, operation_id, amount, remaining, held, clawed, expired,
  granted_at, activates_at, funding, source_kind, source_id, label)
SELECT
  %(group)s, bucket, lot_id, account_id, order_id, amount, amount, 0, 0, 0, ordered_at, ordered_at,
  'brand', 'order', order_id, ''
FROM page_entry
"""

# positions: what each order granted, and why.
POSITIONS = """
INSERT INTO loyalty.grant_position (
  group_id, bucket, order_id, asset, brand_id, customer_id, earned, granted, clawed, revision,
  programme_version, activates_at, shares, ordered_at, recorded_at)
SELECT
  %(group)s, bucket, order_id, asset, %(brand)s, customer_id, amount, amount, 0, 1, 1, ordered_at,
  jsonb_build_array(jsonb_build_object(
    'rule', 'base_' || asset, 'base_minor', base_minor, 'amount', amount)),
  ordered_at, %(now)s
FROM page_entry
"""

# tiers: who reached another one with this page, and the history of it.
TIERS = """
WITH reached AS (
  SELECT DISTINCT ON (customer_id)
    bucket, customer_id, order_id, ordered_at, lot_id, balance_after AS growth,
    CASE WHEN balance_after >= 5000 THEN 'platinum' WHEN balance_after >= 2000 THEN 'gold'
      WHEN balance_after >= 500 THEN 'silver' ELSE 'member' END AS tier
  FROM page_entry
  WHERE asset = 'growth'
  ORDER BY customer_id, number DESC
), risen AS (
  SELECT reached.*, s.tier AS held
  FROM reached
  LEFT JOIN loyalty.standing AS s
    ON s.group_id = %(group)s AND s.bucket = reached.bucket AND s.customer_id = reached.customer_id
  WHERE s.tier IS DISTINCT FROM reached.tier
), stood AS (
  INSERT INTO loyalty.standing (group_id, bucket, customer_id, brand_id, tier, since, recorded_at)
  SELECT %(group)s, bucket, customer_id, %(brand)s, tier, ordered_at, %(now)s
  FROM risen
  ON CONFLICT (group_id, bucket, customer_id) DO UPDATE
  SET tier = EXCLUDED.tier, since = EXCLUDED.since, recorded_at = EXCLUDED.recorded_at,
      changed_xid = pg_current_xact_id()
)
INSERT INTO loyalty.tier_change (
  group_id, bucket, id, customer_id, brand_id, from_tier, to_tier, growth, order_id, changed_at,
  recorded_at)
SELECT
  %(group)s, bucket, lot_id, customer_id, %(brand)s, held, tier, growth, order_id, ordered_at,
  %(now)s
FROM risen
"""

# delivery: that this file was taken, and how far it has come.
DELIVERY = """
INSERT INTO channels.delivery (
  group_id, id, brand_id, channel_account_id, kind, way, source, content_hash, mapping,
  mapping_hash, state, runs, record_count, recorded_at, run_at)
VALUES (
  %(group)s, %(delivery)s, %(brand)s, %(account)s, 'order', 'file', %(source)s, %(hash)s, 'by hand',
  %(hash)s, 'running', 1, %(orders)s, %(now)s, %(now)s)
"""
COUNT = """
UPDATE channels.delivery
SET applied_count = applied_count + %(orders)s
WHERE group_id = %(group)s
  AND id = %(delivery)s
"""
FINISH = """
UPDATE channels.delivery
SET state = 'done', finished_at = %(now)s
WHERE group_id = %(group)s
  AND id = %(delivery)s
"""

PAGE = (RECORDS, BODY, HEADERS, LINES, ENTRIES_OF_PAGE, OPERATIONS, ENTRIES, LOTS, POSITIONS, TIERS,
        COUNT)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where the orders go and whose they are."""

    group_id: int
    brand_id: int
    account_id: int
    buyers: Sequence[tuple[str, int, int]]


@dataclass(slots=True)
class _Page:
    """The texts of one page, ready to be copied."""

    line_count: int = 0
    orders: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)


def load(connection: psycopg.Connection, place: Place, *, orders: Path, products: Path) -> int:
    """Load every order of the file and return how many lines there were; nothing may be there yet.

    `connection` is in autocommit and has the app's role and the group's scope.
    """
    lines = 0
    with duckdb.connect(config={"memory_limit": "1GB", "threads": 2}) as reader:
        first_id, order_count = _read(reader, connection, place, orders, products)
        now = clock.now()
        common = {
            "group": place.group_id,
            "brand": place.brand_id,
            "account": place.account_id,
            "delivery": first_id << 12,
            "now": now,
        }
        file_hash = sha256(orders.read_bytes()).digest()
        connection.execute(
            DELIVERY, {**common, "source": orders.name, "hash": file_hash, "orders": order_count}
        )
        connection.execute(STAGING)
        seal = AESGCM(os.urandom(32))
        first = 1
        for number, page in enumerate(_pages(reader), start=1):
            if number in REPLAN_AT:
                connection.execute("DISCARD PLANS")
            facts = {"first": first, "orders": len(page.orders), "body": (first_id + first) << 12}
            _load_page(connection, page, {**common, **facts, "now": clock.now()}, seal)
            first += len(page.orders)
            lines += page.line_count
        connection.execute(FINISH, {**common, "now": clock.now()})
    return lines


def _read(
    reader: duckdb.DuckDBPyConnection,
    connection: psycopg.Connection,
    place: Place,
    orders: Path,
    products: Path,
) -> tuple[int, int]:
    """Stage the file, leasing an id range for all of it; answer its first id and its orders."""
    reader.execute("SET TimeZone = 'UTC'")
    reader.execute(BUYERS)
    reader.executemany("INSERT INTO buyer VALUES (?, ?, ?)", place.buyers)
    reader.execute(SOLD.format(orders=orders, products=products))
    counted = reader.execute("SELECT count(DISTINCT order_no) FROM sold").fetchone()
    assert counted is not None, "A count always answers."
    blocks = (counted[0] + 1) * IDS_AN_ORDER // PLACES_A_BLOCK + 1
    leased = connection.execute(
        "SELECT min(nextval('platform.id_block')) FROM generate_series(1, %s)", [blocks]
    ).fetchone()
    assert leased is not None, "A sequence always answers."
    first_id = int(leased[0]) * PLACES_A_BLOCK
    reader.execute(SALE.format(first_id=first_id, ids=IDS_AN_ORDER, points_minor=POINTS_MINOR))
    return first_id, int(counted[0])


def _pages(reader: duckdb.DuckDBPyConnection) -> Iterator[_Page]:
    found = reader.execute(TEXTS.format())
    page = _Page()
    while rows := found.fetchmany(ORDERS_A_PAGE_MAX):
        for line_count, order, lines, grants, body in rows:
            is_full = page.line_count + line_count > LINES_A_PAGE_MAX
            if page.orders and (is_full or len(page.orders) == ORDERS_A_PAGE_MAX):
                yield page
                page = _Page()
            page.line_count += line_count
            page.orders.append(order)
            page.lines.append(lines)
            page.grants.append(grants)
            page.bodies.append(body)
    if page.orders:
        yield page


def _load_page(
    connection: psycopg.Connection, page: _Page, facts: dict[str, object], seal: AESGCM
) -> None:
    nonce = os.urandom(12)
    packed = zlib.compress("\n".join(page.bodies).encode(), 1)
    facts["content"] = nonce + seal.encrypt(nonce, packed, None)
    with connection.transaction(), connection.cursor() as cursor:
        for table, texts in (
            ("page_order", page.orders),
            ("page_line", page.lines),
            ("page_grant", page.grants),
        ):
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write("".join(texts))
        for statement in PAGE:
            cursor.execute(statement, facts, prepare=True)
