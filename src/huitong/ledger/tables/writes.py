"""The SQL of the ledger's writes: set-based, each statement with the shape of its rows."""

from huitong.platform.db import Shape

_ACCOUNT_COLUMNS = {
    "id": "bigint",
    "owner_id": "bigint",
    "asset": "text",
    "balance": "bigint",
    "held": "bigint",
    "debt": "bigint",
    "floor": "bigint",
    "version": "bigint",
}
NEW_ACCOUNT = Shape("ledger_new_account", _ACCOUNT_COLUMNS)
ACCOUNT = Shape("ledger_account", _ACCOUNT_COLUMNS)

# New accounts. Two batches may open the same one at once: the second waits for the first, and is
# told by the id that is missing from the answer.
INSERT_ACCOUNTS = """
    INSERT INTO ledger.account (group_id, bucket, id, owner_id, asset, balance, held, debt, floor,
                                version, merged_into, alias_owner_ids)
    SELECT %(group_id)s, (incoming.id & 4095)::smallint, incoming.id, incoming.owner_id,
           incoming.asset, incoming.balance, incoming.held, incoming.debt, incoming.floor,
           incoming.version, NULL, '{}'
    FROM {incoming}
    ORDER BY incoming.owner_id, incoming.asset
    ON CONFLICT (group_id, bucket, owner_id, asset) DO NOTHING
    RETURNING id
"""

# The accounts as the batch leaves them; the rows that exist are locked. An upsert always goes by
# the key, where an update joined to its rows is planned, and badly so after a bulk load.
PUT_ACCOUNTS = """
    INSERT INTO ledger.account AS a (group_id, bucket, id, owner_id, asset, balance, held, debt,
                                     floor, version, merged_into, alias_owner_ids)
    SELECT %(group_id)s, (incoming.id & 4095)::smallint, incoming.id, incoming.owner_id,
           incoming.asset, incoming.balance, incoming.held, incoming.debt, incoming.floor,
           incoming.version, NULL, '{}'
    FROM {incoming}
    ON CONFLICT (group_id, bucket, id) DO UPDATE
    SET balance = excluded.balance, held = excluded.held, debt = excluded.debt,
        version = excluded.version
"""

OPERATION = Shape(
    "ledger_operation",
    {
        "id": "bigint",
        "key": "text",
        "kind": "text",
        "owner_id": "bigint",
        "request_hash": "bytea",
        "result": "bytea",
        "occurred_at": "timestamptz",
        "source_kind": "text",
        "source_id": "bigint",
        "reverses_id": "bigint",
    },
)
# Each operation with its key, the fingerprint of the request, and the result.
INSERT_OPERATIONS = """
    INSERT INTO ledger.operation (group_id, bucket, id, key, kind, owner_id, request_hash, result,
                                  occurred_at, recorded_at, source_kind, source_id, reverses_id)
    SELECT %(group_id)s, (incoming.id & 4095)::smallint, incoming.id, incoming.key, incoming.kind,
           incoming.owner_id, incoming.request_hash, incoming.result, incoming.occurred_at,
           %(now)s, incoming.source_kind, incoming.source_id, incoming.reverses_id
    FROM {incoming}
"""

NOTE = Shape(
    "ledger_note",
    {"operation_id": "bigint", "owner_id": "bigint", "actor": "text", "reason": "text"},
)
# Who did it and why, where somebody said so.
INSERT_NOTES = """
    INSERT INTO ledger.operation_note (group_id, bucket, operation_id, owner_id, actor, reason)
    SELECT %(group_id)s, (incoming.operation_id & 4095)::smallint, incoming.operation_id,
           incoming.owner_id, incoming.actor, incoming.reason
    FROM {incoming}
"""
# The free text of whole owners, and of the owners they were merged with.
DELETE_NOTES = """
    DELETE FROM ledger.operation_note AS n
    USING unnest(%(owners)s::bigint[]) AS wanted(owner_id)
    WHERE n.bucket = (wanted.owner_id & 4095)::smallint
      AND n.owner_id = wanted.owner_id
"""

