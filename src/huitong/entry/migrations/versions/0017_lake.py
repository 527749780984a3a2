"""What the lake reads: published views, and the transaction that changed each row last."""

from huitong.entry.migrate import run

revision = "0017"
down_revision = "0016"

# These tables did not say which transaction changed them. Their statements stand in several files
# and touch few rows, so a trigger says it, which no statement can forget (ADR 0015).
TOLD_BY_TRIGGER = (
    "customers.customer",
    "customers.classification",
    "orders.payment",
    "orders.refund_line",
    "orders.classification",
)

MARK_CHANGE = """
CREATE FUNCTION platform.mark_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = ''
AS $$
BEGIN
  NEW.changed_xid := pg_current_xact_id();
  RETURN NEW;
END $$;
"""

# What was there before has no transaction to name; every lake begins by reading everything.
ADD_CHANGED_XID = """
ALTER TABLE {table} ADD COLUMN changed_xid xid8 NOT NULL DEFAULT '0';
ALTER TABLE {table} ALTER COLUMN changed_xid SET DEFAULT pg_current_xact_id();
CREATE TRIGGER mark_change BEFORE UPDATE ON {table}
  FOR EACH ROW EXECUTE FUNCTION platform.mark_change();
"""

# New rows come at the end of these indexes and share their entries, so they cost little; without
# them each refresh would read every table whole.
INDEX = """
CREATE INDEX {name}_changed ON {table} (group_id, brand_id, changed_xid);
"""
INDEXED = (
    *TOLD_BY_TRIGGER,
    "orders.header",
    "orders.line",
    "orders.refund",
    "signals.signal",
    "loyalty.grant_position",
    "loyalty.standing",
)

VIEWS = """
CREATE VIEW customers.v_customer WITH (security_invoker = true) AS
SELECT
  group_id, bucket, id, brand_id, status, enrolled_at, merged_into,
  erased_at IS NOT NULL AS is_erased, store, touchpoint, guide, recorded_at, changed_xid
FROM customers.customer;

CREATE VIEW customers.v_classification WITH (security_invoker = true) AS
SELECT
  group_id, bucket, id, brand_id, customer_id, class, valid_from, valid_until, source,
  withdrawn_at IS NOT NULL AS is_withdrawn, changed_xid
FROM customers.classification;

CREATE OR REPLACE VIEW orders.v_order WITH (security_invoker = true) AS
SELECT
  group_id, bucket, id, brand_id, channel_account_id, order_no, kind, status, parent_no,
  checkout_id, customer_id, origin_customer_id, store, serving_guide, source_guide, source_store,
  ordered_at, paid_at, shipped_at, completed_at, list_minor, discount_minor, freight_minor,
  paid_minor, receiver_city, recorded_at, changed_xid, origin_identifier_id, is_erased
FROM orders.header;

CREATE VIEW orders.v_payment WITH (security_invoker = true) AS
SELECT group_id, bucket, order_id, place, brand_id, kind, amount_minor, paid_at, changed_xid
FROM orders.payment;

CREATE VIEW orders.v_refund_line WITH (security_invoker = true) AS
SELECT
  group_id, bucket, refund_id, place, brand_id, order_id, line_id, quantity, amount_minor,
  changed_xid
FROM orders.refund_line;

CREATE VIEW orders.v_classification WITH (security_invoker = true) AS
SELECT
  group_id, bucket, id, brand_id, order_id, class, source, classified_at,
  withdrawn_at IS NOT NULL AS is_withdrawn, changed_xid
FROM orders.classification;

CREATE VIEW catalog.v_sku WITH (security_invoker = true) AS
SELECT
  group_id, id, brand_id, code, product_id, spu, name, category, brand_label, series, season, year,
  colour, size, material, list_price_minor, cost_minor, recorded_at, changed_at
FROM catalog.sku;

-- One row for each brand of a store, so that a brand's scope shows its stores.
CREATE VIEW org.v_store WITH (security_invoker = true) AS
SELECT
  store_brand.group_id, store_brand.store_id AS id, store_brand.brand_id,
  (SELECT store.code FROM org.store
   WHERE store.group_id = store_brand.group_id AND store.id = store_brand.store_id) AS code,
  (SELECT store.name FROM org.store
   WHERE store.group_id = store_brand.group_id AND store.id = store_brand.store_id) AS name,
  (SELECT store.kind FROM org.store
   WHERE store.group_id = store_brand.group_id AND store.id = store_brand.store_id) AS kind
FROM org.store_brand;

CREATE VIEW org.v_channel_account WITH (security_invoker = true) AS
SELECT
  group_id, id, brand_id, platform, code, store_id, sees_orders, books_revenue, earns,
  fulfilment_only
FROM org.channel_account;

GRANT SELECT ON
  customers.v_customer, customers.v_classification, orders.v_payment, orders.v_refund_line,
  orders.v_classification, catalog.v_sku, org.v_store, org.v_channel_account
  TO huitong_app, huitong_worker, huitong_reader;
"""


def upgrade() -> None:
    """Add the columns with their triggers, the indexes, and the views."""
    run(MARK_CHANGE)
    run(*(ADD_CHANGED_XID.replace("{table}", table) for table in TOLD_BY_TRIGGER))
    run(
        *(
            INDEX.replace("{table}", table).replace("{name}", table.partition(".")[2])
            for table in INDEXED
        )
    )
    run(VIEWS)
