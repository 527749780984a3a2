"""What somebody is to a brand: what a record changes of it, and who wins."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    """What a customer is to the brand; `told_at` is the newest record that said so."""

    status: CustomerStatus = CustomerStatus.ANONYMOUS
    enrolled_at: datetime | None = None
    told_at: datetime | None = None
    store: str | None = None
    touchpoint: str | None = None
    guide: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a member record said of a customer's standing, and when it was learned."""

    status: MemberStatus
    enrolled_at: datetime | None
    updated_at: datetime | None
    recorded_at: datetime
    store: str | None = None
    touchpoint: str | None = None
    guide: str | None = None


def is_newer(told_at: datetime | None, known_at: datetime | None) -> bool:
    """Tell whether a record that says `told_at` leads over what is known; the newest wins."""
    return told_at is None or known_at is None or told_at >= known_at


def standing_after(standing: Standing, record: Member | Said, *, now: datetime) -> Standing:
    """Return what a customer is after a record; an older record fills gaps and no more."""
    newer = is_newer(record.updated_at, standing.told_at)
    status = status_after(standing.status, record.status) if newer else standing.status
    first, second = (record, standing) if newer else (standing, record)
    return Standing(
        status=status,
        enrolled_at=_enrolled_at(standing, record, status, now),
        told_at=(record.updated_at or standing.told_at) if newer else standing.told_at,
        store=first.store or second.store,
        touchpoint=standing.touchpoint or record.touchpoint,
        guide=first.guide or second.guide,
    )


def standing_told(said: Sequence[Said]) -> Standing:
    """Return the standing that records make, in the order learned."""
    told = Standing()
    for each in said:
        told = standing_after(told, each, now=each.recorded_at)
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


def _enrolled_at(
    standing: Standing, record: Member | Said, status: CustomerStatus, now: datetime
) -> datetime | None:
    told = record.enrolled_at
    if status is CustomerStatus.MEMBER and standing.enrolled_at is None:
        return told or record.updated_at or now
    return earlier(standing.enrolled_at, told)
