"""Whose hands act: who of the staff stands behind a user, under whatever other name too.

Four eyes are those of two people, not of two accounts; and nobody decides about their own card.
"""

from collections.abc import Collection, Mapping

from huitong.platform import ids
from huitong.platform.auth.callers import GUIDE_PREFIX, USER_PREFIX
from huitong.platform.db import ReadTx, Tx, array

# Who of the staff some users are; users who are nobody of the staff are left out.
STAFF_OF_USERS = """
SELECT id, staff_id
FROM platform.console_user
WHERE group_id = %(group_id)s
  AND id = ANY (%(user_ids)s::bigint[])
  AND staff_id IS NOT NULL
"""

# Every user who is somebody of the staff.
USERS_OF_STAFF = """
SELECT id
FROM platform.console_user
WHERE group_id = %(group_id)s
  AND staff_id = %(staff_id)s
"""

# Who of the staff a user is from now on.
LINK = """
UPDATE platform.console_user
SET staff_id = %(staff_id)s, version = version + 1
WHERE group_id = %(group_id)s
  AND id = %(id)s
"""


def link_staff(tx: Tx, *, user_id: int, staff_id: int | None) -> None:
    """Note who of the staff a user is, if anybody; who may do so is decided elsewhere."""
    tx.execute(LINK, {"group_id": tx.scope.group_id, "id": user_id, "staff_id": staff_id})


def staff_behind(tx: ReadTx, actors: Collection[str]) -> Mapping[str, int]:
    """Return who of the staff stands behind actors, as journals keep them; others are left out."""
    behind = {one: ids.read(GUIDE_PREFIX, one) for one in actors if _is(GUIDE_PREFIX, one)}
    users = {ids.read(USER_PREFIX, one): one for one in actors if _is(USER_PREFIX, one)}
    if users:
        params = {"group_id": tx.scope.group_id, "user_ids": array(sorted(users))}
        rows = tx.rows(STAFF_OF_USERS, params)
        behind |= {users[user_id]: staff_id for user_id, staff_id in rows}
    return behind


def hands_of(tx: ReadTx, actor: str) -> frozenset[str]:
    """Return the actor and every other account of the same person of the staff."""
    staff_id = staff_behind(tx, [actor]).get(actor)
    if staff_id is None:
        return frozenset({actor})
    params = {"group_id": tx.scope.group_id, "staff_id": staff_id}
    users = [ids.show(USER_PREFIX, user_id) for (user_id,) in tx.rows(USERS_OF_STAFF, params)]
    return frozenset({actor, ids.show(GUIDE_PREFIX, staff_id), *users})


def _is(prefix: str, actor: str) -> bool:
    try:
        ids.read(prefix, actor)
    except ids.WrongId:
        return False
    return True
