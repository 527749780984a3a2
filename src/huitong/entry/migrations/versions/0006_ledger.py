"""The first tables of `ledger`: accounts, operations, entries, lots, holds."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0006"
down_revision = "0005"

PARTITIONS = 8

SCHEMA = """
CREATE SCHEMA ledger;
GRANT USAGE ON SCHEMA ledger TO huitong_app, huitong_worker, huitong_reader;

-- One row for each owner and asset. `debt` is the part of the balance that no lot covers, so that
-- balance = sum of the lots - debt; `alias_owner_ids` are owners whose operation keys count here,
-- because this one was merged with them.
CREATE TABLE ledger.account (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095 AND bucket = owner_id & 4095),
  id            bigint NOT NULL,
  owner_id      bigint NOT NULL,
  asset         text NOT NULL CHECK (asset <> ''),
  balance       bigint NOT NULL,
  held          bigint NOT NULL CHECK (held >= 0),
  debt          bigint NOT NULL CHECK (debt >= 0),
  floor         bigint NOT NULL CHECK (floor <= 0),
  version       bigint NOT NULL CHECK (version >= 0),
  merged_into   bigint CHECK (merged_into <> owner_id),
  alias_owner_ids bigint[] NOT NULL,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, owner_id, asset),
  CONSTRAINT account_above_floor CHECK (balance - held >= floor)
) WITH (fillfactor = 80);

-- The key is unique within the bucket and never within a span of time: a repeat comes days late.
CREATE TABLE ledger.operation (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095 AND bucket = owner_id & 4095),
  id            bigint NOT NULL,
  key           text NOT NULL,
  kind          text NOT NULL,
  owner_id      bigint NOT NULL,
  request_hash  bytea NOT NULL CHECK (octet_length(request_hash) = 16),
  result        bytea NOT NULL,
  occurred_at   timestamptz NOT NULL,
  recorded_at   timestamptz NOT NULL,
  source_kind   text NOT NULL,
  source_id     bigint,
  reverses_id   bigint,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, key)
) PARTITION BY HASH (bucket);
CREATE UNIQUE INDEX operation_reverses ON ledger.operation (group_id, bucket, reverses_id)
  WHERE reverses_id IS NOT NULL;

-- Free text stands apart from the operation, which nobody can change, so that it can be erased.
CREATE TABLE ledger.operation_note (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = operation_id & 4095),
  operation_id  bigint NOT NULL,
  owner_id      bigint NOT NULL,
  actor         text NOT NULL,
  reason        text NOT NULL,
  PRIMARY KEY (group_id, bucket, operation_id)
);
CREATE INDEX operation_note_owner ON ledger.operation_note (group_id, bucket, owner_id);

-- The legs of an operation. The owner's leg carries the balance and the version of its account
-- after it; the brand's leg has neither, because a running row of the brand would be one hot row
-- for everybody: its balances are rolled up.
CREATE TABLE ledger.entry (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = operation_id & 4095),
  operation_id  bigint NOT NULL,
  place         smallint NOT NULL CHECK (place >= 0),
  asset         text NOT NULL,
  side          text NOT NULL CHECK (side IN ('granted', 'spent', 'recalled', 'expired',
                                              'restored', 'reversed', 'settled', 'moved')),
  amount        bigint NOT NULL CHECK (amount <> 0),
  account_id    bigint,
  version       bigint CHECK (version > 0),
  balance_after bigint,
  PRIMARY KEY (group_id, bucket, operation_id, place),
  CHECK (num_nulls(account_id, version, balance_after) IN (0, 3))
) PARTITION BY HASH (bucket);
CREATE UNIQUE INDEX entry_version ON ledger.entry (group_id, bucket, account_id, version)
  WHERE account_id IS NOT NULL;

CREATE TABLE ledger.lot (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095),
  id            bigint NOT NULL,
  account_id    bigint NOT NULL,
  operation_id  bigint NOT NULL,
  amount        bigint NOT NULL CHECK (amount > 0),
  remaining     bigint NOT NULL CHECK (remaining BETWEEN 0 AND amount),
  held          bigint NOT NULL CHECK (held BETWEEN 0 AND remaining),
  clawed        bigint NOT NULL
                CONSTRAINT lot_clawed_within_grant CHECK (clawed BETWEEN 0 AND amount),
  expired       bigint NOT NULL CHECK (expired BETWEEN 0 AND amount),
  granted_at    timestamptz NOT NULL,
  activates_at  timestamptz,
  expires_at    timestamptz CHECK (expires_at > activates_at),
  funding       text NOT NULL,
  bearer_entity_id bigint,
  unit_cost_minor bigint CHECK (unit_cost_minor >= 0),
  source_kind   text NOT NULL,
  source_id     bigint,
  label         text NOT NULL,
  parent_lot_id bigint,
  used          boolean NOT NULL DEFAULT false,
  PRIMARY KEY (group_id, bucket, id),
  FOREIGN KEY (group_id, bucket, account_id) REFERENCES ledger.account (group_id, bucket, id)
) WITH (fillfactor = 90);
CREATE INDEX lot_open ON ledger.lot (group_id, bucket, account_id) WHERE remaining > 0;
CREATE INDEX lot_due ON ledger.lot (group_id, expires_at)
  WHERE remaining > 0 AND expires_at IS NOT NULL;
