"""The sets that conditions are made of, out of a brand's bitmaps: `Sets` of platform/conditions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from huitong.platform.conditions import Condition
from huitong.segments.queries.bitmaps import Bitmaps
from huitong.segments.rules.bitmaps.algebra import Node
from huitong.segments.rules.bitmaps.columns import EMPTY, Leaf


@dataclass(frozen=True, slots=True)
class BitmapSets:
    """Bitmaps under the names that conditions know: values by their text codes.

    `codes` says for each field which number stands for a value's text; `compute` answers a leaf
    that has no bitmap, as a set over the same ordinals.
    """

    bitmaps: Bitmaps
    codes: Mapping[str, Mapping[str, int]]
    compute: Callable[[Condition], Node]

    def alive(self) -> Node:
        """Return everyone who was not merged away or erased."""
        return self.bitmaps.alive()

    def value(self, field: str, code: str) -> Node:
        """Return who has the value; of one that nobody ever had, nobody."""
        number = self.codes.get(field, {}).get(code)
        return Leaf(EMPTY) if number is None else self.bitmaps.value(field, number)

    def at_least(self, field: str, number: int) -> Node:
        """Return whose number is known and at least this one."""
        return self.bitmaps.numbers(field).at_least(number)

    def known(self, field: str) -> Node:
        """Return of whom the field is known."""
        return self.bitmaps.known(field)

    def computed(self, condition: Condition) -> Node:
        """Return who meets a leaf that has no bitmap."""
        return self.compute(condition)
