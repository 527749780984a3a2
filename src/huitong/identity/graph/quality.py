"""How good a partition is, against a truth: pairwise and B-cubed, and by cause.

The units are accounts: each belongs to one true person, while a phone may be told of several.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huitong.identity.graph.arrays import Flags, Wide


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of pairs of accounts, and shares of them.

    `wrong_pairs` were joined though they are two persons; `missed_pairs` are one person and were
    not joined.
    """

    pairs_true: int
    pairs_found: int
    pairs_right: int

    @property
    def wrong_pairs(self) -> int:
        """Return how many pairs were joined that should not be."""
        return self.pairs_found - self.pairs_right

    @property
    def missed_pairs(self) -> int:
        """Return how many pairs should be joined and were not."""
        return self.pairs_true - self.pairs_right

    @property
    def precision(self) -> float:
        """Return which share of the joined pairs is right; 1 where nothing was joined."""
        return self.pairs_right / self.pairs_found if self.pairs_found else 1.0

    @property
    def recall(self) -> float:
        """Return which share of the true pairs was joined; 1 where there is none."""
        return self.pairs_right / self.pairs_true if self.pairs_true else 1.0


@dataclass(frozen=True, slots=True)
class Quality:
    """A report: provable pairs, all pairs, B-cubed, persons, causes.

    A pair is provable when proving identifiers that were told of the one true person connect its
    accounts: no engine could know of the others without guessing. `by_cause` counts, for accounts
    of each cause, their ends of wrong pairs and of provable pairs that were missed.
    """

    provable: Score
    everything: Score
    bcubed_precision: float
    bcubed_recall: float
    persons_true: int
    persons_found: int
    persons_over_merged: int
    persons_under_merged: int
    by_cause: Mapping[str, "CauseScore"]


@dataclass(frozen=True, slots=True)
class CauseScore:
    """What went wrong with accounts of one cause: ends of wrong and missed pairs."""

    accounts: int
    pair_ends_true: int
    pair_ends_wrong: int
    pair_ends_missed: int


def measure(
    *,
    found: Wide,
    true: Wide,
    provable: Wide,
    cause: NDArray[np.int8],
    causes: Sequence[str],
) -> Quality:
    """Return how well accounts were partitioned.

    `found` and `true` label each account with its person; those with the same label `provable`
    are connected by proving identifiers told of one true person; `cause` is a place in `causes`.
    """
    both = _cells(found, true)
    sizes_found, sizes_true = _sizes(found), _sizes(true)
    return Quality(
        provable=Score(
            pairs_true=_pairs(_sizes(provable)),
            pairs_found=_pairs(sizes_found) - _pairs(both) + _pairs(_cells(found, provable)),
            pairs_right=_pairs(_cells(found, provable)),
        ),
        everything=Score(_pairs(sizes_true), _pairs(sizes_found), _pairs(both)),
        bcubed_precision=_mean(both / sizes_found),
        bcubed_recall=_mean(both / sizes_true),
        persons_true=len(np.unique(true)),
        persons_found=len(np.unique(found)),
        persons_over_merged=len(np.unique(found[both < sizes_found])),
        persons_under_merged=len(np.unique(true[both < sizes_true])),
        by_cause={
            name: _of_cause(cause == place, found, true, provable)
            for place, name in enumerate(causes)
        },
    )


def _of_cause(of_cause: Flags, found: Wide, true: Wide, provable: Wide) -> CauseScore:
    wrong = _sizes(found) - _cells(found, true)
    missed = _sizes(provable) - _cells(found, provable)
    return CauseScore(
        accounts=int(of_cause.sum()),
        pair_ends_true=int((_sizes(provable) - 1)[of_cause].sum()),
        pair_ends_wrong=int(wrong[of_cause].sum()),
        pair_ends_missed=int(missed[of_cause].sum()),
    )


def _pairs(sizes: Wide) -> int:
    """Return how many pairs there are, from the size of each account's group."""
    return int((sizes - 1).sum()) // 2


def _sizes(label: Wide) -> Wide:
    """Return for each account how many have its label."""
    _, place, count = np.unique(label, return_inverse=True, return_counts=True)
    return count[place].astype(np.int64)


def _cells(found: Wide, true: Wide) -> Wide:
    """Return for each account how many have both its labels."""
    _, by_found = np.unique(found, return_inverse=True)
    _, by_true = np.unique(true, return_inverse=True)
    return _sizes(by_found.astype(np.int64) * (len(found) + 1) + by_true)


def _mean(shares: NDArray[np.float64]) -> float:
    return float(shares.mean()) if len(shares) else 1.0
