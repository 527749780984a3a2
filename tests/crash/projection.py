"""What a database holds, told without its ids and without when rows were recorded.

Persons and customers are told by the blind indexes of their identifiers, orders by account and
number, operations by their key with the order's number in place of its id. `HISTORY` is everything
including how it came to be; `STATE` leaves out what depends on the order in which files came.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import psycopg
from psycopg import sql

from huitong.channels.queries import texts_at
from huitong.platform.db import Database, Scope

Projection: TypeAlias = Mapping[str, Sequence[tuple[object, ...]]]
DIFFERENCES_SHOWN_MAX = 3
# Which runs took how many pages is told here, and each try of a refused record keeps a page.
TABLES_OF_RUNS = (
    "channels.body",
    "channels.delivery",
    "channels.text_copy",
    # Who ran what: whoever was killed ran more often.
    "platform.audit_entry",
)

# names: who everybody is. A person who was merged away is told by what they brought along.
NAMES = """
CREATE TEMP TABLE person_name AS
SELECT
  p.id AS person_id,
  (
    SELECT COALESCE(string_agg(i.kind || ':' || left(encode(i.blind_index, 'hex'), 12), ' '
                               ORDER BY i.kind, i.blind_index), 'nobody')
    FROM identity.identifier AS i
    WHERE i.group_id = p.group_id
      AND (i.id = ANY(m.identifier_ids) OR (m.id IS NULL AND i.person_id = p.id))
  ) AS name
FROM identity.person AS p
LEFT JOIN identity.merge AS m
  ON m.group_id = p.group_id AND m.source_id = p.id AND m.split_at IS NULL;

CREATE TEMP TABLE customer_name AS
SELECT c.id AS customer_id, n.name
FROM customers.customer AS c
JOIN person_name AS n ON n.person_id = c.person_id;

CREATE TEMP TABLE order_name AS
SELECT h.id AS order_id, a.platform || ':' || a.code || '/' || h.order_no AS name
FROM orders.header AS h
JOIN org.channel_account AS a ON a.group_id = h.group_id AND a.id = h.channel_account_id;

CREATE TEMP TABLE operation_name AS
SELECT
  o.id AS operation_id,
  n.name || ' | ' || CASE
    WHEN t.name IS NOT NULL THEN replace(o.key, o.source_id::text, t.name)
    ELSE regexp_replace(o.key, '\\d{6,}', COALESCE(other.name, 'id'))
  END AS name
FROM ledger.operation AS o
JOIN customer_name AS n ON n.customer_id = o.owner_id
LEFT JOIN order_name AS t ON t.order_id = o.source_id AND o.source_kind = 'order'
LEFT JOIN customer_name AS other ON other.customer_id = o.source_id AND o.source_kind = 'owner';

CREATE TEMP TABLE account_name AS
SELECT a.id AS account_id, n.name || ' | ' || split_part(a.asset, ':', 1) AS name
FROM ledger.account AS a
JOIN customer_name AS n ON n.customer_id = a.owner_id;

CREATE TEMP TABLE lot_name AS
SELECT l.id AS lot_id, a.name || ' | ' || o.name AS name
FROM ledger.lot AS l
JOIN account_name AS a ON a.account_id = l.account_id
JOIN operation_name AS o ON o.operation_id = l.operation_id;

ANALYZE person_name, customer_name, order_name, operation_name, account_name, lot_name
"""

# What stands at the end, whatever the order in which files came.
STATE = {
    # Living customers, by all identifiers that are theirs now.
    "customers": """
SELECT n.name, b.code, c.status, c.enrolled_at, c.told_at, c.store, c.guide
FROM customers.customer AS c
JOIN person_name AS n ON n.person_id = c.person_id
JOIN org.brand AS b ON b.group_id = c.group_id AND b.id = c.brand_id
WHERE c.merged_into IS NULL
""",
    # Identifiers, also those of nobody.
    "identifiers": """
SELECT i.kind, i.scope, encode(i.blind_index, 'hex'), i.verified, n.name, i.sealed IS NULL
FROM identity.identifier AS i
LEFT JOIN person_name AS n ON n.person_id = i.person_id
""",
    # Cards, by whom they work for today.
    "cards": """
