"""What somebody is like: which of many statements leads for each field, sealed and shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime

import orjson

from huitong.channels.model import Gender, Member
from huitong.customers.model import Profile

# Where the sealed value stands; one that is moved elsewhere does not open.
PROFILE_PLACE = "customers.profile"
# What a person of the brand corrected by hand leads over every source.
MANUAL = "manual"
FIELDS = tuple(known.name for known in fields(Profile))

# How far a brand trusts a source for a field; whatever is not there has rank 0.
Trust = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source said somebody is like; `cleared` are fields it says to be unknown."""

    id: int
    customer_id: int
    identifier_id: int | None
    source: str
    told_at: datetime
    recorded_at: datetime
    profile: Profile
    cleared: tuple[str, ...] = ()
    actor: str | None = None
    reason: str | None = None
    is_current: bool = field(default=True, compare=False)

    def says(self) -> frozenset[str]:
        """Return the fields that the statement says something of."""
        said = {name for name in FIELDS if getattr(self.profile, name)}
        return frozenset(said | set(self.cleared))


def surviving(statements: Iterable[Statement], trust: Trust) -> Profile:
    """Return the profile that statements make: the most trusted source leads, then the newest."""
    known = list(statements)
    leaders = leading(known, trust)
    values = {
        name: getattr(leader.profile, name)
        for name, leader in leaders.items()
        if name not in leader.cleared
    }
    if "attributes" in values:
        values["attributes"] = _attributes(known, trust)
    return Profile(**values)


def leading(statements: Iterable[Statement], trust: Trust) -> dict[str, Statement]:
    """Return which statement leads for each field that anybody said something of."""
    leaders: dict[str, Statement] = {}
    known = list(statements)
    for name in FIELDS:
        said = [one for one in known if name in one.says()]
        if said:
            leaders[name] = max(said, key=lambda one: _weight(one, name, trust))
    return leaders


def repeated(statement: Statement, before: Sequence[Statement]) -> int | None:
    """Return where the same source said the very same before, under the same identifier."""
    for one in before:
        is_same = (one.profile, one.cleared) == (statement.profile, statement.cleared)
        if is_same and _origin(one) == _origin(statement) and one.told_at >= statement.told_at:
            return one.id
    return None


def superseded(statement: Statement, before: Sequence[Statement]) -> list[int]:
    """Return the older statements of the same origin of which the new one leaves nothing."""
    named = statement.profile.attributes.keys()
    return [
        one.id
        for one in before
        if _origin(one) == _origin(statement)
        and one.told_at <= statement.told_at
        and one.says() <= statement.says()
        and (one.profile.attributes.keys() <= named or "attributes" in statement.cleared)
    ]


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


def packed(profile: Profile, cleared: Sequence[str] = ()) -> bytes:
    """Return what a statement says as the document that is sealed."""
    document = asdict(profile) | {"cleared": list(cleared)}
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def unpacked(document: bytes) -> tuple[Profile, tuple[str, ...]]:
    """Return what `packed` wrote."""
    said = orjson.loads(document)
    profile = Profile(
        name=said["name"],
        gender=Gender(said["gender"]) if said["gender"] else None,
        birthday_on=datetime.fromisoformat(said["birthday_on"]).date()
        if said["birthday_on"]
        else None,
        city=said["city"],
        tags=tuple(said["tags"]),
        attributes=said["attributes"],
    )
    return profile, tuple(said.get("cleared", ()))


def masked_name(name: str) -> str:
    """Return the first character of a name."""
    return f"{name[:1]}**"


def _attributes(statements: Sequence[Statement], trust: Trust) -> dict[str, str]:
    """Return free attributes key by key: one source names some, another one others."""
    joined: dict[str, str] = {}
    for one in sorted(statements, key=lambda one: _weight(one, "attributes", trust)):
        if "attributes" in one.cleared:
            joined.clear()
        joined |= one.profile.attributes
    return joined


def _weight(one: Statement, name: str, trust: Trust) -> tuple[bool, int, datetime, datetime, int]:
    rank = trust.get((name, one.source), 0)
    return one.source == MANUAL, rank, one.told_at, one.recorded_at, one.id


def _origin(one: Statement) -> tuple[str, int | None]:
    return one.source, one.identifier_id
