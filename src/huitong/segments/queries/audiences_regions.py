"""How audiences lie over one another: everybody in exactly one region."""

from collections.abc import Sequence
from functools import reduce
from itertools import combinations
from operator import or_

from huitong.segments.queries.audiences import Audience, Audiences
from huitong.segments.rules.bitmaps import Leaf, Node


def regions(audiences: Audiences, compared: Sequence[Audience]) -> dict[tuple[int, ...], int]:
    """Return how many customers are in exactly these of the audiences, by their places.

    Regions are disjoint, so that they add up to `in_any`; audiences alone come first.
    """
    leaves: list[Node] = [Leaf(one.members) for one in compared]
    found: dict[tuple[int, ...], int] = {}
    for size in range(1, len(leaves) + 1):
        for inside in combinations(range(len(leaves)), size):
            node: Node = leaves[inside[0]]
            for place in inside[1:]:
                node &= leaves[place]
            for place, leaf in enumerate(leaves):
                if place not in inside:
                    node -= leaf
            found[inside] = audiences.bitmaps.count(node)
    return found


def in_any(audiences: Audiences, compared: Sequence[Audience]) -> int:
    """Return how many customers are in at least one of the audiences."""
    return audiences.bitmaps.count(reduce(or_, [Leaf(one.members) for one in compared]))
