"""The audit: who did what, from where, before and after; it only grows."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0027"
down_revision = "0026"

SCHEMA = """
CREATE TABLE platform.audit_entry (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  -- Empty where it is of the group; then those who are limited to brands do not see it.
  brand_id      bigint,
  recorded_at   timestamptz NOT NULL,
  actor         text NOT NULL CHECK (actor <> ''),
  actor_name    text,
  address       text,
  agent         text CHECK (length(agent) <= 200),
  request_id    text,
  act           text NOT NULL,
  subject       text NOT NULL CHECK (subject <> ''),
  reason        text CHECK (length(reason) <= 500),
  before        jsonb,
  after         jsonb,
  PRIMARY KEY (group_id, id)
);
CREATE INDEX audit_entry_actor ON platform.audit_entry (group_id, actor, id);
CREATE INDEX audit_entry_act ON platform.audit_entry (group_id, act, id);
CREATE INDEX audit_entry_subject ON platform.audit_entry (group_id, subject text_pattern_ops, id);

CREATE FUNCTION platform.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = ''
AS $$ BEGIN RAISE EXCEPTION 'The audit only grows.' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
"""


def upgrade() -> None:
    """Create the table and its policy."""
    run(SCHEMA)
    run(*secure("platform.audit_entry", brand=True, app="SELECT, INSERT", reader=False))
