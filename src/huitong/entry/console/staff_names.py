"""What colleagues call the staff who look after a customer, for whoever may know that."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from huitong import org
from huitong.platform.db import ReadTx
from huitong.platform.seen import Seen


class Called(NamedTuple):
    """What somebody of the staff is called; `name` is None for who does not see them."""

    code: str
    name: str | None


def staff_called(tx: ReadTx, staff_ids: Collection[int], seen: Seen) -> Mapping[int, Called]:
    """Return the codes of staff by id, and the names of those whom the caller sees."""
    if not staff_ids:
        return {}
    return {
        one: Called(code, name if seen.everything() or one in seen.staff else None)
        for one, (code, name) in org.staff_called(tx, staff_ids=staff_ids, now=seen.at).items()
    }
