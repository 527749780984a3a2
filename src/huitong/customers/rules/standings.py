"""What somebody is to a brand: what a record changes of it, and who wins."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from huitong.channels.model import Member, MemberStatus
from huitong.customers.model import CustomerStatus

_RANK = {
    CustomerStatus.ANONYMOUS: 0,
    CustomerStatus.FAN: 1,
    CustomerStatus.EXITED: 2,
    CustomerStatus.MEMBER: 3,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a customer is to the brand; `told_at` is the newest record that said so.

    `left_at` is when they last ended their membership themselves, whatever they are now.
    """

    status: CustomerStatus = CustomerStatus.ANONYMOUS
    enrolled_at: datetime | None = None
    told_at: datetime | None = None
    store: str | None = None
    touchpoint: str | None = None
    guide: str | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a member record said of a customer's standing, and when it was learned.

    `left` says that it was no record: the customer ended their membership at `updated_at`.
    """

    status: MemberStatus
    enrolled_at: datetime | None
    updated_at: datetime | None
    recorded_at: datetime
    store: str | None = None
    touchpoint: str | None = None
    guide: str | None = None
    left: bool = False


def is_newer(told_at: datetime | None, known_at: datetime | None) -> bool:
    """Tell whether a record that says `told_at` leads over what is known; the newest wins."""
    return told_at is None or known_at is None or told_at >= known_at


def standing_after(standing: Standing, record: Member | Said, *, now: datetime) -> Standing:
    """Return what a customer is after a record; an older record fills gaps and no more.

    Leaving is the person's own decision: of who has left, only an enrolment after that makes a
    member again, however new the record is that still tells of the old membership.
    """
    newer = is_newer(record.updated_at, standing.told_at)
    counts = not _tells_what_ended(standing, record)
    status = status_after(standing.status, record.status) if newer and counts else standing.status
    first, second = (record, standing) if newer else (standing, record)
    return Standing(
        status=status,
        enrolled_at=_enrolled_at(standing, record, status, now) if counts else standing.enrolled_at,
        told_at=(record.updated_at or standing.told_at) if newer else standing.told_at,
        store=first.store or second.store,
        touchpoint=standing.touchpoint or record.touchpoint,
        guide=first.guide or second.guide,
        left_at=standing.left_at,
    )


def standing_told(said: Sequence[Said]) -> Standing:
    """Return the standing that records make, in the order learned."""
    told = Standing()
    for each in said:
        told = _left(told, each) if each.left else standing_after(told, each, now=each.recorded_at)
    return told


def status_after(status: CustomerStatus, told: MemberStatus) -> CustomerStatus:
    """Return what somebody is after a source said so; being a fan somewhere ends no membership."""
    if told is MemberStatus.FAN and status is not CustomerStatus.ANONYMOUS:
        return status
    return CustomerStatus(told.value)


def higher(one: CustomerStatus, other: CustomerStatus) -> CustomerStatus:
    """Return what two customers are who turn out to be one."""
    return max(one, other, key=_RANK.__getitem__)


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two instants of which either may be missing."""
    known = [instant for instant in (one, other) if instant is not None]
    return min(known, default=None)


def _left(standing: Standing, exit_: Said) -> Standing:
    return replace(
        standing,
        status=CustomerStatus.EXITED,
        enrolled_at=None,
        told_at=exit_.updated_at,
        left_at=exit_.updated_at,
    )


def _tells_what_ended(standing: Standing, record: Member | Said) -> bool:
    """Tell whether a record says that somebody is a member whose membership has ended since."""
    if record.status is not MemberStatus.MEMBER:
        return False
    if standing.left_at is not None:
        return record.enrolled_at is None or record.enrolled_at <= standing.left_at
    # A source said that they left, at an instant; what bears none may be from before it.
    if standing.status is not CustomerStatus.EXITED or standing.told_at is None:
        return False
    return record.updated_at is None and not (
        record.enrolled_at and record.enrolled_at > standing.told_at
    )


def _enrolled_at(
    standing: Standing, record: Member | Said, status: CustomerStatus, now: datetime
) -> datetime | None:
    told = record.enrolled_at
    if status is CustomerStatus.MEMBER and standing.enrolled_at is None:
        return told or record.updated_at or now
    return earlier(standing.enrolled_at, told)
