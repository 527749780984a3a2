"""How much of people somebody may see unmasked in a day, by whichever of the ways there are.

Who looks at hundreds of people one by one takes a list with them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from huitong.platform import audit
from huitong.platform.audit import Act, Acting
from huitong.platform.db import Tx
from huitong.platform.errors import DomainError, Kind

UNMASKED_PER_DAY_MAX: Final = 100
DAY: Final = timedelta(days=1)
# A value of a customer, a record as it came, all that is held of a person: each counts once.
UNMASKING: Final = (Act.CUSTOMER_UNMASK, Act.RECORD_UNMASK, Act.PERSON_EXPORT)


@dataclass(eq=False)
class TooManyUnmasked(DomainError):
    """The caller has seen as many values as a day allows."""

    code: ClassVar[str] = "platform.too_many_unmasked"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "In 24 hours you may see {fields_max} personal values, and {asked} more would be too many:"
        " the next ones open at {opens_at}. For a list of people ask for an export."
    )
    asked: int
    opens_at: str
    fields_max: int = UNMASKED_PER_DAY_MAX


def hold_unmasking(tx: Tx, by: Acting, *, wanted: int, now: datetime) -> int:
    """Return how much more somebody may see today after as many as they want now.

    Whoever is let through records each of them in the same transaction. Two calls at once wait for
    each other, so that together they keep the limit.

    :raises TooManyUnmasked: when the caller has seen as many as a day allows.
    """
    audit.wait_for_actor(tx, by.actor())
    used, first = audit.done_since(tx, actor=by.actor(), acts=UNMASKING, since=now - DAY)
    if used + wanted > UNMASKED_PER_DAY_MAX:
        opens_at = now if first is None else first + DAY
        raise TooManyUnmasked(asked=wanted, opens_at=opens_at.isoformat(timespec="minutes"))
    return UNMASKED_PER_DAY_MAX - used - wanted
