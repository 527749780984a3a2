"""A set over all shards, as it lies in memory, and the leaf that stands for it in a tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from huitong.segments.rules.bitmaps.algebra import Node
from huitong.segments.rules.bitmaps.parts import (
    SHARD_BITS,
    SHARD_SIZE,
    Part,
    Scratch,
    bytes_of,
    has,
    part_of_ids,
    part_of_words,
    size_of,
)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The parts of one set and how many members each has; shards past the last have none."""

    parts: tuple[Part, ...]
    sizes: tuple[int, ...]

    @property
    def size(self) -> int:
        """Return how many members the set has."""
        return sum(self.sizes)

    @property
    def bytes(self) -> int:
        """Return how much memory the set takes."""
        return sum(map(bytes_of, self.parts))

    def __contains__(self, ordinal: int) -> bool:
        shard, identity = divmod(ordinal, SHARD_SIZE)
        return shard < len(self.parts) and has(self.parts[shard], identity)


EMPTY = Column((), ())


class Leaf(Node):
    """One set; its sizes are known before it is in memory."""

    def __init__(self, column: Column | None, sizes: tuple[int, ...] | None = None) -> None:
        """Take a set in memory, or the sizes of one that is to be held later."""
        assert column is not None or sizes is not None, "At least the sizes are known."
        super().__init__(column.sizes if column is not None else sizes or ())
        self._column = column

    @property
    def column(self) -> Column:
        """Return the set."""
        assert self._column is not None, "A set is loaded before it is worked with."
        return self._column

    def hold(self, column: Column) -> None:
        """Take the set that was loaded."""
        assert column.sizes == self.sizes, "What is loaded is as large as the catalog says."
        self._column = column

    def leaves(self) -> Iterator["Leaf"]:
        """Yield itself."""
        yield self

    def part(self, shard: int, scratch: Scratch, level: int) -> Part:  # noqa: ARG002 - of all nodes
        """Return the set's own part; nobody may write into it."""
        return self.column.parts[shard]

    def count(self) -> int:
        """Return how many members the set has; it need not be in memory."""
        return sum(self.sizes)

    def column_or_none(self) -> Column | None:
        """Return the set itself: it need not be worked out."""
        return self._column


def column_of_parts(parts: Sequence[Part]) -> Column:
    """Return the set with the parts, counted."""
    return Column(tuple(parts), tuple(map(size_of, parts)))


def column_of_ordinals(ordinals: NDArray[np.integer]) -> Column:
    """Return the set with the ordinals, which are ascending and different."""
    if not len(ordinals):
        return EMPTY
    shards = (int(ordinals[-1]) >> SHARD_BITS) + 1
    borders = np.searchsorted(ordinals, np.arange(shards + 1, dtype=np.int64) << SHARD_BITS)
    return column_of_parts(
        [
            part_of_ids(ordinals[begin:end] - (shard << SHARD_BITS))
            for shard, (begin, end) in enumerate(pairwise(borders))
        ]
    )


def worked_out(node: Node) -> Column:
    """Return the set that a tree means, on its own memory."""
    known = node.column_or_none()
    if known is not None:
        return known
    scratch = Scratch()
    parts: list[Part] = []
    for shard in range(len(node.sizes)):
        part = node.part(shard, scratch, 0) if node.sizes[shard] else None
        parts.append(part_of_words(part.copy()) if isinstance(part, np.ndarray) else part)
    return column_of_parts(parts)
