"""What customers are like as far as it is counted: one plain row each, and in the lake."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0022"
down_revision = "0021"

SCHEMA = """
-- Coarse facets of a profile that is sealed elsewhere: never a name, an address or a number. They
-- are folded from the statements in the transaction that changes these, and emptied by an erasure.
CREATE TABLE customers.facet (
  group_id     bigint NOT NULL,
  bucket       smallint NOT NULL CHECK (bucket = customer_id & 4095),
  customer_id  bigint NOT NULL,
  brand_id     bigint NOT NULL,
  gender       text CHECK (gender IN ('female', 'male', 'other')),
  -- The official name of a city of the list in `customers/rules/city_names.py`.
  city         text CHECK (city <> '' AND length(city) <= 20),
  birth_year   smallint CHECK (birth_year BETWEEN 1 AND 9999),
  birth_month  smallint CHECK (birth_month BETWEEN 1 AND 12),
  birth_day    smallint CHECK (birth_day BETWEEN 1 AND 31),
  -- What the brand's trust in its sources was when they were folded; 0 if they never were.
  trust_mark   bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (group_id, bucket, customer_id),
  FOREIGN KEY (group_id, bucket, customer_id)
    REFERENCES customers.customer (group_id, bucket, id),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id)
);
CREATE INDEX facet_due ON customers.facet (group_id, brand_id, trust_mark);

-- The statements that are there are sealed: a job with the keys folds what stands under mark 0.
INSERT INTO customers.facet (group_id, bucket, customer_id, brand_id)
SELECT DISTINCT group_id, bucket, customer_id, brand_id
FROM customers.statement;
"""

# The lake reads facets with their customer, as one row. It finds what changed by the transaction
# of that row, so whoever changes facets changes the customer's too (ADR 0015): the newer of two
# numbers would not do, as the older one may commit later.
TELL_CUSTOMER = """
CREATE FUNCTION customers.tell_facet() RETURNS trigger
LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
  UPDATE customers.customer
  SET changed_xid = pg_current_xact_id()
  WHERE group_id = NEW.group_id
    AND bucket = NEW.bucket
    AND id = NEW.customer_id;
  RETURN NULL;
END $$;

CREATE TRIGGER tell_new AFTER INSERT ON customers.facet
  FOR EACH ROW
  WHEN (num_nonnulls(NEW.gender, NEW.city, NEW.birth_year, NEW.birth_month, NEW.birth_day) > 0)
  EXECUTE FUNCTION customers.tell_facet();

CREATE TRIGGER tell_changed AFTER UPDATE ON customers.facet
  FOR EACH ROW
  WHEN ((OLD.gender, OLD.city, OLD.birth_year, OLD.birth_month, OLD.birth_day)
    IS DISTINCT FROM
        (NEW.gender, NEW.city, NEW.birth_year, NEW.birth_month, NEW.birth_day))
  EXECUTE FUNCTION customers.tell_facet();
"""

VIEW = """
CREATE OR REPLACE VIEW customers.v_customer WITH (security_invoker = true) AS
SELECT
  customer.group_id, customer.bucket, customer.id, customer.brand_id, customer.status,
  customer.enrolled_at, customer.merged_into, customer.erased_at IS NOT NULL AS is_erased,
  customer.store, customer.touchpoint, customer.guide, customer.recorded_at, customer.changed_xid,
  facet.gender, facet.city, facet.birth_year, facet.birth_month, facet.birth_day
FROM customers.customer
LEFT JOIN customers.facet
  ON facet.group_id = customer.group_id
  AND facet.bucket = customer.bucket
  AND facet.customer_id = customer.id;
"""


def upgrade() -> None:
    """Make the table with a row to fold for each profile, its triggers, and the wider view."""
    run(SCHEMA)
    run(*secure("customers.facet", brand=True))
    run(TELL_CUSTOMER, VIEW)