CREATE INDEX lot_source ON ledger.lot (group_id, bucket, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX lot_parent ON ledger.lot (group_id, parent_lot_id) WHERE parent_lot_id IS NOT NULL;

-- What an operation took from a lot (positive) or gave back to it (negative); without a lot it is
-- the part that was covered by debt. `clawed` is how much of the lot's grant the operation called
-- back, wherever the value came from. `of_operation_id` is the operation that is being undone.
CREATE TABLE ledger.lot_use (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = operation_id & 4095),
  operation_id  bigint NOT NULL,
  place         smallint NOT NULL CHECK (place >= 0),
  account_id    bigint NOT NULL,
  lot_id        bigint,
  kind          text NOT NULL CHECK (kind IN ('spend', 'capture', 'claw', 'expire', 'settle',
                                              'restore', 'undo', 'move', 'carry')),
  amount        bigint NOT NULL,
  clawed        bigint NOT NULL,
  of_operation_id bigint,
  PRIMARY KEY (group_id, bucket, operation_id, place),
  FOREIGN KEY (group_id, bucket, account_id) REFERENCES ledger.account (group_id, bucket, id),
  FOREIGN KEY (group_id, bucket, lot_id) REFERENCES ledger.lot (group_id, bucket, id),
  CHECK (amount <> 0 OR clawed <> 0)
);
CREATE INDEX lot_use_lot ON ledger.lot_use (group_id, bucket, lot_id);
CREATE INDEX lot_use_of ON ledger.lot_use (group_id, bucket, of_operation_id)
  WHERE of_operation_id IS NOT NULL;

CREATE TABLE ledger.hold (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095),
  id            bigint NOT NULL,
  account_id    bigint NOT NULL,
  owner_id      bigint NOT NULL CHECK (owner_id & 4095 = bucket),
  key           text NOT NULL,
  amount        bigint NOT NULL CHECK (amount > 0),
  captured      bigint NOT NULL CHECK (captured BETWEEN 0 AND amount),
  state         text NOT NULL
                CHECK (state IN ('open', 'captured', 'released', 'expired', 'moved')),
  held_at       timestamptz NOT NULL,
  expires_at    timestamptz,
  operation_id  bigint NOT NULL,
  PRIMARY KEY (group_id, bucket, id),
  FOREIGN KEY (group_id, bucket, account_id) REFERENCES ledger.account (group_id, bucket, id),
  CHECK (captured = 0 OR state IN ('captured', 'moved'))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX hold_key ON ledger.hold (group_id, bucket, owner_id, key)
  WHERE state <> 'moved';
CREATE INDEX hold_open ON ledger.hold (group_id, bucket, account_id) WHERE state = 'open';
CREATE INDEX hold_due ON ledger.hold (group_id, expires_at) WHERE state = 'open';

-- A capture uses the lots in the order in which they were reserved, whatever became of them since.
CREATE TABLE ledger.hold_lot (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = hold_id & 4095),
  hold_id       bigint NOT NULL,
  place         smallint NOT NULL CHECK (place >= 0),
  lot_id        bigint NOT NULL,
  amount        bigint NOT NULL CHECK (amount > 0),
  PRIMARY KEY (group_id, bucket, hold_id, lot_id),
  FOREIGN KEY (group_id, bucket, hold_id) REFERENCES ledger.hold (group_id, bucket, id),
  FOREIGN KEY (group_id, bucket, lot_id) REFERENCES ledger.lot (group_id, bucket, id)
);
"""

GUARDS = """
-- I1: the legs of an operation sum to zero for each asset; they come in one statement.
CREATE FUNCTION ledger.refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql SET search_path = ''
AS $$
DECLARE
  wrong record;
BEGIN
  SELECT a.operation_id, a.asset, sum(a.amount) AS rest INTO wrong
  FROM added AS a
  GROUP BY a.operation_id, a.asset
  HAVING sum(a.amount) <> 0
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'The entries of operation % in % do not sum to zero but to %.',
      wrong.operation_id, wrong.asset, wrong.rest USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER balanced AFTER INSERT ON ledger.entry
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_unbalanced();

-- I9: what was written stays as it was, even for the owner of the tables.
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
  RAISE EXCEPTION 'Rows of %.% are never changed or removed.', TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
"""

APPEND_ONLY = ("operation", "entry", "lot_use", "hold_lot")
PARTITIONED = ("operation", "entry")


def _partitions(table: str) -> list[str]:
    return [f"{table}_{number}" for number in range(PARTITIONS)]


def _partition(table: str) -> list[str]:
    return [
        f"CREATE TABLE ledger.{name} PARTITION OF ledger.{table}"
        f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
        for number, name in enumerate(_partitions(table))
    ]


def _freeze(table: str) -> list[str]:
    """Return the triggers that refuse to change `table`; a row trigger reaches its partitions."""
    truncated = [table, *(_partitions(table) if table in PARTITIONED else [])]
    function = "EXECUTE FUNCTION ledger.refuse_change()"
    unchanged = f"CREATE TRIGGER unchanged BEFORE UPDATE OR DELETE ON ledger.{table}"
    return [
        f"{unchanged} FOR EACH ROW {function}",
        *(
            f"CREATE TRIGGER untruncated BEFORE TRUNCATE ON ledger.{name}"
            f" FOR EACH STATEMENT {function}"
            for name in truncated
        ),
    ]


def upgrade() -> None:
    """Create the schema, its tables, their guards and their policies."""
    run(SCHEMA)
    for table in PARTITIONED:
        run(*_partition(table))
    run(GUARDS)
    for table in APPEND_ONLY:
        run(*_freeze(table))
        run(*secure(f"ledger.{table}", app="SELECT, INSERT"))
    for table in ("account", "lot", "hold"):
        run(*secure(f"ledger.{table}"))
    run(*secure("ledger.operation_note", app="SELECT, INSERT, DELETE", reader=False))
