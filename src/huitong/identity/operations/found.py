"""What is known of the identifiers that a page names."""

from dataclasses import dataclass

from huitong.identity import tables
from huitong.identity.operations.mentions import PageSays
from huitong.platform.db import Tx, array, byte_array


@dataclass(slots=True)
class Found:
    """What is known of a page's identifiers, by place: their ids and whose they are."""

    ids: list[int | None]
    persons: list[int | None]
    unverified: list[int]

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
        tables.FIND_IDENTIFIERS,
        {
            "group_id": tx.scope.group_id,
            "domain_id": says.account.identity_domain_id,
            "buckets": array([each.bucket for each in says.named]),
            "digests": byte_array([each.blind_index for each in says.named]),
        },
    )
    for place, identifier_id, person_id, verified in rows:
        found.ids[place] = identifier_id
        found.persons[place] = person_id
        if not verified and says.verified[place]:
            found.unverified.append(identifier_id)
    return found


def anchor(says: PageSays, record: int) -> int:
    """Return the identifier that says most of a record: the first that proves, else the first."""
    return (says.proving[record] or says.buyers[record])[0]
