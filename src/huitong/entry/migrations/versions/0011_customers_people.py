"""What `customers` knows of people: statements, relations, belongings, classes, gifts, papers."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0011"
down_revision = "0010"

CUSTOMERS = """
-- What one source said a customer is like, sealed. The profile is what the statements that count
-- say together, so a split only moves them. `sealed_for` is whose key seals one.
CREATE TABLE customers.statement (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = customer_id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  customer_id   bigint NOT NULL,
  -- A record of the inbox, and the identifier it came under; neither for a correction by hand.
  record_id     bigint,
  identifier_id bigint,
  source        text NOT NULL,
  told_at       timestamptz NOT NULL,
  sealed        bytea,
  sealed_for    bigint NOT NULL,
  actor         text,
  reason        text,
  recorded_at   timestamptz NOT NULL,
  -- A newer version of the same record says everything that this one says.
  superseded_at timestamptz,
  withdrawn_at  timestamptz,
  withdrawn_by  text,
  PRIMARY KEY (group_id, bucket, id),
  FOREIGN KEY (group_id, bucket, customer_id)
    REFERENCES customers.customer (group_id, bucket, id),
  CHECK (record_id IS NOT NULL OR source IN ('manual', 'carried')),
  CHECK (source <> 'manual' OR actor IS NOT NULL),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE INDEX statement_of_customer ON customers.statement (group_id, bucket, customer_id)
  WHERE superseded_at IS NULL AND withdrawn_at IS NULL;

-- Profiles that were there before are statements of a source nobody knows any more.
INSERT INTO customers.statement
  (group_id, bucket, id, brand_id, customer_id, source, told_at, sealed, sealed_for, recorded_at)
SELECT
  profile.group_id, profile.bucket, profile.customer_id, profile.brand_id, profile.customer_id,
  'carried', coalesce(profile.told_at, profile.changed_at), profile.sealed, customer.person_id,
  profile.changed_at
FROM customers.profile
JOIN customers.customer
  ON customer.group_id = profile.group_id
  AND customer.bucket = profile.bucket
  AND customer.id = profile.customer_id
WHERE profile.sealed IS NOT NULL;
DROP TABLE customers.profile;

-- How far a brand trusts a kind of source for a field; the highest leads, then the newest.
CREATE TABLE customers.trust (
  group_id      bigint NOT NULL,
  brand_id      bigint NOT NULL,
  field         text NOT NULL,
  source        text NOT NULL,
  rank          integer NOT NULL CHECK (rank BETWEEN 0 AND 1000),
  actor         text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id, field, source),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id)
);

-- Where a record said that somebody was met and by whom, so that a split gives that back as well.
ALTER TABLE customers.told
  ADD COLUMN store text,
  ADD COLUMN touchpoint text,
  ADD COLUMN guide text;
UPDATE customers.told
SET store = customer.store, touchpoint = customer.touchpoint, guide = customer.guide
FROM customers.customer
WHERE customer.group_id = told.group_id
  AND customer.bucket = told.bucket
  AND customer.id = told.customer_id;

ALTER TABLE customers.card
  ADD COLUMN state text NOT NULL DEFAULT 'active'
    CHECK (state IN ('active', 'blocked', 'replaced')),
  ADD COLUMN replaced_by bigint,
  ADD COLUMN state_at timestamptz,
  ADD COLUMN state_actor text,
  ADD COLUMN state_reason text,
  ADD CHECK ((state = 'replaced') = (replaced_by IS NOT NULL));

