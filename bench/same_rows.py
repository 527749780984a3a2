"""Tells whether two databases hold the same rows: counts of every table, and what the rows say.

Ids, the time of recording, hashes and sealed bytes are left out: they differ between any two runs.
An order is named by its number, an account by the operations that moved it.
"""

from collections.abc import Mapping

import psycopg

# tables: every table with rows of its own; partitions are counted in their parents.
TABLES = """
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
  AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname NOT LIKE 'pg_temp%'
ORDER BY 1
"""

COUNT = "SELECT count(*) FROM {table}"

# What the rows of a table say, by name; each answers one text a row.
SAYINGS: Mapping[str, str] = {
    "inbox records": """
        SELECT row(r.kind, r.external_id, r.state, r.code, r.body_place, r.source_row,
          r.occurred_at, b.record_count, r.version LIKE 'hash:%' AND length(r.version) = 37)::text
        FROM channels.record AS r
        JOIN channels.body AS b ON b.id = r.body_id
        WHERE r.kind = 'order'
    """,
    "orders": """
        SELECT row(order_no, kind, status, customer_id, origin_customer_id, origin_identifier_id,
          store, origin, ordered_at, paid_at, shipped_at, completed_at, list_minor, discount_minor,
          freight_minor, paid_minor, attributes, bucket)::text
        FROM orders.header
    """,
    "order lines": """
        SELECT row(h.order_no, l.line_id, l.place, l.sku, l.name, l.quantity, l.list_minor,
          l.paid_minor, l.status, l.store, l.allocations, l.attributes)::text
        FROM orders.line AS l
        JOIN orders.header AS h ON h.bucket = l.bucket AND h.id = l.order_id
    """,
    "accounts": """
        SELECT row(owner_id, asset, balance, held, debt, floor, version, alias_owner_ids)::text
        FROM ledger.account
    """,
    "operations": """
        SELECT row(h.order_no, o.kind, o.owner_id, o.occurred_at, o.source_kind,
          length(o.result) > 40,
          (convert_from(o.result, 'UTF8')::jsonb) -> 1,
          jsonb_array_length((convert_from(o.result, 'UTF8')::jsonb) -> 2))::text
        FROM ledger.operation AS o
        JOIN orders.header AS h ON h.bucket = o.bucket AND h.id = o.source_id
    """,
    "entries": """
        SELECT row(h.order_no, e.place, e.asset, e.side, e.amount, e.version, e.balance_after,
          a.owner_id)::text
        FROM ledger.entry AS e
        JOIN ledger.operation AS o ON o.bucket = e.bucket AND o.id = e.operation_id
        JOIN orders.header AS h ON h.bucket = o.bucket AND h.id = o.source_id
        LEFT JOIN ledger.account AS a ON a.bucket = e.bucket AND a.id = e.account_id
    """,
    "lots": """
        SELECT row(h.order_no, a.asset, a.owner_id, l.amount, l.remaining, l.held, l.clawed,
          l.expired, l.granted_at, l.activates_at, l.expires_at, l.funding, l.source_kind,
          l.label)::text
        FROM ledger.lot AS l
        JOIN ledger.account AS a ON a.bucket = l.bucket AND a.id = l.account_id
        JOIN orders.header AS h ON h.bucket = l.bucket AND h.id = l.source_id
    """,
    "grants": """
        SELECT row(h.order_no, p.asset, p.customer_id, p.earned, p.granted, p.clawed, p.frozen,
          p.revision, p.programme_version, p.activates_at, p.shares, p.ordered_at)::text
        FROM loyalty.grant_position AS p
        JOIN orders.header AS h ON h.bucket = p.bucket AND h.id = p.order_id
    """,
    "tiers": """
        SELECT row(customer_id, tier, since)::text
        FROM loyalty.standing
    """,
    "tier changes": """
        SELECT row(t.customer_id, t.from_tier, t.to_tier, t.growth, h.order_no, t.changed_at)::text
        FROM loyalty.tier_change AS t
        JOIN orders.header AS h ON h.bucket = t.bucket AND h.id = t.order_id
    """,
}

# The sum of the hashes does not depend on the order of the rows, and takes no sorting.
SUMMED = """
SELECT count(*), COALESCE(sum(hashtextextended(said, 0)::numeric), 0)::text
FROM ({saying}) AS rows(said)
"""

# Sums that a reader can check against the published ones.
SUMS: Mapping[str, str] = {
    "paid_minor of orders": "SELECT sum(paid_minor)::bigint FROM orders.header",
    "paid_minor of lines": "SELECT sum(paid_minor)::bigint FROM orders.line",
    "entries of owners": "SELECT sum(amount)::bigint FROM ledger.entry WHERE account_id > 0",
    "entries of brands": "SELECT sum(amount)::bigint FROM ledger.entry WHERE account_id IS NULL",
    "remaining of lots": "SELECT sum(remaining)::bigint FROM ledger.lot",
    "granted": "SELECT sum(granted)::bigint FROM loyalty.grant_position",
}


def differences(one_url: str, other_url: str) -> list[str]:
    """Return a sentence for each table, saying or sum in which two databases differ."""
    one, other = _told(one_url), _told(other_url)
    return [
        f"{what}: {one.get(what)} and {other.get(what)}"
        for what in sorted({*one, *other})
        if one.get(what) != other.get(what)
    ]


def row_counts(url: str) -> dict[str, int]:
    """Return how many rows each table has, the empty ones left out."""
    with psycopg.connect(url, autocommit=True) as connection:
        counted = {
            name: _first(connection, COUNT.format(table=name))
            for (name,) in connection.execute(TABLES).fetchall()
        }
    return {name: int(str(count)) for name, count in counted.items() if count}


def _told(url: str) -> dict[str, object]:
    told: dict[str, object] = dict(row_counts(url))
    with psycopg.connect(url, autocommit=True) as connection:
        for what, saying in SAYINGS.items():
            told[what] = connection.execute(SUMMED.format(saying=saying).encode()).fetchone()
        for what, total in SUMS.items():
            told[what] = _first(connection, total)
    return told


def _first(connection: "psycopg.Connection", query: str) -> object:
    found = connection.execute(query.encode()).fetchone()
    return found[0] if found else None
