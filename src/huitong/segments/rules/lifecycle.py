"""The states of all customers at once, with their dated history and the day silence changes them.

Days are whole numbers since 1970-01-01, `NO_DAY` is none. The same meaning for one customer,
written as a story, is in `lifecycle_story`; a property test holds the two together.

An evaluation holds several numbers a purchase in memory, so millions of customers are given in
parts. A customer needs to be evaluated again when a fact of theirs changed or their `due_day` came
(`is_due`); the others stay as they are (`renew`).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huitong.segments.model.lifecycle import (
    NOBODY,
    Cause,
    LifecycleModel,
    OnPurchase,
    OnSilence,
)

Days: TypeAlias = NDArray[np.int32]
Places: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.uint8]
Flags: TypeAlias = NDArray[np.bool_]

NO_DAY: Final = np.iinfo(np.int32).min
LATEST: Final = np.iinfo(np.int32).max
CAUSES: Final = (Cause.KNOWN, Cause.PURCHASE, Cause.SILENCE)


class LifecycleFacts(NamedTuple):
    """When customers became known and the days they bought on, rising and each day once.

    The purchases of customer `i` are `day[start[i]:start[i + 1]]`.
    """

    known_day: Days
    start: Places
    day: Days


class Histories(NamedTuple):
    """Every change of state: who, from which day on, which state (1 is the first), which cause.

    By customer, then by day; a customer has at most one state a day, the last one. Causes are
    places in `CAUSES`.
    """

    customer: Places
    day: Days
    state: Codes
    cause: Codes

    def at(self, places: Places | Flags) -> "Histories":
        """Return some rows."""
        return Histories(
            self.customer[places], self.day[places], self.state[places], self.cause[places]
        )


class Lifecycles(NamedTuple):
    """The state of each customer: 1 is the first of the document, 0 nobody yet; since which day.

    `due_day` is the next day on which something will change if no new fact comes, or `NO_DAY`.
    """

    state: Codes
    since_day: Days
    due_day: Days
    history: Histories


def facts_of(customer: Places, day: Days, known_day: Days) -> LifecycleFacts:
    """Return facts from purchases in any order, several on one day counted once.

    `customer` holds places in `known_day`.
    """
    sorting = np.lexsort((day, customer))
    who, days = customer[sorting], day[sorting]
    is_new = np.ones(len(who), np.bool_)
    is_new[1:] = (who[1:] != who[:-1]) | (days[1:] != days[:-1])
    counts = np.bincount(who[is_new], minlength=len(known_day))
    start = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return LifecycleFacts(known_day, start, days[is_new])


def evaluate(model: LifecycleModel, facts: LifecycleFacts, *, today: int) -> Lifecycles:
    """Return the states and histories that the facts up to today lead to."""
    passing = _Passing(model, facts, today)
    passing.become_known()
    for turn in range(int(passing.counts.max(initial=0))):
        passing.buy(turn)
    passing.fall_silent(np.full(len(facts.known_day), today, np.int32))
    history = passing.history()
    size = len(facts.known_day)
    since = np.full(size, NO_DAY, np.int32)
    # The last change of a customer is the one that stays.
    since[history.customer] = history.day
    state = np.zeros(size, np.uint8)
    state[passing.order] = passing.state
    return Lifecycles(state, since, passing.due(), history)


def is_due(lifecycles: Lifecycles, *, today: int) -> Flags:
    """Return which customers change until today though no new fact came."""
    due = lifecycles.due_day
    return np.asarray((due != NO_DAY) & (due <= today), np.bool_)


def renew(lifecycles: Lifecycles, places: Places, renewed: Lifecycles) -> Lifecycles:
    """Return the lifecycles with those of some customers put in the place of their former ones.

    `renewed` was evaluated of the customers at `places` alone, in that order.
    """
    state, since, due = (
        lifecycles.state.copy(),
        lifecycles.since_day.copy(),
        lifecycles.due_day.copy(),
    )
    state[places], since[places] = renewed.state, renewed.since_day
    due[places] = renewed.due_day
    is_kept = np.ones(len(state), np.bool_)
    is_kept[places] = False
    former = lifecycles.history
    stays, fresh = former.at(is_kept[former.customer]), renewed.history
    both = joined([stays, fresh._replace(customer=places[fresh.customer])])
    return Lifecycles(state, since, due, both.at(np.argsort(both.customer, kind="stable")))


def joined(histories: Sequence[Histories]) -> Histories:
    """Return several histories as one, in the order given."""
    return Histories(
        np.concatenate([one.customer for one in histories]),
        np.concatenate([one.day for one in histories]),
        np.concatenate([one.state for one in histories]),
        np.concatenate([one.cause for one in histories]),
    )


class _Passing:
    """Customers on their way through the states, those with most purchases first.

    So those who still have a purchase to come are always a first part of every array.
    """

    def __init__(self, model: LifecycleModel, facts: LifecycleFacts, today: int) -> None:
        self.model, self.facts, self.today = model, facts, today
        places = {NOBODY: 0}
        places.update({state.code: place for place, state in enumerate(model.states, start=1)})
        self.places = places
        ends = facts.start[1:]
        future = np.concatenate(([0], np.cumsum(facts.day > today)))
        counts = np.diff(facts.start) - (future[ends] - future[facts.start[:-1]])
        self.order = np.argsort(-counts, kind="stable")
        self.counts = counts[self.order]
        self.rising = -self.counts
        self.start = facts.start[:-1][self.order]
        self.known = facts.known_day[self.order]
        self.state = np.zeros(len(counts), np.uint8)
        # The day from which silence is counted.
        self.last = np.full(len(counts), NO_DAY, np.int32)
        none = np.zeros(0, np.int64)
        none_of_codes = none.astype(np.uint8)
        self.changes = [Histories(none, none.astype(np.int32), none_of_codes, none_of_codes)]

    def become_known(self) -> None:
        first = np.full(len(self.order), LATEST, np.int32)
        buyers = int(np.count_nonzero(self.counts))
        first[:buyers] = self.facts.day[self.start[:buyers]]
        comes = (self.known != NO_DAY) & (self.known <= self.today) & (self.known <= first)
        self.last[comes] = self.known[comes]
        if (transition := self.model.on_known()) is not None:
            self._change(np.flatnonzero(comes), self.known, transition.to, Cause.KNOWN)

    def buy(self, turn: int) -> None:
        size = int(np.searchsorted(self.rising, -turn, side="left"))
        days = self.facts.day[self.start[:size] + turn]
        self.fall_silent(days)
        before = self.state[:size].copy()
        is_open = np.ones(size, np.bool_)
        for transition in self.model.on_purchase():
            fits = is_open & self._among(transition, before)
            fits &= self._often(transition, turn, days)
            is_open &= ~fits
            self._change(np.flatnonzero(fits), days, transition.to, Cause.PURCHASE)
        self.last[:size] = days

    def fall_silent(self, until: Days) -> None:
        size = len(until)
        last = self.last[:size].astype(np.int64)
        for transition in self.model.on_silence():
            falls = self._among(transition, self.state[:size])
            falls &= (last + transition.days <= until) & (self.last[:size] != NO_DAY)
            day = (last + transition.days).astype(np.int32)
            self._change(np.flatnonzero(falls), day, transition.to, Cause.SILENCE)

    def due(self) -> Days:
        soonest = np.full(len(self.order), LATEST, np.int64)
        for transition in self.model.on_silence():
            day = self.last.astype(np.int64) + transition.days
            waits = self._among(transition, self.state)
            waits &= (day > self.today) & (self.last != NO_DAY)
            np.minimum(soonest, day, out=soonest, where=waits)
        # A fact that is dated ahead changes something once its day has come.
        is_ahead = (self.known != NO_DAY) & (self.known > self.today)
        np.minimum(soonest, self.known, out=soonest, where=is_ahead)
        following = self.start + self.counts
        has_more = following < self.facts.start[1:][self.order]
        soonest[has_more] = np.minimum(soonest[has_more], self.facts.day[following[has_more]])
        found = np.full(len(self.order), NO_DAY, np.int32)
        found[self.order] = np.where(soonest == LATEST, NO_DAY, soonest)
        return found

    def history(self) -> Histories:
        found = joined(self.changes)
        found = found._replace(customer=self.order[found.customer])
        rows = found.at(np.argsort(found.customer, kind="stable"))
        is_last = np.ones(len(rows.customer), np.bool_)
        is_last[:-1] = (rows.customer[1:] != rows.customer[:-1]) | (rows.day[1:] != rows.day[:-1])
        rows = rows.at(is_last)
        is_change = np.ones(len(rows.customer), np.bool_)
        is_change[1:] = rows.customer[1:] != rows.customer[:-1]
        is_change[1:] |= rows.state[1:] != rows.state[:-1]
        return rows.at(is_change)

    def _among(self, transition: OnPurchase | OnSilence, state: Codes) -> Flags:
        table = np.zeros(len(self.places), np.bool_)
        table[[self.places[code] for code in transition.states]] = True
        return table[state]

    def _often(self, transition: OnPurchase, turn: int, days: Days) -> Flags | bool:
        if turn + 1 < transition.purchases:
            return False
        if not transition.within_days or transition.purchases == 1:
            return True
        earliest = self.start[: len(days)] + (turn + 1 - transition.purchases)
        return days - self.facts.day[earliest] < transition.within_days

    def _change(self, places: Places, days: Days, state: str, cause: Cause) -> None:
        code = np.uint8(self.places[state])
        self.state[places] = code
        size = len(places)
        self.changes.append(
            Histories(
                places,
                days[places],
                np.full(size, code, np.uint8),
                np.full(size, CAUSES.index(cause), np.uint8),
            )
        )