-- Who looks after a customer, from an instant until another. A merge moves the rows to the customer
-- who stays; those that cannot hold beside others are shadowed until the split.
CREATE TABLE customers.relation (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = customer_id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  customer_id   bigint NOT NULL,
  origin_customer_id bigint NOT NULL,
  origin_identifier_id bigint,
  kind          text NOT NULL CHECK (kind IN ('friend', 'bound', 'serving')),
  staff_id      bigint,
  store_id      bigint,
  valid_from    timestamptz NOT NULL,
  valid_until   timestamptz,
  lock_until    timestamptz,
  source        text NOT NULL,
  actor         text NOT NULL,
  -- The relation that took its place, and until when it would have been without it.
  ended_by      bigint,
  planned_until timestamptz,
  end_reason    text,
  shadowed_by   bigint,
  recorded_at   timestamptz NOT NULL,
  changed_at    timestamptz NOT NULL,
  -- What only one relation may fill at a time: the bound guide, else the same with the same.
  slot          text NOT NULL GENERATED ALWAYS AS (
                  CASE WHEN kind = 'bound' AND staff_id IS NOT NULL THEN 'bound'
                       ELSE kind || ':' || coalesce(staff_id, 0)::text || ':'
                            || coalesce(store_id, 0)::text
                  END) STORED,
  PRIMARY KEY (group_id, bucket, id),
  FOREIGN KEY (group_id, bucket, customer_id)
    REFERENCES customers.customer (group_id, bucket, id),
  FOREIGN KEY (group_id, staff_id) REFERENCES org.staff (group_id, id),
  FOREIGN KEY (group_id, store_id) REFERENCES org.store (group_id, id),
  CHECK ((staff_id IS NULL) <> (store_id IS NULL)),
  CHECK (valid_from < valid_until),
  CONSTRAINT one_relation_at_a_time EXCLUDE USING gist (
    group_id WITH =, bucket WITH =, customer_id WITH =, slot WITH =,
    tstzrange(valid_from, valid_until) WITH &&)
    WHERE (shadowed_by IS NULL)
);
CREATE INDEX relation_of_staff ON customers.relation (group_id, staff_id)
  WHERE valid_until IS NULL AND shadowed_by IS NULL;

-- Which customer somebody who works here is themselves.
CREATE TABLE customers.own_customer (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  staff_id      bigint NOT NULL,
  -- Null once the customer was forgotten.
  customer_id   bigint,
  valid_from    timestamptz NOT NULL,
  valid_until   timestamptz,
  actor         text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  FOREIGN KEY (group_id, staff_id) REFERENCES org.staff (group_id, id),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id),
  CHECK (valid_from < valid_until),
  CONSTRAINT one_own_customer EXCLUDE USING gist (
    group_id WITH =, brand_id WITH =, staff_id WITH =,
    tstzrange(valid_from, valid_until) WITH &&)
);
CREATE INDEX own_customer_of ON customers.own_customer (group_id, customer_id);

-- A beneficiary (child, pet) or an owned item (glasses, appliance, car); what is said of it is
-- sealed, all of it: a child's birthday and a prescription are sensitive.
CREATE TABLE customers.belonging (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = customer_id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  customer_id   bigint NOT NULL,
  origin_customer_id bigint NOT NULL,
  origin_identifier_id bigint,
  kind          text NOT NULL
                CHECK (kind IN ('child', 'pet', 'glasses', 'appliance', 'car', 'other')),
  sealed        bytea,
  sealed_for    bigint NOT NULL,
  guardian_policy_version text,
  guardian_consent_at timestamptz,
  source        text NOT NULL,
  actor         text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  changed_at    timestamptz NOT NULL,
  removed_at    timestamptz,
  erased_at     timestamptz,
  PRIMARY KEY (group_id, bucket, id),
  FOREIGN KEY (group_id, bucket, customer_id)
    REFERENCES customers.customer (group_id, bucket, id),
  CHECK ((guardian_policy_version IS NULL) = (guardian_consent_at IS NULL)),
  CHECK ((sealed IS NULL) = (erased_at IS NOT NULL))
);
CREATE INDEX belonging_of_customer ON customers.belonging (group_id, bucket, customer_id);

