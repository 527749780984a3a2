"""The doors of guides and members: codes sent to telephones, and which telephone is whose."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0036"
down_revision = "0035"

SCHEMA = """
-- Which telephone a guide signs in with, by a keyed digest over all groups: the number itself is
-- kept nowhere. A digest is of one guide.
CREATE TABLE platform.guide_phone (
  group_id      bigint NOT NULL,
  phone_key     bytea NOT NULL,
  staff_id      bigint NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, phone_key)
);
CREATE UNIQUE INDEX guide_phone_key ON platform.guide_phone (phone_key);

-- A code that was sent to a telephone. It is not known yet whose that is, so the rows are of
-- group 0, which is nobody's; whom it opens is looked up when it comes back.
CREATE TABLE platform.phone_code (
  group_id      bigint NOT NULL,
  door          text NOT NULL CHECK (door <> ''),
  phone_key     bytea NOT NULL,
  code_hash     bytea NOT NULL,
  sent_at       timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL,
  tries         integer NOT NULL CHECK (tries >= 0),
  used_at       timestamptz,
  PRIMARY KEY (group_id, door, phone_key)
);
CREATE INDEX phone_code_over ON platform.phone_code (group_id, expires_at);

-- Whose telephone it is.
CREATE FUNCTION platform.find_guide(wanted bytea)
RETURNS TABLE (group_id bigint, staff_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT g.group_id, g.staff_id
  FROM platform.guide_phone AS g
  WHERE g.phone_key = wanted
$$;
REVOKE ALL ON FUNCTION platform.find_guide(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.find_guide(bytea) TO huitong_app;

-- Of which groups a brand of this code is: members say theirs before anything else is known.
CREATE FUNCTION org.groups_of_brand(wanted text)
RETURNS TABLE (group_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT b.group_id
  FROM org.brand AS b
  WHERE b.code = wanted
$$;
REVOKE ALL ON FUNCTION org.groups_of_brand(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION org.groups_of_brand(text) TO huitong_app;
"""


def upgrade() -> None:
    """Create the tables, their policies and the look-ups before a scope is known."""
    run(SCHEMA)
    run(*secure("platform.guide_phone", app="SELECT, INSERT, UPDATE, DELETE", reader=False))
    run(*secure("platform.phone_code", app="SELECT, INSERT, UPDATE, DELETE", reader=False))
