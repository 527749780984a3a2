"""SQL of the tags: definitions as they count, words, what was given, refreshes."""

from huitong.platform.db import Shape

WORD = Shape("segments_word", {"field": "text", "number": "integer", "text": "text"})
GIVEN = Shape(
    "segments_given",
    {
        "bucket": "smallint",
        "id": "bigint",
        "customer_id": "bigint",
        "tag": "text",
        "value": "text",
        "valid_from": "date",
        "valid_until": "date",
    },
)

# list_packs: what a brand's tags are made from.
LIST_PACKS = """
SELECT document
FROM segments.tag_pack
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY installed_at, code
"""

# list_tags: a brand's definitions.
LIST_TAGS = """
SELECT document
FROM segments.tag
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND NOT is_archived
ORDER BY code
"""

# list_words: the number of every word.
LIST_WORDS = """
SELECT field, number, text
FROM segments.tag_word
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
"""

# put_words: new words with their numbers; one refresh of a brand at a time does this.
PUT_WORDS = """
INSERT INTO segments.tag_word (group_id, brand_id, field, number, text)
SELECT %(group_id)s, %(brand_id)s, field, number, text
FROM {incoming}
"""

# lock_brand: one refresh of a brand at a time.
LOCK_BRAND = """
SELECT last_version
FROM segments.numbering
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
FOR UPDATE
"""

# give: what somebody says of customers; what the same tag said before is taken back by them.
GIVE = """
INSERT INTO segments.tag_given
  (group_id, bucket, id, brand_id, customer_id, tag, value, source, given_by, valid_from,
   valid_until, recorded_at)
SELECT %(group_id)s, bucket, id, %(brand_id)s, customer_id, tag, value, %(source)s, %(actor)s,
       valid_from, valid_until, %(now)s
FROM {incoming}
"""

# withdraw: what stands of a tag for customers: one value of it, or without a value all of it.
WITHDRAW = """
UPDATE segments.tag_given AS given
SET withdrawn_at = %(now)s,
    withdrawn_by = %(actor)s
FROM unnest(%(buckets)s::smallint[], %(customer_ids)s::bigint[], %(values)s::text[])
  AS wanted (bucket, customer_id, value)
WHERE given.group_id = %(group_id)s
  AND given.brand_id = %(brand_id)s
  AND given.bucket = wanted.bucket
  AND given.customer_id = wanted.customer_id
  AND given.tag = %(tag)s
  AND (wanted.value IS NULL OR given.value = wanted.value)
  AND given.withdrawn_at IS NULL
"""

# find_people: of whom something is to be said: which brand's they are, and whether they live.
FIND_PEOPLE = """
SELECT customer.id, customer.brand_id, customer.merged_into, customer.is_erased
FROM customers.v_customer AS customer
JOIN unnest(%(buckets)s::smallint[], %(customer_ids)s::bigint[]) AS wanted (bucket, id)
  ON wanted.bucket = customer.bucket
  AND wanted.id = customer.id
WHERE customer.group_id = %(group_id)s
"""

# given_to_one: what stands of a customer, the latest last.
GIVEN_TO_ONE = """
SELECT tag, value, valid_from, valid_until, source, given_by, recorded_at
FROM segments.tag_given
WHERE group_id = %(group_id)s
  AND bucket = %(bucket)s
  AND customer_id = %(customer_id)s
  AND brand_id = %(brand_id)s
  AND withdrawn_at IS NULL
  AND (valid_until IS NULL OR valid_until > %(today)s)
ORDER BY id
"""

# forget_given: what was said of erased customers.
FORGET_GIVEN = """
DELETE FROM segments.tag_given AS given
USING unnest(%(buckets)s::smallint[], %(customer_ids)s::bigint[]) AS gone (bucket, customer_id)
WHERE given.group_id = %(group_id)s
  AND given.bucket = gone.bucket
  AND given.customer_id = gone.customer_id
"""

# list_given: what stands now or will, the latest last.
LIST_GIVEN = """
SELECT id, customer_id, tag, value, valid_from, valid_until, source, given_by, recorded_at
FROM segments.tag_given
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND withdrawn_at IS NULL
  AND (valid_until IS NULL OR valid_until > %(today)s)
ORDER BY id
"""

# put_refresh: a refresh that is published in this transaction.
PUT_REFRESH = """
INSERT INTO segments.tag_refresh
  (group_id, brand_id, version, lake_version, as_of, kind, definitions, state, customers, computed,
   changed, finished_at)
VALUES
  (%(group_id)s, %(brand_id)s, %(version)s, %(lake_version)s, %(as_of)s, %(kind)s,
   %(definitions)s, %(state)s, %(customers)s, %(computed)s, %(changed)s, %(now)s)
"""

# count_values: how many customers each value of each tag has, as a version of the bitmaps sees it.
COUNT_VALUES = """
INSERT INTO segments.tag_count (group_id, brand_id, version, tag, number, customers)
SELECT %(group_id)s, %(brand_id)s, %(version)s, field, code, sum(size)
FROM (
  SELECT DISTINCT ON (field, code, shard) field, code, shard, size
  FROM segments.bitmap
  WHERE group_id = %(group_id)s
    AND brand_id = %(brand_id)s
    AND field = ANY(%(tags)s::text[])
    AND version <= %(version)s
  ORDER BY field, code, shard, version DESC
) AS seen
WHERE size > 0
GROUP BY field, code
"""

# last_refresh: the newest published one.
LAST_REFRESH = """
SELECT version, lake_version, as_of, kind, definitions, customers, computed, changed, finished_at
FROM segments.tag_refresh
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY version DESC
LIMIT 1
"""

# refreshed_values: the listed values of tags as of the newest refresh.
REFRESHED_VALUES = """
SELECT state -> 'values'
FROM segments.tag_refresh
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY version DESC
LIMIT 1
"""

# state_of_refresh: which files hold it.
STATE_OF_REFRESH = """
SELECT state
FROM segments.tag_refresh
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND version = %(version)s
"""

# list_counts: how many customers each value has, as of a refresh.
LIST_COUNTS = """
SELECT tag, number, customers
FROM segments.tag_count
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND version = %(version)s
ORDER BY tag, number
"""

# list_refreshes: the trend of a tag, the latest refresh first.
LIST_REFRESHES = """
SELECT refresh.version, refresh.as_of, counted.number, counted.customers
FROM segments.tag_refresh AS refresh
JOIN segments.tag_count AS counted
  ON counted.group_id = refresh.group_id
  AND counted.brand_id = refresh.brand_id
  AND counted.version = refresh.version
WHERE refresh.group_id = %(group_id)s
  AND refresh.brand_id = %(brand_id)s
  AND counted.tag = %(tag)s
ORDER BY refresh.version DESC, counted.number
LIMIT %(limit)s
"""

# kept_refreshes: the newest ones, whose files stay.
KEPT_REFRESHES = """
SELECT version, state
FROM segments.tag_refresh
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY version DESC
LIMIT %(limit)s
"""
