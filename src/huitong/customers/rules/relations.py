"""Which relations of one customer stand beside each other, before and after a merge."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

ALWAYS = datetime.max.replace(tzinfo=UTC)
BOUND = "bound"


@dataclass(frozen=True, slots=True)
class Standing:
    """A relation as far as its place beside others goes; `slot` holds one at a time."""

    id: int
    customer_id: int
    slot: str
    staff_id: int | None
    store_id: int | None
    valid_from: datetime
    valid_until: datetime | None
    lock_until: datetime | None
    origin_customer_id: int
    origin_identifier_id: int | None
    ended_by: int | None
    planned_until: datetime | None
    shadowed_by: int | None

    def overlaps(self, other: "Standing") -> bool:
        """Tell whether both stand at some instant in the same slot."""
        return (
            self.slot == other.slot
            and self.valid_from < (other.valid_until or ALWAYS)
            and other.valid_from < (self.valid_until or ALWAYS)
        )

    def stands_at(self, instant: datetime) -> bool:
        """Tell whether it counts at an instant."""
        in_time = self.valid_from <= instant < (self.valid_until or ALWAYS)
        return self.shadowed_by is None and in_time


def slot_of(kind: str, staff_id: int | None, store_id: int | None) -> str:
    """Return what only one relation may fill at a time, as the database says it too."""
    if kind == BOUND and staff_id is not None:
        return BOUND
    return f"{kind}:{staff_id or 0}:{store_id or 0}"


def merged(
    relations: Iterable[Standing], *, target_id: int, merge_id: int, now: datetime
) -> list[Standing]:
    """Return the relations of two customers who became one, those that cannot stand shadowed.

    A protected one leads, then one that still stands, then the older.
    """
    kept: defaultdict[str, list[Standing]] = defaultdict(list)
    placed = []
    for one in sorted(relations, key=lambda one: _precedence(one, now)):
        moved = replace(one, customer_id=target_id)
        if one.shadowed_by is None:
            if any(one.overlaps(other) for other in kept[one.slot]):
                moved = replace(moved, shadowed_by=merge_id)
            else:
                kept[one.slot].append(one)
        placed.append(moved)
    return placed


def parted(
    relations: Sequence[Standing],
    *,
    source_id: int,
    family: Collection[int],
    identifier_ids: Collection[int],
    merge_id: int,
) -> list[Standing]:
    """Return the relations of one customer who is two again, each where it would be without.

    What the merge shadowed stands again, and ends where a later one of its own side would have
    ended it; what only the other side's relation had ended goes on.
    """
    side_of = {
        one.id: one.origin_customer_id in family or one.origin_identifier_id in identifier_ids
        for one in relations
    }
    placed = []
    for one in relations:
        moved = replace(one, customer_id=source_id if side_of[one.id] else one.customer_id)
        if moved.shadowed_by == merge_id:
            moved = replace(moved, shadowed_by=None)
        if one.ended_by is not None and side_of.get(one.ended_by, False) != side_of[one.id]:
            moved = replace(moved, ended_by=None, valid_until=one.planned_until, planned_until=None)
        placed.append(moved)
    return _without_overlaps(placed)


def _without_overlaps(relations: Iterable[Standing]) -> list[Standing]:
    """Return relations of which each ends at the latest where the next of its slot begins."""
    settled: list[Standing] = []
    following: dict[tuple[int, str], Standing] = {}
    for one in sorted(relations, key=lambda one: (one.valid_from, one.id), reverse=True):
        if one.shadowed_by is not None:
            settled.append(one)
            continue
        place = one.customer_id, one.slot
        after = following.get(place)
        if after is not None and one.overlaps(after):
            if one.valid_from >= after.valid_from:
                # Two began at the same instant: the newer one stands.
                settled.append(replace(one, shadowed_by=after.id))
                continue
            one = replace(  # noqa: PLW2901 - narrowed
                one,
                valid_until=after.valid_from,
                ended_by=after.id,
                planned_until=one.valid_until,
            )
        following[place] = one
        settled.append(one)
    return settled


def _precedence(one: Standing, now: datetime) -> tuple[bool, bool, datetime, int]:
    is_protected = one.lock_until is not None and one.lock_until > now
    stands = one.stands_at(now)
    return not (is_protected and stands), not stands, one.valid_from, one.id
