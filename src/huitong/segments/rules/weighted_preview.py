"""What a score would come to beside what it is, added up shard by shard: bands and who moves.

What takes long is read once (`seen`); after that a change of weights or bands takes milliseconds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from huitong.segments.model.model_answers import BandMove, BandPreviewed, WeightedPreview
from huitong.segments.model.weighted import POINTS_MAX, WeightedModel
from huitong.segments.rules.weighted import Flags, Points, TermPoints, distinct, score

SUCH_AS_MAX: Final = 5

BandCodes = NDArray[np.integer]
Move = tuple[str | None, str | None]


class Seen(NamedTuple):
    """The living of a shard as a score sees them, equal ones counted together.

    `before` are their published bands, 0 of none; `ordinals` name one customer of each column.
    """

    read: TermPoints
    before: Points
    ordinals: NDArray[np.int64]

    @property
    def bytes(self) -> int:
        """Return how much memory that takes."""
        whole = sum(column.nbytes for column in self.read)
        return whole + self.before.nbytes + self.ordinals.nbytes


def seen(read: TermPoints, living: Flags, before: BandCodes, *, first: int) -> Seen:
    """Return the living of a shard that begins at the ordinal `first`, equal ones together.

    Weights and bands do not matter here: a change of them is previewed on the same.
    """
    places = np.flatnonzero(living)
    bands = before[places].astype(np.uint8)
    known, ones = read.is_known[places], read.customers[places]
    stacked = TermPoints(np.vstack([read.points[:, places], bands]), known, ones)
    columns, customers = distinct(stacked)
    points = stacked.points[:, columns]
    folded = TermPoints(points[:-1], known[columns], customers)
    return Seen(folded, points[-1], places[columns] + first)


class ScoreCount:
    """Scores and moves of a document, beside the bands of a published one where there is any."""

    def __init__(self, model: WeightedModel, published: WeightedModel | None) -> None:
        """Take what would be, and what is."""
        self._model = model
        self._after = _codes(model)
        self._before = None if published is None else _codes(published)
        self._scores = np.zeros(POINTS_MAX + 1, np.int64)
        self._bands = np.zeros(len(model.bands) + 1, np.int64)
        self._moves: Counter[Move] = Counter()
        self._such_as: dict[Move, list[int]] = {}

    def add(self, shard: Seen) -> None:
        """Add the customers of a shard."""
        scored = score(self._model, shard.read)
        customers, known = shard.read.customers, scored.is_known
        np.add.at(self._scores, scored.score[known], customers[known])
        np.add.at(self._bands, scored.band, customers)
        if self._before is None:
            return
        size = len(self._after)
        pairs = shard.before.astype(np.int64) * size + scored.band
        for pair in np.unique(pairs).tolist():
            old, new = divmod(pair, size)
            move = (self._before[old], self._after[new])
            columns = np.flatnonzero(pairs == pair)
            self._moves[move] += int(customers[columns].sum())
            some = self._such_as.setdefault(move, [])
            some += shard.ordinals[columns[: SUCH_AS_MAX - len(some)]].tolist()

    def examples(self) -> Sequence[int]:
        """Return the ordinals of some customers of each move."""
        return sorted({one for some in self._such_as.values() for one in some})

    def told(
        self, *, bitmap_version: int, compared_with: int | None, customers: Mapping[int, str]
    ) -> WeightedPreview:
        """Return the preview; `customers` names the examples by ordinal."""
        now = Counter[str | None]()
        for (before, _), count in self._moves.items():
            now[before] += count
        return WeightedPreview(
            model=self._model.code,
            bitmap_version=bitmap_version,
            compared_with=compared_with,
            scores=tuple(self._scores.tolist()),
            bands=tuple(
                BandPreviewed(
                    code=band.code,
                    names=band.names,
                    at_least=band.at_least,
                    customers=int(self._bands[place]),
                    customers_now=None if self._before is None else now[band.code],
                )
                for place, band in enumerate(self._model.bands, start=1)
            ),
            unknown=int(self._bands[0]),
            unknown_now=None if self._before is None else now[None],
            moves=tuple(self._told_moves(customers)),
        )

    def _told_moves(self, customers: Mapping[int, str]) -> list[BandMove]:
        return [
            BandMove(
                before=before,
                after=after,
                customers=count,
                such_as=tuple(
                    customers[one] for one in self._such_as[before, after] if one in customers
                ),
            )
            for (before, after), count in self._moves.most_common()
            if before != after
        ]


def _codes(model: WeightedModel) -> list[str | None]:
    return [None, *(band.code for band in model.bands)]