SELECT encode(k.blind_index, 'hex'), n.name
FROM customers.card AS k
JOIN customers.customer AS c ON c.group_id = k.group_id AND c.id = k.customer_id
JOIN customer_name AS n ON n.customer_id = COALESCE(c.merged_into, c.id)
""",
    "consents": """
SELECT n.name, k.purpose, k.policy_version, k.action, k.occurred_at
FROM customers.consent AS k
JOIN customer_name AS n ON n.customer_id = k.customer_id
""",
    "products": """
SELECT s.code, s.spu, p.code, s.name, s.category::text
FROM catalog.sku AS s
JOIN catalog.product AS p ON p.group_id = s.group_id AND p.id = s.product_id
""",
    "orders": """
SELECT t.name, n.name, h.kind, h.status, h.close_reason, h.store, h.ordered_at, h.paid_at,
  h.completed_at, h.list_minor, h.discount_minor, h.freight_minor, h.paid_minor,
  h.source_updated_at
FROM orders.header AS h
JOIN order_name AS t ON t.order_id = h.id
LEFT JOIN customer_name AS n ON n.customer_id = h.customer_id
""",
    "lines": """
SELECT t.name, l.line_id, l.place, l.sku, l.quantity, l.list_minor, l.paid_minor,
  l.refunded_quantity, l.refunded_minor, l.money_only_minor, l.allocations::text
FROM orders.line AS l
JOIN order_name AS t ON t.order_id = l.order_id
""",
    "payments": """
SELECT t.name, p.place, p.kind, p.amount_minor, p.paid_at
FROM orders.payment AS p
JOIN order_name AS t ON t.order_id = p.order_id
""",
    "refunds": """
SELECT r.refund_no, t.name, r.kind, r.stage, r.status, r.refunded_at, r.amount_minor,
  r.source_updated_at
FROM orders.refund AS r
JOIN order_name AS t ON t.order_id = r.order_id
""",
    "refund lines": """
SELECT r.refund_no, l.place, l.line_id, l.quantity, l.amount_minor, t.name
FROM orders.refund_line AS l
JOIN orders.refund AS r
  ON r.group_id = l.group_id AND r.bucket = l.bucket AND r.id = l.refund_id
JOIN order_name AS t ON t.order_id = l.order_id
""",
    # Refunds that still wait for their orders.
    "waiting": """
SELECT w.kind, w.order_no, w.external_id
FROM orders.waiting AS w
WHERE w.taken_at IS NULL
""",
    "balances": """
SELECT a.name, b.balance, b.held, b.debt, b.floor
FROM ledger.account AS b
JOIN account_name AS a ON a.account_id = b.id
WHERE b.merged_into IS NULL
""",
    # Lots with something left, by the order that earned them, over any merge.
    "lots left": """
SELECT a.name, t.name, sum(l.remaining)::bigint, sum(l.held)::bigint, l.activates_at, l.expires_at
FROM ledger.lot AS l
JOIN account_name AS a ON a.account_id = l.account_id
LEFT JOIN order_name AS t ON t.order_id = l.source_id AND l.source_kind = 'order'
WHERE l.remaining > 0
GROUP BY a.name, t.name, l.activates_at, l.expires_at
""",
    # What each order has given in the end, and why; one of which nothing is left is as if none.
    "grants": """
SELECT t.name, p.asset, n.name, p.earned, p.granted - p.clawed, p.frozen, p.activates_at,
  p.programme_version, p.shares::text
FROM loyalty.grant_position AS p
JOIN order_name AS t ON t.order_id = p.order_id
JOIN customer_name AS n ON n.customer_id = p.customer_id
WHERE p.granted > p.clawed
""",
    "tiers": """
SELECT n.name, s.tier
FROM loyalty.standing AS s
JOIN customers.customer AS c ON c.group_id = s.group_id AND c.id = s.customer_id
JOIN customer_name AS n ON n.customer_id = c.id
WHERE c.merged_into IS NULL
""",
}

# inbox states: what became of each version; a line that is no record is known by its place alone.
STATE["inbox states"] = """
SELECT r.kind, r.external_id, r.version, r.state, r.code
FROM channels.record AS r
WHERE r.external_id NOT LIKE 'row %'
"""

# How it came to be: every version, operation, leg, lot and use; equal when files came alike.
HISTORY = {
    **STATE,
    # Record versions with what became of each, and where they stood in which file.
    "inbox": """
