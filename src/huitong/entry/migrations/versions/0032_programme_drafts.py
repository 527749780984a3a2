"""Drafts of programmes with every step taken on them, and how a brand approves them."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0032"
down_revision = "0031"

SCHEMA = """
-- A programme that somebody prepares, on top of a version (0: the brand has none yet).
CREATE TABLE loyalty.programme_draft (
  group_id           bigint NOT NULL,
  brand_id           bigint NOT NULL,
  id                 bigint NOT NULL,
  name               text NOT NULL CHECK (name <> ''),
  state              text NOT NULL
    CHECK (state IN ('edited', 'submitted', 'published', 'discarded')),
  revision           integer NOT NULL CHECK (revision > 0),
  base_version       integer NOT NULL CHECK (base_version >= 0),
  document           jsonb NOT NULL,
  -- When whoever submitted it would have it begin; empty is at once.
  wanted_from        timestamptz,
  published_version  integer,
  -- The key of the request that started it, so that a repeat starts no second one.
  start_key          text NOT NULL,
  changed_by         text NOT NULL CHECK (changed_by <> ''),
  changed_at         timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id, id),
  UNIQUE (group_id, brand_id, start_key),
  CHECK ((state = 'published') = (published_version IS NOT NULL))
);
CREATE UNIQUE INDEX draft_name_while_open
  ON loyalty.programme_draft (group_id, brand_id, name)
  WHERE state IN ('edited', 'submitted');

CREATE TABLE loyalty.programme_draft_edit (
  group_id     bigint NOT NULL,
  brand_id     bigint NOT NULL,
  draft_id     bigint NOT NULL,
  revision     integer NOT NULL,
  step         text NOT NULL CHECK (step IN (
    'started', 'saved', 'rebased', 'submitted', 'sent_back', 'published', 'discarded')),
  actor        text NOT NULL CHECK (actor <> ''),
  note         text NOT NULL,
  recorded_at  timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id, draft_id, revision),
  FOREIGN KEY (group_id, brand_id, draft_id)
    REFERENCES loyalty.programme_draft (group_id, brand_id, id)
);

-- How a brand approves programmes; no row: whoever may publish may publish their own.
CREATE TABLE loyalty.programme_policy (
  group_id    bigint NOT NULL,
  brand_id    bigint NOT NULL,
  four_eyes   boolean NOT NULL,
  revision    integer NOT NULL CHECK (revision > 0),
  changed_by  text NOT NULL CHECK (changed_by <> ''),
  changed_at  timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id)
);
"""

# Who could put a programme into effect until now can do so still.
PERMISSION = """
UPDATE platform.machine_key
SET permissions = permissions || '{programme.publish}'
WHERE 'programme.write' = ANY (permissions)
  AND NOT 'programme.publish' = ANY (permissions);
"""


def upgrade() -> None:
    """Create the tables and their policies, and keep what keys could do."""
    run(SCHEMA)
    run(*secure("loyalty.programme_draft", brand=True))
    run(*secure("loyalty.programme_draft_edit", brand=True, app="SELECT, INSERT"))
    run(*secure("loyalty.programme_policy", brand=True))
    run(PERMISSION)
