"""The rows of drafts and of a brand's policy on them, and the named SQL on both."""

# open_drafts: how many drafts of a brand are not closed, and whether one has this name.
OPEN_DRAFTS = """
SELECT count(*), coalesce(bool_or(name = %(name)s AND id <> %(id)s), false)
FROM loyalty.programme_draft
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND state IN ('edited', 'submitted')
"""

# insert_draft: somebody starts a draft; a repeated key starts none.
INSERT_DRAFT = """
INSERT INTO loyalty.programme_draft (
  group_id, brand_id, id, name, state, revision, base_version, document, wanted_from, start_key,
  changed_by, changed_at)
VALUES (
  %(group_id)s, %(brand_id)s, %(id)s, %(name)s, 'edited', 1, %(base_version)s, %(document)s, NULL,
  %(start_key)s, %(changed_by)s, %(now)s)
ON CONFLICT (group_id, brand_id, start_key) DO NOTHING
"""

# draft_by_key: the draft that a request has started.
DRAFT_BY_KEY = """
SELECT id
FROM loyalty.programme_draft
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND start_key = %(start_key)s
"""

# drafts_of: the drafts of a brand, those that were changed last first.
DRAFTS_OF = """
SELECT
  id, brand_id, name, state, revision, base_version, document::text, wanted_from,
  published_version, changed_by, changed_at
FROM loyalty.programme_draft
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND (%(every)s OR state IN ('edited', 'submitted'))
ORDER BY changed_at DESC, id DESC
LIMIT %(limit)s
"""

# draft_of: one draft.
DRAFT_OF = """
SELECT
  id, brand_id, name, state, revision, base_version, document::text, wanted_from,
  published_version, changed_by, changed_at
FROM loyalty.programme_draft
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND id = %(id)s
"""

# lock_draft: one draft, to change it.
LOCK_DRAFT = DRAFT_OF + "FOR UPDATE\n"

# update_draft: a draft takes a step.
UPDATE_DRAFT = """
UPDATE loyalty.programme_draft
SET name = %(name)s,
    state = %(state)s,
    revision = %(revision)s,
    base_version = %(base_version)s,
    document = %(document)s,
    wanted_from = %(wanted_from)s,
    published_version = %(published_version)s,
    changed_by = %(changed_by)s,
    changed_at = %(now)s
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND id = %(id)s
"""

# insert_edit: who took which step of a draft.
INSERT_EDIT = """
INSERT INTO loyalty.programme_draft_edit (
  group_id, brand_id, draft_id, revision, step, actor, note, recorded_at)
VALUES (
  %(group_id)s, %(brand_id)s, %(draft_id)s, %(revision)s, %(step)s, %(actor)s, %(note)s, %(now)s)
"""

# edits_of: the newest steps of a draft, the last one first.
EDITS_OF = """
SELECT revision, step, actor, note, recorded_at
FROM loyalty.programme_draft_edit
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND draft_id = %(draft_id)s
ORDER BY revision DESC
LIMIT %(limit)s
"""

# editors_of: everybody whose hand is in the document of a draft.
EDITORS_OF = """
SELECT DISTINCT actor
FROM loyalty.programme_draft_edit
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND draft_id = %(draft_id)s
  AND step = ANY(%(steps)s::text[])
"""

# needs_second_person: whether a draft is not its editors' to publish. Where that was turned off, it
# holds for the drafts that were started before.
NEEDS_SECOND_PERSON = """
SELECT EXISTS (
  SELECT FROM loyalty.programme_policy AS p
  JOIN loyalty.programme_draft_edit AS e
    ON e.group_id = p.group_id
    AND e.brand_id = p.brand_id
    AND e.draft_id = %(draft_id)s
    AND e.revision = 1
  WHERE p.group_id = %(group_id)s
    AND p.brand_id = %(brand_id)s
    AND (p.four_eyes OR e.recorded_at <= p.changed_at)
)
"""

# count_submitted: how many drafts wait for approval, and since when the first of them.
COUNT_SUBMITTED = """
SELECT count(*), min(changed_at)
FROM loyalty.programme_draft
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND state = 'submitted'
"""

# policy_of: how a brand approves programmes; no row is the policy that every brand begins with.
POLICY_OF = """
SELECT four_eyes, revision, changed_by, changed_at
FROM loyalty.programme_policy
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
"""

# put_policy: a brand changes how it approves; only the revision that was read is replaced.
PUT_POLICY = """
INSERT INTO loyalty.programme_policy (
  group_id, brand_id, four_eyes, revision, changed_by, changed_at)
VALUES (%(group_id)s, %(brand_id)s, %(four_eyes)s, 1, %(actor)s, %(now)s)
ON CONFLICT (group_id, brand_id) DO UPDATE
SET four_eyes = EXCLUDED.four_eyes,
    revision = programme_policy.revision + 1,
    changed_by = EXCLUDED.changed_by,
    changed_at = EXCLUDED.changed_at
WHERE programme_policy.revision = %(expected)s
RETURNING revision
"""

# signatures_of: who put each version into effect, and when.
SIGNATURES_OF = """
SELECT version, actor, recorded_at
FROM loyalty.programme
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
"""
