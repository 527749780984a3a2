"""What `rights` adds: whose consents are, policies, exits, receipts, and what erasing needs."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0012"
down_revision = "0011"

CONSENTS = """
-- A consent that somebody stated to us came by no channel account.
ALTER TABLE customers.consent
  ALTER COLUMN channel_account_id DROP NOT NULL,
  ADD COLUMN source text NOT NULL DEFAULT 'record'
    CHECK (source IN ('record', 'customer', 'staff', 'import')),
  ADD COLUMN touchpoint text,
  ADD COLUMN actor text,
  ADD COLUMN key text,
  -- The identifier the statement came with: a split gives it to whom that belongs.
  ADD COLUMN identifier_id bigint;
CREATE UNIQUE INDEX consent_key ON customers.consent (group_id, bucket, customer_id, key)
  WHERE key IS NOT NULL;

-- Whose a consent is, where a split gave it to somebody else than it came to.
CREATE TABLE customers.consent_owner (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = consent_id & 4095),
  consent_id    bigint NOT NULL,
  brand_id      bigint NOT NULL,
  customer_id   bigint NOT NULL,
  changed_at    timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, consent_id),
  FOREIGN KEY (group_id, bucket, consent_id)
    REFERENCES customers.consent (group_id, bucket, id)
);
CREATE INDEX consent_owner_of_customer ON customers.consent_owner (group_id, customer_id);

-- The texts that people agree to, version by version; a version never changes.
CREATE TABLE customers.consent_policy (
  group_id      bigint NOT NULL,
  brand_id      bigint NOT NULL,
  purpose       text NOT NULL,
  version       text NOT NULL,
  content       text NOT NULL,
  digest        bytea NOT NULL CHECK (octet_length(digest) = 32),
  effective_from timestamptz NOT NULL,
  actor         text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id, purpose, version),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id)
);
"""

EXITS = """
-- How members of a brand leave: after how many days for good, and what becomes of their points.
CREATE TABLE customers.exit_policy (
  group_id      bigint NOT NULL,
  brand_id      bigint NOT NULL,
  version       integer NOT NULL CHECK (version > 0),
  cooling_off_days integer NOT NULL CHECK (cooling_off_days BETWEEN 0 AND 365),
  points        text NOT NULL CHECK (points IN ('forfeit', 'keep')),
  actor         text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id, version),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id)
);

-- A member's wish to leave, until it is carried out or taken back. `settled_at` is when no point
-- was left to forfeit; points that were pending at the end are forfeited as they become active.
CREATE TABLE customers.exit_request (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  customer_id   bigint NOT NULL CHECK (customer_id & 4095 = bucket),
  key           text NOT NULL,
  state         text NOT NULL CHECK (state IN ('requested', 'cancelled', 'finished')),
  points        text NOT NULL CHECK (points IN ('forfeit', 'keep')),
  actor         text NOT NULL,
  requested_at  timestamptz NOT NULL,
  due_at        timestamptz NOT NULL,
  ended_at      timestamptz,
  settled_at    timestamptz,
  -- When the membership that ended had begun.
  enrolled_at   timestamptz,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, customer_id, key),
  FOREIGN KEY (group_id, bucket, customer_id)
    REFERENCES customers.customer (group_id, bucket, id),
  CHECK ((state = 'requested') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX exit_open ON customers.exit_request (group_id, bucket, customer_id)
  WHERE state = 'requested';
CREATE INDEX exit_due ON customers.exit_request (group_id, due_at) WHERE state = 'requested';
CREATE INDEX exit_unsettled ON customers.exit_request (group_id, id)
  WHERE state = 'finished' AND settled_at IS NULL;
"""

RECEIPTS = """
-- That somebody used a right, and what was done: under a keyed digest of the person, never a value.
CREATE TABLE customers.receipt (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('export', 'correct', 'exit', 'erase')),
  subject       bytea NOT NULL CHECK (octet_length(subject) = 16),
  key           text NOT NULL,
  actor         text NOT NULL,
  detail        jsonb NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, kind, key)
);
CREATE INDEX receipt_of_subject ON customers.receipt (group_id, subject);
"""

ERASING = """
-- The person behind the order was erased: what a later version tells of them is not kept.
ALTER TABLE orders.header ADD COLUMN is_erased boolean NOT NULL DEFAULT false;
CREATE INDEX header_erased ON orders.header (group_id, channel_account_id, order_no)
  WHERE is_erased;
CREATE INDEX party_of_identifier ON orders.party (group_id, identifier_id);

-- Further places where the text of a record stands: a page that came again is kept as it came, the
-- records in it that were known already too. Gone with the page.
CREATE TABLE channels.text_copy (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = record_id & 4095),
  record_id     bigint NOT NULL,
  body_id       bigint NOT NULL,
  body_place    integer NOT NULL CHECK (body_place >= 0),
  brand_id      bigint NOT NULL,
  PRIMARY KEY (group_id, bucket, record_id, body_id, body_place)
);
CREATE INDEX text_copy_of_body ON channels.text_copy (group_id, body_id);
"""


def upgrade() -> None:
    """Create the tables with their policies, and the columns."""
    run(CONSENTS, EXITS, RECEIPTS, ERASING)
    run(*secure("customers.consent_owner", brand=True))
    run(*secure("customers.consent_policy", brand=True, app="SELECT, INSERT"))
    run(*secure("customers.exit_policy", brand=True, app="SELECT, INSERT"))
    run(*secure("customers.exit_request", brand=True))
    run(*secure("customers.receipt", app="SELECT, INSERT", reader=False))
    run(*secure("channels.text_copy", brand=True, app="SELECT, INSERT, DELETE", reader=False))
