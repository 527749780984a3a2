"""What somebody may ask of customers: the answer tells of each, and a count of one tells too."""

from collections.abc import Collection, Mapping
from typing import Final

from huitong.platform.auth.permissions import Permission
from huitong.segments.rules.vocabulary import POINTS

# A portrait of fewer describes persons, not an audience.
DESCRIBED_MIN: Final = 10
OF_FACTS: Final[Mapping[str, Permission]] = {
    "orders": Permission.ORDERS_READ,
    "lines": Permission.ORDERS_READ,
    "refunds": Permission.ORDERS_READ,
    "signals": Permission.SIGNALS_READ,
}
OF_FIELDS: Final[Mapping[str, Permission]] = {POINTS: Permission.POINTS_READ}


def permissions_for(
    *, fields: Collection[str], facts: Collection[str], sensitive: Collection[str]
) -> frozenset[Permission]:
    """Return what somebody needs to ask for these fields and kinds of facts.

    `sensitive` are the fields of tags that not everybody with customers may see.
    """
    needed = {OF_FACTS[kind] for kind in facts if kind in OF_FACTS}
    needed |= {OF_FIELDS[field] for field in fields if field in OF_FIELDS}
    if not set(sensitive).isdisjoint(fields):
        needed.add(Permission.TAGS_SENSITIVE)
    return frozenset(needed)
