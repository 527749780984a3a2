"""What the group of a transaction holds, table by table, without how it came about."""

from collections.abc import Mapping

from huitong.platform.db import ReadTx

# Journals and legs only grow: what they add up to is compared instead, by `VALUE` below.
JOURNALS = {
    "channels.body",
    "channels.delivery",
    "customers.merge",
    "identity.merge",
    "identity.review",
    "ledger.account",
    "ledger.entry",
    "ledger.hold",
    "ledger.hold_lot",
    "ledger.lot",
    "ledger.lot_use",
    "ledger.operation",
    "loyalty.standing",
    "loyalty.tier_change",
}
# When a row was written last, and which of its settings the last was.
BOOKKEEPING = {"recorded_at", "changed_at", "revision", "frozen_revision", "version", "changed_xid"}
SCHEMAS = ("identity", "customers", "orders", "signals", "ledger", "loyalty")

# tables: every table of ours with its columns; partitions are read through their parents.
TABLES = """
SELECT n.nspname || '.' || c.relname, array_agg(a.attname::text ORDER BY a.attname)
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = ANY(%(schemas)s)
  AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition
GROUP BY n.nspname, c.relname
"""

# What everybody has, owes and has reserved, in whichever lot or account row it stands today, and
# the tier they stand in.
VALUE = {
    "balances": """
SELECT a.owner_id, regexp_replace(a.asset, '^debt:', ''), sum(a.balance), sum(a.held), sum(a.debt)
FROM ledger.account AS a
GROUP BY 1, 2
HAVING bool_or(a.balance <> 0 OR a.held <> 0 OR a.debt <> 0)
""",
    "lots": """
SELECT a.owner_id, a.asset, l.source_kind, l.source_id, l.granted_at, l.activates_at, l.expires_at,
       l.funding, l.bearer_entity_id, l.unit_cost_minor, l.label, sum(l.remaining), sum(l.held)
FROM ledger.lot AS l
JOIN ledger.account AS a ON a.group_id = l.group_id AND a.bucket = l.bucket AND a.id = l.account_id
WHERE l.remaining > 0
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
""",
    # Who has no standing is in the first tier.
    "tiers": """
SELECT s.customer_id, s.brand_id, s.tier, s.since
FROM loyalty.standing AS s
WHERE s.tier <> 'bronze'
""",
    "holds": """
SELECT h.owner_id, h.key, h.amount, h.captured, h.state, h.held_at, h.expires_at
FROM ledger.hold AS h
WHERE h.state <> 'moved'
""",
    "overdrafts and merged accounts": """
SELECT a.owner_id, a.asset, a.floor, a.merged_into
FROM ledger.account AS a
WHERE (a.floor <> 0 OR a.merged_into IS NOT NULL)
  AND a.asset NOT LIKE 'debt:%%'
""",
}


def state_of(tx: ReadTx) -> Mapping[str, list[str]]:
    """Return the rows of every table that is no journal, and what the ledger's add up to."""
    found = {}
    for table, columns in tx.rows(TABLES, {"schemas": list(SCHEMAS)}):
        if table not in JOURNALS:
            kept = ", ".join(f't."{name}"' for name in columns if name not in BOOKKEEPING)
            sql = f"SELECT {kept} FROM {table} AS t"  # noqa: S608 - from the catalog
            found[table] = _sorted(tx, sql)
    return found | {name: _sorted(tx, sql) for name, sql in VALUE.items()}


def differences(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> list[str]:
    """Return where two states differ, table by table."""
    found = []
    for name in sorted(one.keys() | other.keys()):
        before, after = one.get(name, []), other.get(name, [])
        found += [f"{name} - {row}" for row in before if row not in after]
        found += [f"{name} + {row}" for row in after if row not in before]
        if not found and len(before) != len(after):
            found.append(f"{name}: {len(before)} rows, then {len(after)}")
    return found


def _sorted(tx: ReadTx, sql: str) -> list[str]:
    return sorted(repr(row) for row in tx.rows(sql, {}))
