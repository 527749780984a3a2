"""SQL of stored models: documents in versions, what was fitted by them, refreshes."""

# newest_versions: the document in effect of each model, or of one.
NEWEST_VERSIONS = """
SELECT DISTINCT ON (code) code, kind, version, document, put_by, put_at
FROM segments.model_version
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND (%(code)s::text IS NULL OR code = %(code)s)
ORDER BY code, version DESC
"""

# list_versions: every document that a model had, the newest first.
LIST_VERSIONS = """
SELECT code, kind, version, document, put_by, put_at
FROM segments.model_version
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND code = %(code)s
ORDER BY version DESC
"""

# insert_version: the next document, unless somebody else was quicker.
INSERT_VERSION = """
INSERT INTO segments.model_version
  (group_id, brand_id, code, version, kind, document, put_by, put_at)
VALUES
  (%(group_id)s, %(brand_id)s, %(code)s, %(version)s, %(kind)s, %(document)s, %(actor)s, %(now)s)
ON CONFLICT (group_id, brand_id, code, version) DO NOTHING
"""

# newest_fit: what customers are scored by: the newest that was taken by a version of the document.
NEWEST_FIT = """
SELECT code, fit, model_version, fitted, taken_on, lake_version, taken_by, taken_at
FROM segments.model_fit
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND code = %(code)s
  AND model_version = %(model_version)s
ORDER BY fit DESC
LIMIT 1
"""

# find_fit: one fit by its number.
FIND_FIT = """
SELECT code, fit, model_version, fitted, taken_on, lake_version, taken_by, taken_at
FROM segments.model_fit
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND code = %(code)s
  AND fit = %(fit)s
"""

# last_fit: how many fits of a model there are.
LAST_FIT = """
SELECT coalesce(max(fit), 0)
FROM segments.model_fit
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND code = %(code)s
"""

# insert_fit: the next fit, unless somebody else was quicker.
INSERT_FIT = """
INSERT INTO segments.model_fit
  (group_id, brand_id, code, fit, model_version, fitted, taken_on, lake_version, taken_by, taken_at)
VALUES
  (%(group_id)s, %(brand_id)s, %(code)s, %(fit)s, %(model_version)s, %(fitted)s, %(taken_on)s,
   %(lake_version)s, %(actor)s, %(now)s)
ON CONFLICT (group_id, brand_id, code, fit) DO NOTHING
"""

# newest_refreshes: what each model computed last.
NEWEST_REFRESHES = """
SELECT DISTINCT ON (code)
  code, refresh, kind, model_version, fit, lake_version, on_day, ordinals, evaluated, is_full,
  files, summary, refreshed_at
FROM segments.model_refresh
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND (%(code)s::text IS NULL OR code = %(code)s)
ORDER BY code, refresh DESC
"""

# published_versions: the document by which each model computed what it published last.
PUBLISHED_VERSIONS = """
SELECT DISTINCT ON (published.code)
  published.code, known.kind, known.version, known.document, known.put_by, known.put_at
FROM segments.model_refresh AS published
JOIN segments.model_version AS known
  ON known.group_id = published.group_id
  AND known.brand_id = published.brand_id
  AND known.code = published.code
  AND known.version = published.model_version
WHERE published.group_id = %(group_id)s
  AND published.brand_id = %(brand_id)s
ORDER BY published.code, published.refresh DESC
"""

# insert_refresh: a refresh, in the transaction that publishes its bitmaps.
INSERT_REFRESH = """
INSERT INTO segments.model_refresh
  (group_id, brand_id, code, refresh, kind, model_version, fit, lake_version, on_day, ordinals,
   evaluated, is_full, files, summary, refreshed_at)
VALUES
  (%(group_id)s, %(brand_id)s, %(code)s, %(refresh)s, %(kind)s, %(model_version)s, %(fit)s,
   %(lake_version)s, %(on_day)s, %(ordinals)s, %(evaluated)s, %(is_full)s, %(files)s, %(summary)s,
   %(now)s)
"""

# shards_touched: where any of some fields was written after a version, up to another one.
SHARDS_TOUCHED = """
SELECT DISTINCT shard
FROM segments.bitmap
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND field = ANY(%(fields)s::text[])
  AND version > %(since)s
  AND version <= %(version)s
"""

# copy_ordinals: the place of every customer of a brand, in PostgreSQL's binary form.
COPY_ORDINALS = """
COPY (
  SELECT customer_id, ordinal
  FROM segments.ordinal
  WHERE group_id = %(group_id)s
    AND brand_id = %(brand_id)s
) TO STDOUT (FORMAT binary)
"""