-- What kind of buyer a customer was from an instant until another.
CREATE TABLE customers.classification (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = customer_id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  customer_id   bigint NOT NULL,
  origin_customer_id bigint NOT NULL,
  class         text NOT NULL CHECK (class IN ('staff_purchase', 'reseller', 'brushing', 'bulk')),
  valid_from    timestamptz NOT NULL,
  valid_until   timestamptz,
  source        text NOT NULL CHECK (source IN ('rule', 'manual', 'import')),
  evidence      jsonb NOT NULL,
  actor         text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  withdrawn_at  timestamptz,
  withdrawn_by  text,
  PRIMARY KEY (group_id, bucket, id),
  FOREIGN KEY (group_id, bucket, customer_id)
    REFERENCES customers.customer (group_id, bucket, id),
  CHECK (valid_from < valid_until),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE INDEX classification_of_customer
  ON customers.classification (group_id, bucket, customer_id)
  WHERE withdrawn_at IS NULL;

-- What somebody asked of customers under a key, and what came of it; the bucket is that of the key.
-- Without an answer it was refused, and the key is free.
CREATE TABLE customers.request (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  key           text NOT NULL,
  verb          text NOT NULL,
  request_hash  bytea NOT NULL,
  answer        jsonb,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, key)
);

-- A document that somebody handed in to be looked at. The bucket is that of its digest, so that one
-- document counts for one customer only. It stays with the customer who handed it in.
CREATE TABLE customers.submission (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  customer_id   bigint NOT NULL,
  kind          text NOT NULL,
  digest        bytea CHECK (octet_length(digest) = 16),
  sealed        bytea,
  sealed_for    bigint NOT NULL,
  source        text NOT NULL,
  submitted_at  timestamptz NOT NULL,
  recorded_at   timestamptz NOT NULL,
  state         text NOT NULL CHECK (state IN ('open', 'approved', 'rejected')),
  decided_at    timestamptz,
  decided_by    text,
  reason        text,
  erased_at     timestamptz,
  PRIMARY KEY (group_id, bucket, id),
  CHECK ((state = 'open') = (decided_at IS NULL)),
  CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
  CHECK (state <> 'rejected' OR reason IS NOT NULL OR erased_at IS NOT NULL),
  CHECK ((sealed IS NULL) = (erased_at IS NOT NULL)),
  CHECK ((digest IS NULL) = (erased_at IS NOT NULL))
);
CREATE UNIQUE INDEX document_counts_once
  ON customers.submission (group_id, bucket, brand_id, kind, digest)
  WHERE state = 'approved';
CREATE UNIQUE INDEX document_waits_once
  ON customers.submission (group_id, bucket, brand_id, kind, digest, customer_id)
  WHERE state = 'open';
CREATE INDEX submission_waiting ON customers.submission (group_id, brand_id, submitted_at)
  WHERE state = 'open';