ENTRY = Shape(
    "ledger_entry",
    {
        "operation_id": "bigint",
        "place": "smallint",
        "asset": "text",
        "side": "text",
        "amount": "bigint",
        "account_id": "bigint",
        "version": "bigint",
        "balance_after": "bigint",
    },
)
# Both legs of every entry: the owner's, and the brand's as its mirror.
INSERT_ENTRIES = """
    INSERT INTO ledger.entry (group_id, bucket, operation_id, place, asset, side, amount,
                              account_id, version, balance_after)
    SELECT %(group_id)s, (incoming.operation_id & 4095)::smallint, incoming.operation_id,
           leg.place, incoming.asset, incoming.side, leg.amount, leg.account_id, leg.version,
           leg.balance_after
    FROM {incoming}
    CROSS JOIN LATERAL (
      VALUES (incoming.place, incoming.amount, incoming.account_id, incoming.version,
              incoming.balance_after),
             ((incoming.place + 1)::smallint, -incoming.amount, NULL, NULL, NULL)
    ) AS leg(place, amount, account_id, version, balance_after)
"""

NEW_LOT = Shape(
    "ledger_new_lot",
    {
        "id": "bigint",
        "account_id": "bigint",
        "operation_id": "bigint",
        "amount": "bigint",
        "granted_at": "timestamptz",
        "activates_at": "timestamptz",
        "expires_at": "timestamptz",
        "funding": "text",
        "bearer_entity_id": "bigint",
        "unit_cost_minor": "bigint",
        "source_kind": "text",
        "source_id": "bigint",
        "label": "text",
    },
)
# The lots that the batch granted and left untouched: most of them, so with few columns.
INSERT_LOTS = """
    INSERT INTO ledger.lot (group_id, bucket, id, account_id, operation_id, amount, remaining,
                            held, clawed, expired, granted_at, activates_at, expires_at, funding,
                            bearer_entity_id, unit_cost_minor, source_kind, source_id, label,
                            parent_lot_id, used)
    SELECT %(group_id)s, (incoming.id & 4095)::smallint, incoming.id, incoming.account_id,
           incoming.operation_id, incoming.amount, incoming.amount, 0, 0, 0, incoming.granted_at,
           incoming.activates_at, incoming.expires_at, incoming.funding,
           incoming.bearer_entity_id, incoming.unit_cost_minor, incoming.source_kind,
           incoming.source_id, incoming.label, NULL, false
    FROM {incoming}
"""

LOT = Shape(
    "ledger_lot",
    {
        "id": "bigint",
        "account_id": "bigint",
        "operation_id": "bigint",
        "amount": "bigint",
        "remaining": "bigint",
        "held": "bigint",
        "clawed": "bigint",
        "expired": "bigint",
        "granted_at": "timestamptz",
        "activates_at": "timestamptz",
        "expires_at": "timestamptz",
        "funding": "text",
        "bearer_entity_id": "bigint",
        "unit_cost_minor": "bigint",
        "source_kind": "text",
        "source_id": "bigint",
        "label": "text",
        "parent_lot_id": "bigint",
        "used": "boolean",
    },
)
# All other lots as the batch leaves them, old ones and new ones.
PUT_LOTS = """
    INSERT INTO ledger.lot AS l (group_id, bucket, id, account_id, operation_id, amount, remaining,
                                 held, clawed, expired, granted_at, activates_at, expires_at,
                                 funding, bearer_entity_id, unit_cost_minor, source_kind,
                                 source_id, label, parent_lot_id, used)
    SELECT %(group_id)s, (incoming.id & 4095)::smallint, incoming.id, incoming.account_id,
           incoming.operation_id, incoming.amount, incoming.remaining, incoming.held,
           incoming.clawed, incoming.expired, incoming.granted_at, incoming.activates_at,
           incoming.expires_at, incoming.funding, incoming.bearer_entity_id,
           incoming.unit_cost_minor, incoming.source_kind, incoming.source_id, incoming.label,
           incoming.parent_lot_id, incoming.used
    FROM {incoming}
    ON CONFLICT (group_id, bucket, id) DO UPDATE
    SET remaining = excluded.remaining, held = excluded.held, clawed = excluded.clawed,
        expired = excluded.expired, activates_at = excluded.activates_at,
        expires_at = excluded.expires_at, used = excluded.used
"""

