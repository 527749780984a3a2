"""Pure decisions of customers: what a record changes, who wins, what is shown."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

import orjson

from huitong.channels.model import Gender, Member, MemberStatus
from huitong.customers.model import Consent, ConsentAction, CustomerStatus, Profile

SHOWN_CHARACTERS = 4
# Where sealed values stand; a value that is moved elsewhere does not open.
CARD_PLACE = "customers.card"
PROFILE_PLACE = "customers.profile"
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


def standing_told(standing: Standing, said: Sequence[Said]) -> Standing:
    """Return the standing that records make, in the order learned; the places of it stay."""
    told = replace(standing, status=CustomerStatus.ANONYMOUS, enrolled_at=None, told_at=None)
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


def profile_of(record: Member) -> Profile:
    """Return what a record says somebody is like."""
    return Profile(
        name=record.name,
        gender=record.gender,
        birthday_on=record.birthday_on,
        city=record.city,
        tags=record.tags,
        attributes=dict(record.attributes),
    )


def overlaid(under: Profile, over: Profile) -> Profile:
    """Return a profile in which `over` leads and `under` fills what it does not say."""
    said = {known.name: getattr(over, known.name) for known in fields(over)}
    return replace(under, **{name: value for name, value in said.items() if value})


def one_profile(profiles: Sequence[tuple[Profile, datetime | None]]) -> Profile:
    """Return the profile of a customer and those merged into them: the newest told leads."""
    joined = Profile()
    for profile, _ in sorted(profiles, key=_told_at):
        joined = overlaid(joined, profile)
    return joined


def consent(purpose: str, policy_version: str, action: str, occurred_at: datetime) -> Consent:
    """Return a consent as it is stored."""
    return Consent(purpose, policy_version, ConsentAction(action), occurred_at)


def packed(profile: Profile) -> bytes:
    """Return a profile as the document that is sealed."""
    return orjson.dumps(profile, option=orjson.OPT_SORT_KEYS)


def unpacked(document: bytes) -> Profile:
    """Return the profile that `packed` wrote."""
    said = orjson.loads(document)
    return Profile(
        name=said["name"],
        gender=Gender(said["gender"]) if said["gender"] else None,
        birthday_on=datetime.fromisoformat(said["birthday_on"]).date()
        if said["birthday_on"]
        else None,
        city=said["city"],
        tags=tuple(said["tags"]),
        attributes=said["attributes"],
    )


def normal_card(number: str) -> str:
    """Return the one form of a card number that all its spellings share."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def masked_name(name: str) -> str:
    """Return the first character of a name."""
    return f"{name[:1]}**"


def masked_card(number: str) -> str:
    """Return the end of a card number."""
    return f"****{number[-SHOWN_CHARACTERS:]}" if len(number) > 2 * SHOWN_CHARACTERS else "****"


def _told_at(kept: tuple[Profile, datetime | None]) -> tuple[bool, datetime]:
    _, told_at = kept
    return (told_at is not None, told_at or datetime.min.replace(tzinfo=UTC))


def _enrolled_at(
    standing: Standing, record: Member | Said, status: CustomerStatus, now: datetime
) -> datetime | None:
    told = record.enrolled_at
    if status is CustomerStatus.MEMBER and standing.enrolled_at is None:
        return told or record.updated_at or now
    return earlier(standing.enrolled_at, told)
