"""What is known of the identifiers that a page names."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from huitong.identity.model import PROVES_NOTHING, Standing
from huitong.identity.operations.mentions import PageSays
from huitong.identity.rules import NO_DIGEST
from huitong.identity.tables import people
from huitong.platform.db import Tx, array, byte_array

WATCHED = frozenset({Standing.CROWDED.value, Standing.REUSED.value})


@dataclass(slots=True)
class Found:
    """What is known of a page's identifiers, by place: their ids and whose they are.

    The places in `suspended` prove nothing, shared or blocked as they are; for those in `watched`
    even a longer span of known evidence may change who is one person. `digest` tells the policy.
    """

    ids: list[int | None]
    persons: list[int | None]
    unverified: list[int]
    watched: set[int] = field(default_factory=set)
    suspended: set[int] = field(default_factory=set)
    digest: str = NO_DIGEST

    def id_of(self, place: int) -> int:
        """Return the id of an identifier that is known by now."""
        known = self.ids[place]
        assert known is not None, "Every identifier of a settled page has an id."
        return known


def find_identifiers(tx: Tx, says: PageSays) -> Found:
    """Return what is known of the identifiers of a page: one statement."""
    count = len(says.named)
    found = Found(ids=[None] * count, persons=[None] * count, unverified=[])
    if not count:
        return found
    rows = tx.rows(
        people.FIND_IDENTIFIERS,
        {
            "group_id": tx.scope.group_id,
            "domain_id": says.account.identity_domain_id,
            "buckets": array([each.bucket for each in says.named]),
            "digests": byte_array([each.blind_index for each in says.named]),
        },
    )
    for place, identifier_id, person_id, verified, standing, digest in rows:
        found.digest = digest or NO_DIGEST
        if identifier_id is None:
            continue
        if standing in PROVES_NOTHING:
            found.suspended.add(place)
        elif standing in WATCHED:
            found.watched.add(place)
        found.ids[place] = identifier_id
        found.persons[place] = person_id
        if not verified and says.verified[place]:
            found.unverified.append(identifier_id)
    return found


def centre(says: PageSays, record: int) -> int:
    """Return the identifier that the evidence of a record starts from: the one that says most.

    A phone that turns out to be everybody's takes with it what hangs on it, so it comes late.
    """
    proving = says.proving[record]
    return _strongest(says, proving) if proving else says.buyers[record][0]


def anchor(says: PageSays, found: Found, record: int) -> int:
    """Return the identifier that a record came with: the strongest that still proves anything."""
    places = says.buyers[record]
    proving = [place for place in says.proving[record] if place not in found.suspended]
    if proving:
        return _strongest(says, proving)
    return next((place for place in places if place not in found.suspended), places[0])


def _strongest(says: PageSays, places: Sequence[int]) -> int:
    if len(places) == 1:
        return places[0]
    priority = says.policy.priority
    return min(places, key=lambda place: (priority[says.named[place].kind], places.index(place)))