USE = Shape(
    "ledger_use",
    {
        "operation_id": "bigint",
        "place": "smallint",
        "account_id": "bigint",
        "lot_id": "bigint",
        "kind": "text",
        "amount": "bigint",
        "clawed": "bigint",
        "of_operation_id": "bigint",
    },
)
# What was taken from lots and given back to them.
INSERT_USES = """
    INSERT INTO ledger.lot_use (group_id, bucket, operation_id, place, account_id, lot_id, kind,
                                amount, clawed, of_operation_id)
    SELECT %(group_id)s, (incoming.operation_id & 4095)::smallint, incoming.operation_id,
           incoming.place, incoming.account_id, incoming.lot_id, incoming.kind, incoming.amount,
           incoming.clawed, incoming.of_operation_id
    FROM {incoming}
"""

HOLD = Shape(
    "ledger_hold",
    {
        "id": "bigint",
        "account_id": "bigint",
        "owner_id": "bigint",
        "key": "text",
        "amount": "bigint",
        "captured": "bigint",
        "state": "text",
        "held_at": "timestamptz",
        "expires_at": "timestamptz",
        "operation_id": "bigint",
    },
)
# A hold is made once and then only changes how far it has come.
PUT_HOLDS = """
    INSERT INTO ledger.hold AS h (group_id, bucket, id, account_id, owner_id, key, amount,
                                  captured, state, held_at, expires_at, operation_id)
    SELECT %(group_id)s, (incoming.id & 4095)::smallint, incoming.id, incoming.account_id,
           incoming.owner_id, incoming.key, incoming.amount, incoming.captured, incoming.state,
           incoming.held_at, incoming.expires_at, incoming.operation_id
    FROM {incoming}
    ON CONFLICT (group_id, bucket, id) DO UPDATE
    SET captured = excluded.captured, state = excluded.state
    WHERE h.state = 'open'
"""

HOLD_LOT = Shape(
    "ledger_hold_lot",
    {"hold_id": "bigint", "place": "smallint", "lot_id": "bigint", "amount": "bigint"},
)
# Which lots a hold reserves.
INSERT_HOLD_LOTS = """
    INSERT INTO ledger.hold_lot (group_id, bucket, hold_id, place, lot_id, amount)
    SELECT %(group_id)s, (incoming.hold_id & 4095)::smallint, incoming.hold_id, incoming.place,
           incoming.lot_id, incoming.amount
    FROM {incoming}
"""

MARKED = Shape("ledger_marked", {"owner_id": "bigint", "merged_into": "bigint", "aliases": "text"})
# Where the value of an owner went, or that it came back; and the owners whose operation keys count
# for it, because their value was once one.
MARK_MERGED = """
    UPDATE ledger.account AS a
    SET merged_into = incoming.merged_into,
        alias_owner_ids = incoming.aliases::bigint[]
    FROM {incoming}
    WHERE a.group_id = %(group_id)s
      AND a.bucket = (incoming.owner_id & 4095)::smallint
      AND a.owner_id = incoming.owner_id
"""

# How far below zero an account may go.
SET_FLOOR = """
    UPDATE ledger.account
    SET floor = %(floor)s
    WHERE group_id = %(group_id)s
      AND bucket = (%(id)s::bigint & 4095)::smallint
      AND id = %(id)s
"""
