"""Puts the changes of a draft on top of a version that came after the draft began.

What only one side changed is taken from that side. Where both changed the same thing differently,
the draft's word stands and the place is told as a conflict, so that a person looks at it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias, cast

from huitong.loyalty.model import Place, Programme, Rebased
from huitong.loyalty.rules.checking import check
from huitong.loyalty.rules.differing import LISTS, differences

Part: TypeAlias = Mapping[str, object]
TIERS = "tiers"


class Sides(NamedTuple):
    """What one thing was, what it is in the newest version, and what the draft makes of it."""

    base: object
    newest: object
    draft: object

    def each(self, field: str) -> "Sides":
        """Return the sides of one field of it; a side that is not there has none."""
        return Sides(*[side and cast("Part", side)[field] for side in self])

    def clash(self) -> bool:
        """Tell whether both sides changed it, and not to the same."""
        return self.draft != self.base and self.newest not in (self.base, self.draft)

    def stands(self) -> object:
        """Return what becomes of it: the newest word where the draft said nothing."""
        return self.newest if self.draft == self.base else self.draft


def rebase(base: Programme | None, newest: Programme, draft: Programme) -> Rebased:
    """Return a draft on top of the newest version, what each side changed, and the conflicts.

    `base` is the version that the draft began from. The programme is missing when the two sides
    do not fit together; the problems tell why.
    """
    sides = Sides(base and base.model_dump(), newest.model_dump(), draft.model_dump())
    conflicts: set[Place] = set()
    merged = {
        field: _merged(field, sides.each(field), conflicts) for field in Programme.model_fields
    }
    found = check(merged)
    after = () if found.programme is None else differences(newest, found.programme)
    return Rebased(
        programme=found.programme,
        theirs=differences(base, newest),
        ours=differences(base, draft),
        conflicts=tuple(
            one
            for one in after
            if not conflicts.isdisjoint([one.place[:1], (one.place[0], one.code)])
        ),
        problems=found.problems,
    )


def _merged(field: str, sides: Sides, conflicts: set[Place]) -> object:
    """Return what becomes of one field; a conflict is noted by the field, and the part's code."""
    if field not in LISTS:
        if sides.clash():
            conflicts.add((field,))
        return sides.stands()
    key = LISTS[field].key
    by_code = [_by(key, side) for side in sides]
    codes = dict.fromkeys([*by_code[2], *by_code[1]])
    parts = [
        _part((field, code), Sides(*[side.get(code) for side in by_code]), conflicts)
        for code in codes
    ]
    kept = [part for part in parts if part is not None]
    # Tiers of both sides stand in the order of their thresholds.
    return sorted(kept, key=lambda tier: cast("int", tier["growth"])) if field == TIERS else kept


def _part(place: Place, sides: Sides, conflicts: set[Place]) -> Part | None:
    """Return what becomes of one rule, tier or gift; None when it goes."""
    if None in sides:
        if sides.clash():
            conflicts.add(place)
        return cast("Part | None", sides.stands())
    fields = {field: sides.each(field) for field in cast("Part", sides.draft)}
    if any(each.clash() for each in fields.values()):
        conflicts.add(place)
    return {field: each.stands() for field, each in fields.items()}


def _by(key: str, parts: object) -> Mapping[str, Part]:
    return {str(part[key]): part for part in cast("Sequence[Part]", parts or ())}