SELECT a.platform, a.code, r.kind, r.external_id, r.version, r.version_at, r.state, r.code,
  regexp_replace(r.reason, '\\d{6,}', 'id'), r.occurred_at, r.source_row, d.source
FROM channels.record AS r
JOIN org.channel_account AS a ON a.group_id = r.group_id AND a.id = r.channel_account_id
JOIN channels.delivery AS d ON d.group_id = r.group_id AND d.id = r.delivery_id
""",
    # Deliveries at their end; how many runs they took and what the last one did is not told.
    "deliveries": """
SELECT d.kind, d.way, d.source, d.state, d.record_count, encode(d.content_hash, 'hex'),
  d.applied_count + d.refused_count + d.superseded_count + d.known_count
FROM channels.delivery AS d
""",
    "owners of orders": """
SELECT t.name, n.name, origin.name, i.kind, encode(i.blind_index, 'hex'), r.external_id, r.version
FROM orders.header AS h
JOIN order_name AS t ON t.order_id = h.id
JOIN channels.record AS r ON r.group_id = h.group_id AND r.id = h.record_id
LEFT JOIN customer_name AS n ON n.customer_id = h.customer_id
LEFT JOIN customer_name AS origin ON origin.customer_id = h.origin_customer_id
LEFT JOIN identity.identifier AS i ON i.group_id = h.group_id AND i.id = h.origin_identifier_id
""",
    "merges of persons": """
SELECT source.name, target.name, m.reason, r.kind, r.external_id, r.version
FROM identity.merge AS m
JOIN person_name AS source ON source.person_id = m.source_id
JOIN person_name AS target ON target.person_id = m.target_id
LEFT JOIN channels.record AS r ON r.group_id = m.group_id AND r.id = m.record_id
""",
    "merges of customers": """
SELECT source.name, target.name, b.code, m.target_status, m.target_enrolled_at
FROM customers.merge AS m
JOIN customer_name AS source ON source.customer_id = m.source_id
JOIN customer_name AS target ON target.customer_id = m.target_id
JOIN org.brand AS b ON b.group_id = m.group_id AND b.id = m.brand_id
""",
    "links": """
SELECT encode(one.blind_index, 'hex'), encode(other.blind_index, 'hex'), k.verified,
  k.other_verified, k.first_at, k.last_at,
  r.external_id, r.version
FROM identity.link AS k
JOIN identity.identifier AS one ON one.group_id = k.group_id AND one.id = k.identifier_id
JOIN identity.identifier AS other ON other.group_id = k.group_id AND other.id = k.other_id
JOIN channels.record AS r ON r.group_id = k.group_id AND r.id = k.record_id
""",
    "accounts": """
SELECT a.name, b.balance, b.held, b.debt, b.version, into_.name
FROM ledger.account AS b
JOIN account_name AS a ON a.account_id = b.id
LEFT JOIN customer_name AS into_ ON into_.customer_id = b.merged_into
""",
    "operations": """
SELECT o.name, p.kind, p.source_kind, t.name, undone.name,
  CASE WHEN p.source_kind = 'order' THEN p.occurred_at END
FROM ledger.operation AS p
JOIN operation_name AS o ON o.operation_id = p.id
LEFT JOIN order_name AS t ON t.order_id = p.source_id AND p.source_kind = 'order'
LEFT JOIN operation_name AS undone ON undone.operation_id = p.reverses_id
""",
    "entries": """
SELECT o.name, e.place, regexp_replace(e.asset, '\\d+$', ''), e.side, e.amount, a.name, e.version,
  e.balance_after
FROM ledger.entry AS e
JOIN operation_name AS o ON o.operation_id = e.operation_id
LEFT JOIN account_name AS a ON a.account_id = e.account_id
""",
    "lots": """
SELECT n.name, l.amount, l.remaining, l.held, l.clawed, l.expired, l.activates_at, l.expires_at,
  l.funding, l.source_kind, t.name, l.label, parent.name
FROM ledger.lot AS l
JOIN lot_name AS n ON n.lot_id = l.id
LEFT JOIN order_name AS t ON t.order_id = l.source_id AND l.source_kind = 'order'
LEFT JOIN lot_name AS parent ON parent.lot_id = l.parent_lot_id
""",
    "uses of lots": """
