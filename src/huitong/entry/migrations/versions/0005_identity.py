"""The first tables of `identity`: persons, their identifiers, links, merges, tombstones."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0005"
down_revision = "0004"

SCHEMA = """
CREATE SCHEMA identity;
GRANT USAGE ON SCHEMA identity TO huitong_app, huitong_worker, huitong_reader;

CREATE TABLE identity.person (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095),
  id            bigint NOT NULL,
  identity_domain_id bigint NOT NULL,
  merged_into   bigint CHECK (merged_into <> id),
  erased_at     timestamptz,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, id),
  FOREIGN KEY (group_id, identity_domain_id) REFERENCES org.identity_domain (group_id, id)
);
CREATE INDEX person_merged_into ON identity.person (group_id, merged_into)
  WHERE merged_into IS NOT NULL;

-- The bucket is that of the blind index, so a look-up needs nothing but the value. The blind index
-- covers kind and scope, so they need no place in the key. The person may live in another bucket,
-- and so does the key that seals the value: `sealed_for` is the person whose key it is, which a
-- merge leaves as it is.
CREATE TABLE identity.identifier (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095),
  id            bigint NOT NULL,
  identity_domain_id bigint NOT NULL,
  kind          text NOT NULL,
  scope         text NOT NULL,
  blind_index   bytea CHECK (octet_length(blind_index) = 16),
  person_id     bigint,
  sealed_for    bigint,
  sealed        bytea,
  verified      boolean NOT NULL,
  recorded_at   timestamptz NOT NULL,
  erased_at     timestamptz,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, identity_domain_id, blind_index),
  FOREIGN KEY (group_id, identity_domain_id) REFERENCES org.identity_domain (group_id, id),
  CHECK ((sealed IS NULL) = (sealed_for IS NULL)),
  CHECK ((blind_index IS NULL) = (erased_at IS NOT NULL)),
  CHECK (erased_at IS NULL OR sealed IS NULL)
);
CREATE INDEX identifier_of_person ON identity.identifier (group_id, person_id)
  WHERE person_id IS NOT NULL;

-- Evidence: one record of this account named both. The first record of each account is kept.
CREATE TABLE identity.link (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = identifier_id & 4095),
  id            bigint NOT NULL,
  identifier_id bigint NOT NULL,
  other_id      bigint NOT NULL CHECK (other_id > identifier_id),
  channel_account_id bigint NOT NULL,
  record_id     bigint NOT NULL,
  strength      text NOT NULL CHECK (strength IN ('proves', 'suggests')),
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, identifier_id, other_id, channel_account_id),
  FOREIGN KEY (group_id, bucket, identifier_id)
    REFERENCES identity.identifier (group_id, bucket, id),
  FOREIGN KEY (group_id, channel_account_id) REFERENCES org.channel_account (group_id, id)
);

-- The journal: `identifier_ids` moved from the source to the target and move back on a split.
CREATE TABLE identity.merge (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = target_id & 4095),
  id            bigint NOT NULL,
  identity_domain_id bigint NOT NULL,
  key           text NOT NULL,
  source_id     bigint NOT NULL,
  target_id     bigint NOT NULL CHECK (target_id <> source_id),
  identifier_ids bigint[] NOT NULL,
  reason        text NOT NULL,
  record_id     bigint,
  merged_at     timestamptz NOT NULL,
  split_at      timestamptz,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, key),
  FOREIGN KEY (group_id, bucket, target_id) REFERENCES identity.person (group_id, bucket, id)
);
CREATE INDEX merge_of_source ON identity.merge (group_id, source_id);

-- That somebody with this identifier was erased, under a key of its own, until the day it expires.
CREATE TABLE identity.tombstone (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  digest        bytea NOT NULL CHECK (octet_length(digest) = 16),
  expires_at    timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, digest)
);
"""


def upgrade() -> None:
    """Create the schema, its tables and their policies."""
    run(SCHEMA)
    run(*secure("identity.person"))
    # The lake holds no personal fields, so its reader sees neither ciphertext nor blind index.
    run(*secure("identity.identifier", reader=False))
    run(*secure("identity.link", app="SELECT, INSERT"))
    run(*secure("identity.merge"))
    run(*secure("identity.tombstone", app="SELECT, INSERT, UPDATE, DELETE"))
