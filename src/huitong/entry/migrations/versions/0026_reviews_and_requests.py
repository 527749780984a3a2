"""What those who look after identity and rights need: reviews put off, journals by time, terms."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0026"
down_revision = "0025"

REVIEWS = """
-- A review that is put off stays open and waits again from that day on.
ALTER TABLE identity.review
  ADD COLUMN postponed_until timestamptz,
  ADD COLUMN postponed_by text CHECK (postponed_by <> ''),
  ADD COLUMN postponed_reason text,
  ADD CONSTRAINT review_postponement CHECK (
    (postponed_until IS NULL) = (postponed_by IS NULL)
    AND (postponed_until IS NULL) = (postponed_reason IS NULL));
CREATE INDEX review_in_state ON identity.review (group_id, state, id);

-- Why two were parted stands beside who parted them; the journals are read by time.
ALTER TABLE identity.merge ADD COLUMN split_reason text;
CREATE INDEX merge_by_time ON identity.merge (group_id, id);
CREATE INDEX carving_by_time ON identity.carving (group_id, id);
CREATE INDEX undoing_by_time ON identity.undoing (group_id, id);
"""

REQUESTS = """
-- What a person asked of us under the law, and until when they must have an answer. Exits stand in
-- `exit_request`, which has a term of its own. No words of the person are kept.
CREATE TABLE customers.right_request (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket = id & 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  customer_id   bigint NOT NULL CHECK (customer_id & 4095 = bucket),
  kind          text NOT NULL CHECK (kind IN ('export', 'correct', 'erase')),
  origin        text NOT NULL CHECK (origin IN ('phone', 'store', 'online', 'letter')),
  state         text NOT NULL CHECK (state IN ('open', 'done', 'refused', 'withdrawn')),
  key           text NOT NULL,
  received_at   timestamptz NOT NULL,
  due_at        timestamptz NOT NULL,
  opened_by     text NOT NULL CHECK (opened_by <> ''),
  closed_at     timestamptz,
  closed_by     text CHECK (closed_by <> ''),
  reason        text,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, customer_id, key),
  FOREIGN KEY (group_id, bucket, customer_id)
    REFERENCES customers.customer (group_id, bucket, id),
  CHECK ((state = 'open') = (closed_at IS NULL)),
  CHECK ((state = 'open') = (closed_by IS NULL)),
  CHECK (due_at >= received_at)
);
CREATE UNIQUE INDEX right_request_open ON customers.right_request
  (group_id, bucket, customer_id, kind) WHERE state = 'open';
CREATE INDEX right_request_due ON customers.right_request (group_id, brand_id, due_at, id)
  WHERE state = 'open';
CREATE INDEX right_request_closed ON customers.right_request (group_id, brand_id, closed_at, id)
  WHERE state <> 'open';
CREATE INDEX exit_of_brand ON customers.exit_request (group_id, brand_id, due_at, id)
  WHERE state = 'requested';
CREATE INDEX exit_ended ON customers.exit_request (group_id, brand_id, ended_at, id)
  WHERE state <> 'requested';
"""


def upgrade() -> None:
    """Add the columns, the table with its policy, and the indexes."""
    run(REVIEWS, REQUESTS)
    run(*secure("customers.right_request", brand=True))