CREATE INDEX submission_of_customer ON customers.submission (group_id, customer_id);
"""

ORDERS = """
-- What kind of sale an order is, besides what its channel says of it.
CREATE TABLE orders.classification (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = order_id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  order_id      bigint NOT NULL,
  class         text NOT NULL CHECK (class IN ('staff_purchase', 'reseller', 'brushing', 'bulk')),
  source        text NOT NULL CHECK (source IN ('rule', 'manual', 'import')),
  evidence      jsonb NOT NULL,
  actor         text NOT NULL,
  classified_at timestamptz NOT NULL,
  recorded_at   timestamptz NOT NULL,
  withdrawn_at  timestamptz,
  withdrawn_by  text,
  PRIMARY KEY (group_id, bucket, id),
  FOREIGN KEY (group_id, bucket, order_id) REFERENCES orders.header (group_id, bucket, id),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE UNIQUE INDEX order_has_a_class_once
  ON orders.classification (group_id, bucket, order_id, class)
  WHERE withdrawn_at IS NULL;
"""

LOYALTY = """
-- What a member was promised once: for enrolling, for a document that was looked at. Settled like
-- an order: what is due by now against what was given.
CREATE TABLE loyalty.gift (
  group_id          bigint NOT NULL,
  bucket            smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  id                bigint NOT NULL,
  brand_id          bigint NOT NULL,
  customer_id       bigint NOT NULL,
  -- Who came by it, for ever; and by what: themselves, or a document.
  origin_customer_id bigint NOT NULL,
  cause_id          bigint NOT NULL,
  kind              text NOT NULL,
  points            bigint NOT NULL CHECK (points >= 0),
  most              integer NOT NULL CHECK (most > 0),
  granted           bigint NOT NULL DEFAULT 0 CHECK (granted >= 0),
  clawed            bigint NOT NULL DEFAULT 0,
  revision          integer NOT NULL DEFAULT 0,
  -- Why it is not due although it came about; null when it is.
  withheld          text CHECK (withheld IN ('returning', 'surplus', 'no_member')),
  programme_version integer NOT NULL,
  happened_at       timestamptz NOT NULL,
  recorded_at       timestamptz NOT NULL,
  changed_xid       xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, origin_customer_id, kind, cause_id),
  CONSTRAINT gift_clawed_within_granted CHECK (clawed BETWEEN 0 AND granted)
);
CREATE INDEX gift_of_customer ON loyalty.gift (group_id, customer_id);
"""

ORG = """
-- A part of a brand that is led on its own, such as a category or a sales channel.
CREATE TABLE org.business_unit (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  code          text NOT NULL,
  name          text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, brand_id, code),
  UNIQUE (group_id, brand_id, id),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id)
);

-- Which unit of a brand a store belongs to, from a day until another.
CREATE TABLE org.store_unit (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  store_id      bigint NOT NULL,
  business_unit_id bigint NOT NULL,
  valid_from    date NOT NULL,
  valid_until   date,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  FOREIGN KEY (group_id, store_id) REFERENCES org.store (group_id, id),
  FOREIGN KEY (group_id, brand_id, business_unit_id)
    REFERENCES org.business_unit (group_id, brand_id, id),
  CHECK (valid_from < valid_until),
  EXCLUDE USING gist (group_id WITH =, store_id WITH =, brand_id WITH =,
                      daterange(valid_from, valid_until) WITH &&)
);

-- One name towards customers that several staff speak through, such as one WeCom identity.
CREATE TABLE org.persona_account (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  channel_account_id bigint NOT NULL,
  code          text NOT NULL,
  name          text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, channel_account_id, code),
  UNIQUE (group_id, brand_id, id),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id),
  FOREIGN KEY (group_id, channel_account_id) REFERENCES org.channel_account (group_id, id)
);

-- Who speaks through a persona account, from a day until another; several may at a time.
CREATE TABLE org.persona_staff (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  persona_account_id bigint NOT NULL,
  staff_id      bigint NOT NULL,
  valid_from    date NOT NULL,
  valid_until   date,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  FOREIGN KEY (group_id, brand_id, persona_account_id)
    REFERENCES org.persona_account (group_id, brand_id, id),
  FOREIGN KEY (group_id, staff_id) REFERENCES org.staff (group_id, id),
  CHECK (valid_from < valid_until),
  EXCLUDE USING gist (group_id WITH =, persona_account_id WITH =, staff_id WITH =,
                      daterange(valid_from, valid_until) WITH &&)
);
"""


def upgrade() -> None:
    """Create the tables and their policies."""
    run(CUSTOMERS)
    # The lake holds no personal fields, so its reader sees neither ciphertext nor blind index.
    for sealed in ("statement", "belonging", "submission"):
        run(*secure(f"customers.{sealed}", brand=True, reader=False))
    for plain in ("trust", "relation", "own_customer", "classification"):
        run(*secure(f"customers.{plain}", brand=True))
    run(*secure("customers.request"))
    run(ORDERS)
    run(*secure("orders.classification", brand=True))
    run(LOYALTY)
    run(*secure("loyalty.gift", brand=True))
    run(ORG)
    for table in ("business_unit", "store_unit", "persona_account", "persona_staff"):
        run(*secure(f"org.{table}", brand=True))
