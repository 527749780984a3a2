"""What `identity` needs to tell persons apart: evidence with times, policies, reviews, carvings."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0010"
down_revision = "0009"

SCHEMA = """
-- What is known of an identifier by itself. Shared and blocked ones prove nothing; of one that is
-- crowded or reused, a longer span of evidence it has already may change who is one person.
ALTER TABLE identity.identifier
  ADD COLUMN standing text NOT NULL DEFAULT 'free'
    CHECK (standing IN ('free', 'crowded', 'reused', 'shared', 'blocked')),
  ADD COLUMN is_virtual boolean NOT NULL DEFAULT false;

-- Evidence is told again and again: one row keeps from when until when. What proves is decided by
-- the policy of the day, so the row keeps what was verified and not what it proved. Without an
-- account, an operator said so.
ALTER TABLE identity.link
  ADD COLUMN verified boolean,
  ADD COLUMN other_verified boolean,
  ADD COLUMN first_at timestamptz,
  ADD COLUMN last_at timestamptz,
  ADD COLUMN withdrawn_at timestamptz,
  ADD COLUMN withdrawn_by text,
  ADD COLUMN withdrawn_reason text,
  ALTER COLUMN channel_account_id DROP NOT NULL,
  ALTER COLUMN record_id DROP NOT NULL;
UPDATE identity.link
SET verified = strength = 'proves', other_verified = strength = 'proves',
    first_at = recorded_at, last_at = recorded_at;
ALTER TABLE identity.link
  DROP COLUMN strength,
  ALTER COLUMN verified SET NOT NULL,
  ALTER COLUMN other_verified SET NOT NULL,
  ALTER COLUMN first_at SET NOT NULL,
  ALTER COLUMN last_at SET NOT NULL,
  DROP CONSTRAINT link_group_id_bucket_identifier_id_other_id_channel_account_key,
  ADD CONSTRAINT link_span CHECK (last_at >= first_at),
  ADD CONSTRAINT link_withdrawal CHECK (
    (withdrawn_at IS NULL) = (withdrawn_by IS NULL)
    AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL));
CREATE UNIQUE INDEX link_stands ON identity.link
  (group_id, bucket, identifier_id, other_id, channel_account_id, verified, other_verified)
  NULLS NOT DISTINCT WHERE withdrawn_at IS NULL;
CREATE INDEX link_of_other ON identity.link (group_id, other_id);
CREATE INDEX link_withdrawn ON identity.link (group_id, bucket, identifier_id, other_id)
  WHERE withdrawn_at IS NOT NULL;
GRANT UPDATE ON identity.link TO huitong_app, huitong_worker;

CREATE TABLE identity.policy (
  group_id      bigint NOT NULL,
  identity_domain_id bigint NOT NULL,
  version       integer NOT NULL CHECK (version > 0),
  digest        text NOT NULL CHECK (length(digest) = 64),
  document      jsonb NOT NULL,
  actor         text NOT NULL CHECK (actor <> ''),
  reason        text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, identity_domain_id, version),
  FOREIGN KEY (group_id, identity_domain_id) REFERENCES org.identity_domain (group_id, id)
);

-- One row a pair that evidence wants to be one person and a rule does not, or on which an operator
-- has decided: an accepted pair joins whatever the limits say, a rejected one never does.
CREATE TABLE identity.review (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = identifier_id & 4095),
  id            bigint NOT NULL,
  identity_domain_id bigint NOT NULL,
  identifier_id bigint NOT NULL,
  other_id      bigint NOT NULL CHECK (other_id > identifier_id),
  rule          text NOT NULL,
  state         text NOT NULL CHECK (state IN ('open', 'accepted', 'rejected', 'moot')),
  actor         text,
  reason        text,
  opened_at     timestamptz NOT NULL,
  decided_at    timestamptz,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, identifier_id, other_id),
  FOREIGN KEY (group_id, bucket, identifier_id)
    REFERENCES identity.identifier (group_id, bucket, id),
  CHECK ((state IN ('accepted', 'rejected')) = (actor IS NOT NULL)),
  CHECK ((state = 'open') = (decided_at IS NULL))
);
CREATE INDEX review_open ON identity.review (group_id, opened_at, id) WHERE state = 'open';
CREATE INDEX review_of_other ON identity.review (group_id, other_id);

-- The journal of identifiers that went from one person to another without a merge to undo.
CREATE TABLE identity.carving (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = to_id & 4095),
  id            bigint NOT NULL,
  identity_domain_id bigint NOT NULL,
  from_id       bigint NOT NULL,
  to_id         bigint NOT NULL CHECK (to_id <> from_id),
  identifier_ids bigint[] NOT NULL,
  with_facts    boolean NOT NULL,
  reason        text NOT NULL,
  carved_at     timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, id),
  FOREIGN KEY (group_id, bucket, to_id) REFERENCES identity.person (group_id, bucket, id)
);
CREATE INDEX carving_of_source ON identity.carving (group_id, from_id);

-- The journal of operators who said of an identifier that it proves nothing.
CREATE TABLE identity.undoing (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095),
  id            bigint NOT NULL,
  identifier_id bigint NOT NULL CHECK (identifier_id & 4095 = bucket),
  actor         text NOT NULL CHECK (actor <> ''),
  reason        text NOT NULL,
  undone_at     timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, identifier_id),
  FOREIGN KEY (group_id, bucket, identifier_id)
    REFERENCES identity.identifier (group_id, bucket, id)
);
"""


def upgrade() -> None:
    """Add the columns, the tables and their policies."""
    run(SCHEMA)
    run(*secure("identity.policy", app="SELECT, INSERT"))
    run(*secure("identity.review"))
    run(*secure("identity.carving", app="SELECT, INSERT"))
    run(*secure("identity.undoing", app="SELECT, INSERT"))
