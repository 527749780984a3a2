"""Who may sign in, with which roles and where: users, roles, sessions, and what slows guessing."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0029"
down_revision = "0028"

SCHEMA = """
-- A set of permissions under a name that people use.
CREATE TABLE platform.role (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  code          text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  chinese       text NOT NULL CHECK (chinese <> ''),
  english       text NOT NULL CHECK (english <> ''),
  permissions   text[] NOT NULL,
  version       integer NOT NULL CHECK (version > 0),
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, code)
);

-- Somebody who signs in at the console. They may do what their roles say, in one data scope: of
-- brand_ids all where empty (NULL), of the other four nothing is narrowed where all are empty.
CREATE TABLE platform.console_user (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  name          text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._@+-]{1,99}$'),
  shown_name    text NOT NULL CHECK (shown_name <> ''),
  language      text CHECK (language IN ('zh-CN', 'en-US')),
  password_hash text NOT NULL,
  password_at   timestamptz NOT NULL,
  -- Somebody else has seen the password: it opens nothing but the way to another one.
  must_change   boolean NOT NULL,
  -- A password for one use is of no use from here on.
  password_until timestamptz,
  brand_ids     bigint[],
  legal_entity_ids bigint[] NOT NULL,
  region_ids    bigint[] NOT NULL,
  store_ids     bigint[] NOT NULL,
  staff_ids     bigint[] NOT NULL,
  locked_at     timestamptz,
  -- The second factor: its secret, sealed; from when it is asked for; the last step that was used.
  totp_sealed   bytea,
  totp_from     timestamptz,
  totp_step     bigint NOT NULL DEFAULT 0,
  recovery_hashes bytea[] NOT NULL DEFAULT '{}',
  signed_in_at  timestamptz,
  version       integer NOT NULL CHECK (version > 0),
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  CHECK (totp_from IS NULL OR totp_sealed IS NOT NULL)
);
-- Over all groups: who signs in says a name before it is known of which group they are.
CREATE UNIQUE INDEX console_user_name ON platform.console_user (name);

CREATE TABLE platform.user_role (
  group_id      bigint NOT NULL,
  user_id       bigint NOT NULL,
  role_id       bigint NOT NULL,
  given_by      text NOT NULL CHECK (given_by <> ''),
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, user_id, role_id),
  FOREIGN KEY (group_id, user_id) REFERENCES platform.console_user (group_id, id),
  FOREIGN KEY (group_id, role_id) REFERENCES platform.role (group_id, id)
);
CREATE INDEX user_role_of_role ON platform.user_role (group_id, role_id);

-- One stay of somebody who signed in: a user, a guide (staff) or a member (customer).
CREATE TABLE platform.session (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('user', 'guide', 'member')),
  subject_id    bigint NOT NULL,
  -- Of guides and members; a user's brands are looked up at each call.
  brand_ids     bigint[],
  secret_hash   bytea NOT NULL,
  opened_at     timestamptz NOT NULL,
  seen_at       timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL,
  ended_at      timestamptz,
  origin_address text NOT NULL,
  origin_agent  text NOT NULL CHECK (length(origin_agent) <= 200),
  PRIMARY KEY (group_id, id),
  CHECK (opened_at < expires_at)
);
CREATE INDEX session_open ON platform.session (group_id, kind, subject_id) WHERE ended_at IS NULL;
CREATE INDEX session_over ON platform.session (group_id, expires_at);

-- How often somebody tried in vain, by a keyed digest of the name, browser or address. Nobody is
-- known yet, so the rows are of group 0, which is nobody's.
CREATE TABLE platform.sign_in_tries (
  group_id      bigint NOT NULL,
  key           bytea NOT NULL,
  failures      integer NOT NULL CHECK (failures >= 0),
  failed_at     timestamptz NOT NULL,
  closed_until  timestamptz,
  PRIMARY KEY (group_id, key)
);
CREATE INDEX sign_in_tries_old ON platform.sign_in_tries (group_id, failed_at);

-- Who says a name at the door: what is needed to check their password, and nothing else.
CREATE FUNCTION platform.find_console_user(wanted text)
RETURNS TABLE (group_id bigint, id bigint, password_hash text, must_change boolean,
               password_until timestamptz, locked_at timestamptz, second_factor boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT u.group_id, u.id, u.password_hash, u.must_change, u.password_until, u.locked_at,
    u.totp_from IS NOT NULL
  FROM platform.console_user AS u
  WHERE u.name = wanted
$$;

-- Whose session a token opens, and what they may do at this moment.
CREATE FUNCTION platform.find_session(wanted bigint)
RETURNS TABLE (group_id bigint, kind text, subject_id bigint, secret_hash bytea,
               seen_at timestamptz, expires_at timestamptz, ended_at timestamptz,
               locked_at timestamptz, shown_name text, must_change boolean, brand_ids bigint[],
               legal_entity_ids bigint[], region_ids bigint[], store_ids bigint[],
               staff_ids bigint[], permissions text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT s.group_id, s.kind, s.subject_id, s.secret_hash, s.seen_at, s.expires_at, s.ended_at,
    u.locked_at, u.shown_name, coalesce(u.must_change, false),
    CASE s.kind WHEN 'user' THEN u.brand_ids ELSE s.brand_ids END,
    u.legal_entity_ids, u.region_ids, u.store_ids, u.staff_ids,
    ARRAY (
      SELECT DISTINCT unnest(r.permissions)
      FROM platform.role AS r
      WHERE r.group_id = s.group_id
        AND CASE s.kind
          WHEN 'user' THEN r.id IN (
            SELECT h.role_id
            FROM platform.user_role AS h
            WHERE h.group_id = s.group_id
              AND h.user_id = s.subject_id)
          WHEN 'guide' THEN r.code = 'guide'
          ELSE false
        END
    )
  FROM platform.session AS s
  LEFT JOIN platform.console_user AS u
    ON s.kind = 'user'
    AND u.group_id = s.group_id
    AND u.id = s.subject_id
  WHERE s.id = wanted
$$;

REVOKE ALL ON FUNCTION platform.find_console_user(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION platform.find_session(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.find_console_user(text) TO huitong_app;
GRANT EXECUTE ON FUNCTION platform.find_session(bigint) TO huitong_app;
"""


def upgrade() -> None:
    """Create the tables, their policies and the look-ups before a scope is known."""
    run(SCHEMA)
    run(*secure("platform.role", app="SELECT, INSERT, UPDATE, DELETE", reader=False))
    run(*secure("platform.console_user", reader=False))
    run(*secure("platform.user_role", app="SELECT, INSERT, DELETE", reader=False))
    run(*secure("platform.session", app="SELECT, INSERT, UPDATE, DELETE", reader=False))
    run(*secure("platform.sign_in_tries", app="SELECT, INSERT, UPDATE, DELETE", reader=False))
