"""The first tables of `platform`: ids, jobs, outbox, machine keys, and the vault of keys."""

from huitong.entry.migrate import run
from huitong.platform.rls import open_to_worker, secure

revision = "0001"
down_revision = None

SCHEMA = """
GRANT USAGE ON SCHEMA platform TO huitong_app, huitong_worker, huitong_reader;
REVOKE ALL ON platform.alembic_version FROM PUBLIC;
GRANT SELECT ON platform.alembic_version TO huitong_app, huitong_worker, huitong_reader;

-- Each value is a block of 4,096 ids; see platform/ids.py for the layout.
CREATE SEQUENCE platform.id_block AS bigint START 1;
GRANT USAGE ON SEQUENCE platform.id_block TO huitong_app, huitong_worker;

CREATE TABLE platform.job (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  kind          text NOT NULL,
  key           text NOT NULL,
  arguments     jsonb NOT NULL,
  state         text NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  attempts      integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  attempts_max  integer NOT NULL CHECK (attempts_max BETWEEN 1 AND 100),
  run_at        timestamptz NOT NULL,
  done_steps    bigint NOT NULL DEFAULT 0 CHECK (done_steps >= 0),
  all_steps     bigint CHECK (all_steps >= 0),
  cancel_asked  boolean NOT NULL DEFAULT false,
  beat_at       timestamptz,
  result        jsonb,
  error         text,
  recorded_at   timestamptz NOT NULL,
  finished_at   timestamptz,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, kind, key)
);
CREATE INDEX job_next ON platform.job (run_at, id) WHERE state IN ('waiting', 'running');

CREATE TABLE platform.outbox (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  topic         text NOT NULL,
  payload       jsonb NOT NULL,
  attempts      integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  run_at        timestamptz NOT NULL,
  delivered_at  timestamptz,
  given_up_at   timestamptz,
  error         text,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  CHECK (delivered_at IS NULL OR given_up_at IS NULL)
);
CREATE INDEX outbox_next ON platform.outbox (run_at, id)
  WHERE delivered_at IS NULL AND given_up_at IS NULL;

CREATE TABLE platform.machine_key (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  name          text NOT NULL,
  secret_hash   bytea NOT NULL,
  permissions   text[] NOT NULL,
  brand_ids     bigint[],
  recorded_at   timestamptz NOT NULL,
  expires_at    timestamptz,
  revoked_at    timestamptz,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, name)
);

-- The one look-up before a scope is known; it answers one key and nothing else.
CREATE FUNCTION platform.find_machine_key(wanted bigint)
RETURNS TABLE (group_id bigint, secret_hash bytea, permissions text[], brand_ids bigint[],
               expires_at timestamptz, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT k.group_id, k.secret_hash, k.permissions, k.brand_ids, k.expires_at, k.revoked_at
  FROM platform.machine_key AS k
  WHERE k.id = wanted
$$;
REVOKE ALL ON FUNCTION platform.find_machine_key(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.find_machine_key(bigint) TO huitong_app;

-- The vault holds what makes ciphertext readable. A database backup leaves this schema out, so
-- that deleting a row here forgets a person or a day in every copy.
CREATE SCHEMA vault;
GRANT USAGE ON SCHEMA vault TO huitong_app, huitong_worker;

CREATE TABLE vault.person_key (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  person_id     bigint NOT NULL,
  salt          bytea NOT NULL,
  PRIMARY KEY (group_id, bucket, person_id)
);

CREATE TABLE vault.day_key (
  group_id      bigint NOT NULL,
  day           date NOT NULL,
  salt          bytea NOT NULL,
  PRIMARY KEY (group_id, day)
);
"""


def upgrade() -> None:
    """Create the schemas, their tables and their policies."""
    run(SCHEMA)
    run(*secure("platform.job"), *open_to_worker("platform.job"))
    run(*secure("platform.outbox"), *open_to_worker("platform.outbox"))
    run(*secure("platform.machine_key", reader=False))
    run(*secure("vault.person_key", app="SELECT, INSERT, DELETE", reader=False))
    run(*secure("vault.day_key", app="SELECT, INSERT, DELETE", reader=False))
