"""What an erasure needs to find every text and to empty what people wrote; who enrolled whom."""

from huitong.entry.migrate import run

revision = "0016"
down_revision = "0015"

TOLD = """
-- A record may tell of a customer and say nothing of their standing: an opening of a relation or a
-- consent. Its text is found by this row.
ALTER TABLE customers.told ALTER COLUMN status DROP NOT NULL;
INSERT INTO customers.told
  (group_id, bucket, customer_id, record_id, brand_id, identifier_id, recorded_at)
SELECT consent.group_id, consent.bucket, consent.customer_id, substr(consent.key, 9)::bigint,
       consent.brand_id, coalesce(consent.identifier_id, 0), consent.recorded_at
FROM customers.consent
WHERE consent.key ~ '^opening:[0-9]{1,18}$'
UNION ALL
SELECT relation.group_id, relation.bucket, relation.customer_id, substr(request.key, 9)::bigint,
       relation.brand_id, coalesce(relation.origin_identifier_id, 0), request.recorded_at
FROM customers.request
JOIN customers.relation
  ON relation.group_id = request.group_id
  AND relation.id = (request.answer ->> 'relation_id')::bigint
WHERE request.verb = 'relate'
  AND request.key ~ '^opening:[0-9]{1,18}$'
ON CONFLICT (group_id, bucket, customer_id, record_id) DO NOTHING;
"""

UNAPPLIED = """
-- What was never applied, page by page: nothing but its text leads from a person to it.
CREATE INDEX record_unapplied ON channels.record (group_id, body_id, body_place)
  WHERE state <> 'applied';
-- The version named a person who was erased: its text goes as well when it is told once more.
ALTER TABLE channels.record ADD COLUMN is_erased boolean NOT NULL DEFAULT false;
"""

WRITTEN_BY_PEOPLE = """
-- What somebody wrote beside a fix or a decision may name the person; an erasure empties it.
ALTER TABLE channels.fix DROP CONSTRAINT fix_reason_check;
GRANT UPDATE ON channels.fix TO huitong_app, huitong_worker;
GRANT UPDATE ON identity.carving TO huitong_app, huitong_worker;
GRANT UPDATE ON identity.undoing TO huitong_app, huitong_worker;
"""

ACTORS = """
-- Who asked; what came before told nobody.
ALTER TABLE customers.request ADD COLUMN actor text;
"""


def upgrade() -> None:
    """Loosen the columns, bring up what came before, and add the indexes and the grants."""
    run(TOLD, UNAPPLIED, WRITTEN_BY_PEOPLE, ACTORS)