SELECT o.name, u.place, a.name, n.name, u.kind, u.amount, u.clawed, undone.name
FROM ledger.lot_use AS u
JOIN operation_name AS o ON o.operation_id = u.operation_id
JOIN account_name AS a ON a.account_id = u.account_id
LEFT JOIN lot_name AS n ON n.lot_id = u.lot_id
LEFT JOIN operation_name AS undone ON undone.operation_id = u.of_operation_id
""",
    "holds": """
SELECT a.name, o.name, h.amount, h.captured, h.state, h.expires_at, n.name, p.amount
FROM ledger.hold AS h
JOIN account_name AS a ON a.account_id = h.account_id
JOIN operation_name AS o ON o.operation_id = h.operation_id
LEFT JOIN ledger.hold_lot AS p ON p.group_id = h.group_id AND p.hold_id = h.id
LEFT JOIN lot_name AS n ON n.lot_id = p.lot_id
""",
    "grants by step": """
SELECT t.name, p.asset, n.name, p.earned, p.granted, p.clawed, p.frozen, p.frozen_revision,
  p.revision, p.activates_at, p.shares::text, p.ordered_at
FROM loyalty.grant_position AS p
JOIN order_name AS t ON t.order_id = p.order_id
JOIN customer_name AS n ON n.customer_id = p.customer_id
""",
    # Since when a tier is held is the order's instant, or that of a merge, which is the clock's.
    "standings": """
SELECT n.name, s.tier, NULLIF(s.since, s.recorded_at)
FROM loyalty.standing AS s
JOIN customer_name AS n ON n.customer_id = s.customer_id
""",
    "tier changes": """
SELECT n.name, c.from_tier, c.to_tier, c.growth, t.name, NULLIF(c.changed_at, c.recorded_at)
FROM loyalty.tier_change AS c
JOIN customer_name AS n ON n.customer_id = c.customer_id
LEFT JOIN order_name AS t ON t.order_id = c.order_id
""",
}

# tables: every table that holds rows of ours.
TABLES = """
SELECT schemaname, tablename
FROM pg_tables
WHERE schemaname !~ '^(pg_|information_schema)'
ORDER BY schemaname, tablename
"""

# bodies: where the text of each record version stands.
BODIES = """
SELECT a.code, r.kind, r.external_id, r.version, r.body_id, r.body_place
FROM channels.record AS r
JOIN org.channel_account AS a ON a.group_id = r.group_id AND a.id = r.channel_account_id
"""


def project(url: str, queries: Mapping[str, str]) -> Projection:
    """Return the rows of each query, sorted; `url` is a superuser's, who sees every group."""
    with psycopg.connect(url) as connection:
        connection.execute(NAMES.encode())
        found = {
            name: sorted(connection.execute(query.encode()).fetchall(), key=repr)
            for name, query in queries.items()
        }
        connection.rollback()
    return found


def count_rows(url: str) -> Projection:
    """Return how many rows each table has, those of runs left out."""
    counted: list[tuple[object, ...]] = []
    with psycopg.connect(url) as connection:
        for schema, table in connection.execute(TABLES.encode()).fetchall():
            name = f"{schema}.{table}"
            count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
            row = connection.execute(count).fetchone()
            assert row is not None, "A count always answers."
            if name not in TABLES_OF_RUNS:
                counted.append((name, row[0]))
    return {"rows of each table": counted}


def opened_texts(database: Database, scope: Scope) -> Projection:
    """Return what each record version's kept text opens to, as a digest.

    The process holds the keyring of the run.
    """
    with database.reading(scope) as tx:
        places = tx.rows(BODIES)
        kept = texts_at(tx, [(row[4], row[5]) for row in places])
        texts = [(*row[:4], _digest(kept.get((row[4], row[5]), b""))) for row in places]
    return {"texts": sorted(texts)}


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]


def differences(one: Projection, other: Projection) -> list[str]:
    """Return where two projections differ: which rows only one of them has, some of each part."""
    found = []
    for part in sorted(one.keys() | other.keys()):
        mine, theirs = Counter(one.get(part, ())), Counter(other.get(part, ()))
        for sign, rows in (("-", mine - theirs), ("+", theirs - mine)):
            shown = list(rows.elements())
            found += [f"{part} {sign} {row}" for row in shown[:DIFFERENCES_SHOWN_MAX]]
            if len(shown) > DIFFERENCES_SHOWN_MAX:
                found.append(f"{part} {sign} and {len(shown) - DIFFERENCES_SHOWN_MAX} more")
    return found
