"""What colleagues call the staff who look after a customer, for whoever may know that."""

from collections.abc import Collection, Mapping

from huitong import org
from huitong.platform.db import ReadTx
from huitong.platform.seen import Seen


def staff_names(tx: ReadTx, staff_ids: Collection[int], seen: Seen) -> Mapping[int, str]:
    """Return the names of staff by id, of those whom the caller sees; who has none is left out."""
    wanted = {one for one in staff_ids if seen.everything() or one in seen.staff}
    if not wanted:
        return {}
    day = org.today(tx, now=seen.at)
    found = org.list_staff(tx, day=day, staff_ids=wanted, limit=len(wanted))
    return {one.id: one.name for one in found if one.name}
