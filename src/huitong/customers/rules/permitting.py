"""The pure half of the gate: what the newest statements of a family say about one use."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from huitong.customers.model import (
    ConsentAction,
    ConsentTakenBack,
    CustomerErased,
    CustomerLeaving,
    CustomerStatus,
    NotPermittedByConsent,
    Permitted,
    Purpose,
)


class Said(NamedTuple):
    """One statement as the gate sees it; `use` is a purpose, or one narrowed to a channel."""

    use: str
    policy_version: str
    action: ConsentAction
    occurred_at: datetime


class Subject(NamedTuple):
    """Whom the gate is asked about: what they are today, over every merge."""

    customer_id: int
    status: CustomerStatus
    is_erased: bool
    is_leaving: bool


def use_of(purpose: Purpose, channel: str | None) -> str:
    """Return the word under which consents to a purpose, or to one channel of it, are kept."""
    return purpose.value if channel is None else f"{purpose.value}.{channel}"


def permit(
    subject: Subject, said: Sequence[Said], *, purpose: Purpose, channel: str | None, now: datetime
) -> Permitted:
    """Return what opens the gate for one customer.

    :raises CustomerErased: when nobody is left to be reached.
    :raises CustomerLeaving: when they have left, or asked to leave; the service of a membership
        that is ending goes on until it has ended.
    :raises ConsentTakenBack: when the newest word is a no.
    :raises NotPermittedByConsent: when there never was a yes.
    """
    use = use_of(purpose, channel)
    if subject.is_erased:
        raise CustomerErased
    is_service = purpose is Purpose.SERVICE
    if subject.status is CustomerStatus.EXITED or (subject.is_leaving and not is_service):
        raise CustomerLeaving(use=use)
    known = [one for one in said if one.occurred_at <= now]
    wide = newest(known, purpose.value)
    narrow = newest(known, use) if channel is not None else wide
    # A no to one channel stands until that very channel is agreed to; a later no to all ends it.
    for word in (narrow, wide if _is_later(wide, narrow) else None):
        if word is not None and word.action is ConsentAction.WITHDRAWN:
            raise ConsentTakenBack(use=use, day=f"{word.occurred_at:%Y-%m-%d}")
    word = narrow or wide
    if word is not None:
        return Permitted(subject.customer_id, word.policy_version, word.occurred_at)
    if is_service and subject.status is CustomerStatus.MEMBER:
        return Permitted(subject.customer_id, None, None)
    raise NotPermittedByConsent(use=use)


def newest(said: Sequence[Said], use: str) -> Said | None:
    """Return the newest word on a use by the time of the world; at one instant the no leads."""
    of_use = [one for one in said if one.use == use]
    return max(of_use, key=_order, default=None)


def _order(said: Said) -> tuple[datetime, bool]:
    return said.occurred_at, said.action is ConsentAction.WITHDRAWN


def _is_later(one: Said | None, other: Said | None) -> bool:
    return one is not None and (other is None or _order(one) >= _order(other))
