"""The first tables of `customers`: a person in a brand, cards, profiles, consents."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0007"
down_revision = "0006"

SCHEMA = """
CREATE SCHEMA customers;
GRANT USAGE ON SCHEMA customers TO huitong_app, huitong_worker, huitong_reader;

-- The bucket of a customer is that of the person. When the person is merged away, so is the
-- customer: the row stays and `merged_into` leads late facts on.
CREATE TABLE customers.customer (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  person_id     bigint NOT NULL CHECK (person_id & 4095 = bucket),
  status        text NOT NULL CHECK (status IN ('anonymous', 'fan', 'member', 'exited')),
  enrolled_at   timestamptz,
  merged_into   bigint CHECK (merged_into <> id),
  -- The newest `updated_at` of a member record that was applied; an older one changes nothing.
  told_at       timestamptz,
  store         text,
  touchpoint    text,
  guide         text,
  recorded_at   timestamptz NOT NULL,
  changed_at    timestamptz NOT NULL,
  erased_at     timestamptz,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, brand_id, person_id),
  FOREIGN KEY (group_id, bucket, person_id) REFERENCES identity.person (group_id, bucket, id),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id),
  CHECK (status <> 'member' OR enrolled_at IS NOT NULL)
);
CREATE INDEX customer_merged_into ON customers.customer (group_id, merged_into)
  WHERE merged_into IS NOT NULL;

-- The bucket of a card is that of its number's blind index: a till asks by the number. It belongs
-- to the customer it was issued to; after a merge the way leads over `merged_into`.
CREATE TABLE customers.card (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  customer_id   bigint NOT NULL,
  blind_index   bytea CHECK (octet_length(blind_index) = 16),
  sealed        bytea,
  recorded_at   timestamptz NOT NULL,
  erased_at     timestamptz,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, brand_id, blind_index),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id),
  CHECK ((blind_index IS NULL) = (erased_at IS NOT NULL)),
  CHECK ((sealed IS NULL) = (erased_at IS NOT NULL))
);
CREATE INDEX card_of_customer ON customers.card (group_id, customer_id);

-- The one place of personal values in this domain: one sealed document a customer.
CREATE TABLE customers.profile (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL,
  customer_id   bigint NOT NULL CHECK (bucket = customer_id & 4095),
  brand_id      bigint NOT NULL,
  sealed        bytea,
  told_at       timestamptz,
  changed_at    timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, customer_id),
  FOREIGN KEY (group_id, bucket, customer_id)
    REFERENCES customers.customer (group_id, bucket, id)
);

CREATE TABLE customers.consent (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  customer_id   bigint NOT NULL CHECK (customer_id & 4095 = bucket),
  purpose       text NOT NULL,
  policy_version text NOT NULL,
  action        text NOT NULL CHECK (action IN ('given', 'withdrawn')),
  occurred_at   timestamptz NOT NULL,
  channel_account_id bigint NOT NULL,
  record_id     bigint,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, customer_id, purpose, policy_version, action, occurred_at),
  FOREIGN KEY (group_id, bucket, customer_id)
    REFERENCES customers.customer (group_id, bucket, id),
  FOREIGN KEY (group_id, channel_account_id) REFERENCES org.channel_account (group_id, id)
);
CREATE FUNCTION customers.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'consents are only added, never changed or taken away';
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON customers.consent
  FOR EACH STATEMENT EXECUTE FUNCTION customers.refuse_change();

-- What each member record said of a standing, and the identifier it came under: a split gives
-- each customer what is theirs, and an erasure finds the records in the inbox.
CREATE TABLE customers.told (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = customer_id & 4095),
  customer_id   bigint NOT NULL,
  record_id     bigint NOT NULL,
  brand_id      bigint NOT NULL,
  identifier_id bigint NOT NULL,
  status        text NOT NULL CHECK (status IN ('fan', 'member', 'exited')),
  enrolled_at   timestamptz,
  told_at       timestamptz,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, customer_id, record_id),
  FOREIGN KEY (group_id, bucket, customer_id)
    REFERENCES customers.customer (group_id, bucket, id)
);

-- The journal of merged customers, with what the target was before.
CREATE TABLE customers.merge (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = target_id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  persons_merge_id bigint NOT NULL,
  source_id     bigint NOT NULL,
  target_id     bigint NOT NULL CHECK (target_id <> source_id),
  target_status text NOT NULL,
  target_enrolled_at timestamptz,
  merged_at     timestamptz NOT NULL,
  split_at      timestamptz,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, persons_merge_id, source_id),
  FOREIGN KEY (group_id, bucket, target_id)
    REFERENCES customers.customer (group_id, bucket, id)
);
CREATE INDEX merge_of_persons ON customers.merge (group_id, persons_merge_id);
"""


def upgrade() -> None:
    """Create the schema, its tables and their policies."""
    run(SCHEMA)
    run(*secure("customers.customer", brand=True))
    # The lake holds no personal fields, so its reader sees neither ciphertext nor blind index.
    run(*secure("customers.card", brand=True, reader=False))
    run(*secure("customers.profile", brand=True, reader=False))
    run(*secure("customers.told", brand=True))
    run(*secure("customers.consent", brand=True, app="SELECT, INSERT"))
    run(*secure("customers.merge", brand=True))
