"""Who was in which state on two days, and every change between them, out of dated histories."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from huitong.segments.rules.lifecycle import CAUSES, Codes, Flags, Histories

Counts = NDArray[np.int64]


class Flows(NamedTuple):
    """Counts of customers by state (0 is nobody yet, 1 the first of the document).

    `stands[i, j]` were in state i as the span began and in j as it ended; `changes[i, j, c]` is how
    often one in state i entered j for the cause at place c of `CAUSES`. So what a state gained and
    lost by changes is the difference between its two days.
    """

    stands: Counts
    changes: Counts


def no_flows(states: int) -> Flows:
    """Return the flows of nobody."""
    size = states + 1
    return Flows(np.zeros((size, size), np.int64), np.zeros((size, size, len(CAUSES)), np.int64))


def flows(
    history: Histories, is_living: Flags, *, states: int, since_day: int, until_day: int
) -> Flows:
    """Return the flows of the living from `since_day` on and before `until_day`.

    A state is as it stood before anything of the day `since_day` happened, and so for `until_day`.
    """
    rows = history.at(is_living[history.customer])
    before = np.zeros(len(rows.customer), np.uint8)
    goes_on = rows.customer[1:] == rows.customer[:-1]
    before[1:][goes_on] = rows.state[:-1][goes_on]
    found = no_flows(states)
    inside = (rows.day >= since_day) & (rows.day < until_day)
    np.add.at(found.changes, (before[inside], rows.state[inside], rows.cause[inside]), 1)
    opening = _standing(rows, len(is_living), before_day=since_day)
    closing = _standing(rows, len(is_living), before_day=until_day)
    np.add.at(found.stands, (opening[is_living], closing[is_living]), 1)
    return found


def added(one: Flows, other: Flows) -> Flows:
    """Return the flows of both."""
    return Flows(one.stands + other.stands, one.changes + other.changes)


def _standing(rows: Histories, customers: int, *, before_day: int) -> Codes:
    earlier = rows.at(rows.day < before_day)
    state = np.zeros(customers, np.uint8)
    # Rows are by day: the last one of a customer is the one that stays.
    state[earlier.customer] = earlier.state
    return state
