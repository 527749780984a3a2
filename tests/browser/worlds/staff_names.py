"""What the staff of the world are called; one of them has no name, as in real lists of staff."""

from collections.abc import Mapping
from datetime import datetime

from huitong import org
from huitong.org.model import StaffEntered
from huitong.platform.db import Tx
from huitong.platform.errors import Ok

STAFF_NAMES: Mapping[str, str] = {"g-01": "何苗", "g-02": "石磊"}


def enter(tx: Tx, *, now: datetime) -> None:
    """Name the staff that are there already."""
    named = [StaffEntered(code, name) for code, name in STAFF_NAMES.items()]
    results = org.enter_staff(tx, named, now=now)
    assert all(isinstance(one, Ok) for one in results), results
