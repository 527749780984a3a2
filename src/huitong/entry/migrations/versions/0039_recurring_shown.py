"""How what recurs for a whole group went last, for those who see some of its brands only."""

from huitong.entry.migrate import run

revision = "0039"
down_revision = "0038"

SCHEMA = """
-- Such a run is of the group, so the policy hides it from whoever sees some brands. They may know
-- how it stands and since when: no number, argument or error of it, which may be of other brands.
CREATE FUNCTION platform.latest_recurring(wanted text[])
RETURNS TABLE (kind text, state text, recorded_at timestamptz, finished_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$
  SELECT latest.kind, latest.state, latest.recorded_at, latest.finished_at
  FROM unnest(wanted) AS asked(kind)
  CROSS JOIN LATERAL (
    SELECT j.kind, j.state, j.recorded_at, j.finished_at
    FROM platform.job AS j
    WHERE j.group_id = NULLIF(current_setting('huitong.group_id', true), '')::bigint
      AND j.kind = asked.kind
      AND j.brand_id IS NULL
      AND j.asked_by IS NULL
    ORDER BY j.id DESC
    LIMIT 1
  ) AS latest
$$;
REVOKE ALL ON FUNCTION platform.latest_recurring(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.latest_recurring(text[]) TO huitong_app;
"""


def upgrade() -> None:
    """Add the function."""
    run(SCHEMA)
