"""Whole numbers as bits: a set per binary place, so that any range is a few meets and joins.

A number is kept in 63 places and a sign, as a computer keeps it (two's complement). Places that
nobody has take no room. "At least n" goes through the places from the lowest bit of n upwards:
where n has the bit, a number needs it too; where n lacks it, having it is enough.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from huitong.segments.rules.bitmaps.algebra import Node
from huitong.segments.rules.bitmaps.columns import EMPTY, Leaf
from huitong.segments.rules.bitmaps.parts import (
    Part,
    Scratch,
    join,
    leave,
    meet,
    size_of,
)

PLANES = 63
KNOWN = -1
NEGATIVE = -2
NUMBER_MAX = (1 << PLANES) - 1
NUMBER_MIN = -(1 << PLANES)
NOBODY = Leaf(EMPTY)


@dataclass(frozen=True, slots=True)
class Total:
    """What the numbers of some customers come to; lowest and highest of none are None."""

    count: int
    sum: int
    lowest: int | None
    highest: int | None


class Numbers:
    """One number per customer, of those who have one."""

    def __init__(self, sets: Mapping[int, Leaf]) -> None:
        """Take the set of each binary place that anybody has, of `KNOWN` and of `NEGATIVE`."""
        self.known = sets.get(KNOWN, NOBODY)
        self.negative = sets.get(NEGATIVE, NOBODY)
        self.planes = {place: sets[place] for place in sorted(sets) if place >= 0}

    def leaves(self) -> Iterator[Leaf]:
        """Yield all sets of the number."""
        yield from (self.known, self.negative, *self.planes.values())

    def at_least(self, number: int) -> Node:
        """Return who has the number or more."""
        if number > NUMBER_MAX:
            return NOBODY
        return self.known if number <= NUMBER_MIN else AtLeast(self, number)

    def less_than(self, number: int) -> Node:
        """Return who has less than the number."""
        return self.known - self.at_least(number)

    def between(self, low: int, high: int) -> Node:
        """Return who has `low` or more, and less than `high`."""
        return self.at_least(low) - self.at_least(high)

    def total(self, inside: Node) -> Total:
        """Return count, sum and bounds of the numbers of those who are inside."""
        totals = [
            self._total(shard, inside)
            for shard in range(min(len(inside.sizes), len(self.known.column.parts)))
            if inside.sizes[shard]
        ]
        lows = [each.lowest for each in totals if each.lowest is not None]
        highs = [each.highest for each in totals if each.highest is not None]
        return Total(
            count=sum(each.count for each in totals),
            sum=sum(each.sum for each in totals),
            lowest=min(lows, default=None),
            highest=max(highs, default=None),
        )

    def _total(self, shard: int, inside: Node) -> Total:
        scratch = Scratch()
        members = inside.part(shard, scratch, 0)
        who = meet(members, self.known.column.parts[shard], out=scratch.at(0), spare=scratch.at(1))
        count = size_of(who, scratch)
        if not count:
            return Total(0, 0, None, None)
        out, spare = scratch.at(1), scratch.at(2)
        found = 0
        for place, plane in self.planes.items():
            found += size_of(meet(who, _at(plane, shard), out=out, spare=spare), scratch) << place
        below = meet(who, _at(self.negative, shard), out=out, spare=spare)
        found -= size_of(below, scratch) << PLANES
        lowest = self._extreme(shard, who, highest=False)
        return Total(count, found, lowest, self._extreme(shard, who, highest=True))

    def _extreme(self, shard: int, who: Part, *, highest: bool) -> int:
        """Return the highest (or lowest) number of a part that is not empty."""
        scratch = Scratch()
        found = 0
        weights = {place: 1 << place for place in self.planes}
        leaves = {**self.planes, PLANES: self.negative}
        weights[PLANES] = -(1 << PLANES)
        level = 0
        for place in sorted(leaves, reverse=True):
            out, spare = scratch.at(level), scratch.at(2)
            part = _at(leaves[place], shard)
            wants_bit = highest != (place == PLANES)
            step = meet if wants_bit else leave
            rest = step(who, part, out=out, spare=spare)
            if size_of(rest, scratch):
                who, level = rest, 1 - level
                found += weights[place] if wants_bit else 0
            else:
                found += 0 if wants_bit else weights[place]
        return found


class AtLeast(Node):
    """Who has a number or more."""

    def __init__(self, numbers: Numbers, number: int) -> None:
        super().__init__(numbers.known.sizes)
        self._numbers = numbers
        self._number = number

    def leaves(self) -> Iterator[Leaf]:
        """Yield all sets of the number."""
        yield from self._numbers.leaves()

    def part(self, shard: int, scratch: Scratch, level: int) -> Part:
        """Return who has the number or more in a shard."""
        numbers, out, spare = self._numbers, scratch.at(level), scratch.at(level + 1)
        known, negative = numbers.known.column.parts[shard], _at(numbers.negative, shard)
        if not self._number % (1 << PLANES):
            # Zero: the places say nothing, the sign alone does.
            return leave(known, negative, out=out, spare=spare)
        enough = self._by_places(shard, scratch, level)
        if self._number > 0:
            return leave(enough, negative, out=out, spare=spare)
        too_low = leave(negative, enough, out=out, spare=spare)
        return leave(known, too_low, out=out, spare=spare)

    def _by_places(self, shard: int, scratch: Scratch, level: int) -> Part:
        """Return whose places say as much as those of the number, the signs left aside."""
        out, spare = scratch.at(level), scratch.at(level + 1)
        wanted = self._number % (1 << PLANES)
        lowest = (wanted & -wanted).bit_length() - 1
        planes = self._numbers.planes
        enough = _at(planes.get(lowest, NOBODY), shard)
        for place in range(lowest + 1, PLANES):
            part = _at(planes.get(place, NOBODY), shard)
            if wanted >> place & 1:
                enough = meet(enough, part, out=out, spare=spare)
            else:
                enough = join(enough, part, out=out)
        return enough


def _at(leaf: Leaf, shard: int) -> Part:
    return leaf.column.parts[shard] if shard < len(leaf.sizes) else None
