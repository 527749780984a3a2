"""What models fill is kept under “models.”, so that no tag ever takes the name of one."""

from huitong.entry.migrate import run

revision = "0024"
down_revision = "0023"

# A model's fields are its code, or begin with it; a tag of the same name stays a tag.
RENAME = """
UPDATE segments.bitmap AS part
SET field = 'models.' || part.field
FROM (
  SELECT DISTINCT group_id, brand_id, code
  FROM segments.model_refresh
) AS model
WHERE model.group_id = part.group_id
  AND model.brand_id = part.brand_id
  AND (part.field = model.code OR starts_with(part.field, model.code || '_'))
  AND NOT EXISTS (
    SELECT 1
    FROM segments.tag
    WHERE tag.group_id = part.group_id
      AND tag.brand_id = part.brand_id
      AND tag.code = part.field);
"""


def upgrade() -> None:
    """Rename the fields."""
    run(RENAME)
