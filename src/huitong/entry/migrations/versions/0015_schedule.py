"""What makes work recur: the worker learns which groups there are, and may forget what is done."""

from huitong.entry.migrate import run

revision = "0015"
down_revision = "0014"

SCHEMA = """
-- The worker serves every group and row-level security shows it none, so it may ask for their ids.
CREATE FUNCTION org.all_group_ids() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$ SELECT g.group_id FROM org.retail_group AS g ORDER BY g.group_id $$;
REVOKE ALL ON FUNCTION org.all_group_ids() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION org.all_group_ids() TO huitong_worker;

GRANT DELETE ON platform.job, platform.outbox TO huitong_worker;
CREATE INDEX job_ended ON platform.job (group_id, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX outbox_delivered ON platform.outbox (group_id, delivered_at)
  WHERE delivered_at IS NOT NULL;
"""


def upgrade() -> None:
    """Add the function, the grants and the indexes."""
    run(SCHEMA)
