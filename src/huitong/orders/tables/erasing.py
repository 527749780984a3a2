"""Named SQL that keeps erased persons forgotten: their orders, and those on which they stood."""

# erased_by_number: which orders of one channel account have an erased person behind them.
ERASED_BY_NUMBER = """
SELECT h.order_no
FROM orders.header AS h
WHERE h.group_id = %(group_id)s
  AND h.channel_account_id = %(account)s
  AND h.order_no = ANY(%(order_nos)s::text[])
  AND h.is_erased
"""

# erased_by_id: which orders have an erased person behind them.
ERASED_BY_ID = """
SELECT h.id
FROM orders.header AS h
JOIN unnest(%(ids)s::bigint[]) AS wanted(id) ON h.id = wanted.id AND h.bucket = (wanted.id & 4095)
WHERE h.group_id = %(group_id)s
  AND h.is_erased
"""

# identifiers_only_on: who stood on orders of customers, and on no order of anybody else.
IDENTIFIERS_ONLY_ON = """
SELECT DISTINCT mine.identifier_id
FROM orders.header AS h
JOIN orders.party AS mine
  ON mine.group_id = h.group_id
  AND mine.bucket = h.bucket
  AND mine.order_id = h.id
WHERE h.group_id = %(group_id)s
  AND h.customer_id = ANY(%(customer_ids)s::bigint[])
  AND NOT EXISTS (
    SELECT 1
    FROM orders.party AS other
    JOIN orders.header AS of_other
      ON of_other.group_id = other.group_id
      AND of_other.bucket = other.bucket
      AND of_other.id = other.order_id
    WHERE other.group_id = %(group_id)s
      AND other.identifier_id = mine.identifier_id
      AND (of_other.customer_id = ANY(%(customer_ids)s::bigint[])) IS NOT TRUE)
"""

# records_naming: the inbox records of orders on which identifiers stand, and of their packages.
RECORDS_NAMING = """
SELECT h.record_id
FROM orders.party AS p
JOIN orders.header AS h
  ON h.group_id = p.group_id
  AND h.bucket = p.bucket
  AND h.id = p.order_id
WHERE p.group_id = %(group_id)s
  AND p.identifier_id = ANY(%(identifier_ids)s::bigint[])
UNION
SELECT t.record_id
FROM orders.party AS p
JOIN orders.package AS t
  ON t.group_id = p.group_id
  AND t.bucket = p.bucket
  AND t.order_id = p.order_id
WHERE p.group_id = %(group_id)s
  AND p.identifier_id = ANY(%(identifier_ids)s::bigint[])
"""

# erase_naming_packages: free text of packages of orders on which identifiers stand.
ERASE_NAMING_PACKAGES = """
UPDATE orders.package AS t
SET attributes = NULL,
    changed_xid = pg_current_xact_id()
FROM orders.party AS p
WHERE p.group_id = %(group_id)s
  AND p.identifier_id = ANY(%(identifier_ids)s::bigint[])
  AND t.group_id = p.group_id
  AND t.bucket = p.bucket
  AND t.order_id = p.order_id
"""

# erase_naming_headers: where to, and free text, of others' orders on which identifiers stand.
ERASE_NAMING_HEADERS = """
UPDATE orders.header AS h
SET receiver_city = NULL,
    attributes = NULL,
    changed_xid = pg_current_xact_id()
FROM orders.party AS p
WHERE p.group_id = %(group_id)s
  AND p.identifier_id = ANY(%(identifier_ids)s::bigint[])
  AND h.group_id = p.group_id
  AND h.bucket = p.bucket
  AND h.id = p.order_id
"""

# erase_naming_parties: identifiers as they stand on orders.
ERASE_NAMING_PARTIES = """
DELETE FROM orders.party
WHERE group_id = %(group_id)s
  AND identifier_id = ANY(%(identifier_ids)s::bigint[])
"""

# export_orders: what orders hold beyond what is shown: where to, from where, further fields.
EXPORT_ORDERS = """
SELECT h.id, h.receiver_city, h.origin, h.attributes
FROM orders.header AS h
JOIN unnest(%(ids)s::bigint[]) AS wanted(id) ON h.id = wanted.id AND h.bucket = (wanted.id & 4095)
WHERE h.group_id = %(group_id)s
"""

# ids_of_customers: every order of customers, the latest first.
IDS_OF_CUSTOMERS = """
SELECT id
FROM orders.header
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
ORDER BY ordered_at DESC, id DESC
"""
