"""A job is of a brand or of the group; who sees some brands sees the jobs of these only."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0038"
down_revision = "0037"

COLUMNS = """
-- Empty for what is of the whole group, which whoever sees some brands only does not see.
ALTER TABLE platform.job ADD COLUMN brand_id bigint;

UPDATE platform.job AS j
SET brand_id = brand.id
FROM org.brand
WHERE brand.group_id = j.group_id
  AND brand.code = j.arguments ->> 'brand';

UPDATE platform.job AS j
SET brand_id = upload_run.brand_id
FROM channels.upload_run
WHERE upload_run.group_id = j.group_id
  AND upload_run.job_id = j.id;

-- Two brands do not meet by their keys: neither learns what the other asked for.
ALTER TABLE platform.job DROP CONSTRAINT job_group_id_kind_key_key;
CREATE UNIQUE INDEX job_key ON platform.job (group_id, kind, key, brand_id) NULLS NOT DISTINCT;

DROP POLICY scope ON platform.job;
"""


def upgrade() -> None:
    """Add the column, tell the brands of jobs that stand, and close them to other brands."""
    run(COLUMNS, *secure("platform.job", brand=True))
