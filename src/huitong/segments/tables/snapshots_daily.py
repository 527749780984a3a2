"""SQL of the end of old snapshots."""

# drop_parts: the sets of days that are kept no longer.
DROP_PARTS = """
DELETE FROM segments.snapshot_part
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND taken_on < %(before)s
"""

# drop_snapshots: the days themselves.
DROP_SNAPSHOTS = """
DELETE FROM segments.snapshot
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND taken_on < %(before)s
"""
