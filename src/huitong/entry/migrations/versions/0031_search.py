"""What customers are searched by: the tail of a phone, an id of any shop, the name; and a list."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0031"
down_revision = "0030"

IDENTITY = """
-- A keyed digest of what identifiers are searched by besides their whole value in its scope: the
-- last four digits of a phone, an id of a platform whatever its shop. It finds many.
ALTER TABLE identity.identifier
  ADD COLUMN search_index bytea CHECK (octet_length(search_index) = 16),
  ADD CHECK (search_index IS NULL OR erased_at IS NULL);
CREATE INDEX identifier_searched
  ON identity.identifier (group_id, identity_domain_id, search_index, id)
  WHERE search_index IS NOT NULL;
-- Those that were there before are sealed: a job with the keys indexes them.
CREATE INDEX identifier_to_index ON identity.identifier (group_id, id)
  WHERE search_index IS NULL
    AND sealed IS NOT NULL
    AND kind NOT IN ('email', 'omid', 'unionid', 'pos_card', 'document');
"""

CUSTOMERS = """
-- A keyed digest of the name that leads in a customer's profile, in its one spelling. It is folded
-- with the facets; whose name nobody knows has no row.
CREATE TABLE customers.searched_name (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = customer_id & 4095),
  customer_id   bigint NOT NULL,
  brand_id      bigint NOT NULL,
  search_index  bytea NOT NULL CHECK (octet_length(search_index) = 16),
  PRIMARY KEY (group_id, bucket, customer_id),
  FOREIGN KEY (group_id, bucket, customer_id)
    REFERENCES customers.customer (group_id, bucket, id)
);
CREATE INDEX searched_by_name
  ON customers.searched_name (group_id, brand_id, search_index, customer_id);
-- The names that are there are sealed: a job with the keys folds what stands under mark 0.
UPDATE customers.facet
SET trust_mark = 0
WHERE trust_mark <> 0;

-- The living customers of a brand, the newest first, for lists.
CREATE INDEX customer_living ON customers.customer (group_id, brand_id, id)
  WHERE merged_into IS NULL AND erased_at IS NULL;
"""


def upgrade() -> None:
    """Add the columns, the table and the indexes."""
    run(IDENTITY)
    run(CUSTOMERS)
    # The lake holds no personal fields, so its reader sees no blind index.
    run(
        *secure(
            "customers.searched_name",
            brand=True,
            app="SELECT, INSERT, UPDATE, DELETE",
            reader=False,
        )
    )
