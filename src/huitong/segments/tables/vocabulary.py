"""SQL of the words of a brand: by what they are recognised as the same."""

# mark_of_words: what differs as soon as a tag, a segment or the words of either do. Versions alone
# would not do: a transaction that was undone has used one, too. Words come with refreshes.
MARK_OF_WORDS = """
SELECT
  (SELECT bit_xor(hashtextextended(concat_ws('/', code, version, is_archived, xmin), 0))
   FROM segments.tag
   WHERE group_id = %(group_id)s
     AND brand_id = %(brand_id)s),
  (SELECT bit_xor(hashtextextended(concat_ws('/', code, version, xmin), 0))
   FROM segments.tag_pack
   WHERE group_id = %(group_id)s
     AND brand_id = %(brand_id)s),
  (SELECT bit_xor(hashtextextended(concat_ws('/', code, version, is_archived, xmin), 0))
   FROM segments.segment
   WHERE group_id = %(group_id)s
     AND brand_id = %(brand_id)s),
  (SELECT concat_ws('/', version, xmin)
   FROM segments.tag_refresh
   WHERE group_id = %(group_id)s
     AND brand_id = %(brand_id)s
   ORDER BY version DESC
   LIMIT 1),
  (SELECT bit_xor(hashtextextended(concat_ws('/', code, refresh, xmin), 0))
   FROM (
     SELECT DISTINCT ON (code) code, refresh, xmin
     FROM segments.model_refresh
     WHERE group_id = %(group_id)s
       AND brand_id = %(brand_id)s
     ORDER BY code, refresh DESC
   ) AS newest)
"""
