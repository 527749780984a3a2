"""One customer's way through the states, told step by step, and the lifecycle that comes with it.

`lifecycle.evaluate` means the same for all customers at once.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from huitong.segments.model.lifecycle import (
    NOBODY,
    Cause,
    LifecycleExplanation,
    LifecycleModel,
    OnKnown,
    OnPurchase,
    OnSilence,
    State,
    StateChange,
)
from huitong.segments.model.models import Names

SLEEPING_DAYS = 180
LOST_DAYS = 365
YEAR_DAYS = 365


def explain(
    model: LifecycleModel, *, known_on: date | None, bought_on: Sequence[date], today: date
) -> LifecycleExplanation:
    """Return the state that a customer's facts lead to, its history, and what silence will do."""
    days = sorted({day for day in bought_on if day <= today})
    story = _Story(model)
    if known_on is not None and known_on <= min([today, *days]):
        story.become_known(known_on)
    for count in range(1, len(days) + 1):
        story.fall_silent(days[count - 1])
        story.buy(days[:count])
    story.fall_silent(today)
    history = story.history()
    following = story.next_silence(today)
    return LifecycleExplanation(
        state=history[-1].state if history else None,
        since=history[-1].on if history else None,
        history=history,
        next_state=None if following is None else following[1].to,
        next_on=None if following is None else following[0],
    )


def shipped_lifecycle() -> LifecycleModel:
    """Return the lifecycle that a brand starts with."""
    states = (
        ("fan", "粉丝", "Fan"),
        ("new", "新客", "New"),
        ("active", "活跃客户", "Active"),
        ("repeat", "复购客户", "Repeat"),
        ("loyal", "忠诚客户", "Loyal"),
        ("sleeping", "沉睡客户", "Sleeping"),
        ("lost", "流失客户", "Lost"),
        ("won_back", "召回客户", "Won back"),
    )
    once, again = ("new", "active"), ("repeat", "sleeping", "won_back")
    buying = (*once, "repeat", "loyal", "won_back")
    return LifecycleModel(
        code="lifecycle",
        names=Names(zh="客户生命周期", en="Customer lifecycle"),
        states=tuple(State(code=code, names=Names(zh=zh, en=en)) for code, zh, en in states),
        transitions=(
            OnKnown(on="known", to="fan"),
            OnPurchase(on="purchase", states=(NOBODY, "fan"), to="new"),
            OnPurchase(on="purchase", states=("lost",), to="won_back"),
            OnPurchase(
                on="purchase",
                states=(*once, *again),
                purchases=4,
                within_days=YEAR_DAYS,
                to="loyal",
            ),
            OnPurchase(on="purchase", states=(*once, *again), to="repeat"),
            OnSilence(on="silence", states=("new",), days=30, to="active"),
            OnSilence(on="silence", states=buying, days=SLEEPING_DAYS, to="sleeping"),
            OnSilence(on="silence", states=("sleeping",), days=LOST_DAYS, to="lost"),
        ),
    )


class _Story:
    """A customer on their way through the states."""

    def __init__(self, model: LifecycleModel) -> None:
        self.model = model
        self.state = NOBODY
        self.last: date | None = None
        self.changes: list[tuple[date, str, Cause]] = []

    def become_known(self, day: date) -> None:
        self.last = day
        if (transition := self.model.on_known()) is not None:
            self._change(day, transition.to, Cause.KNOWN)

    def buy(self, days: Sequence[date]) -> None:
        for transition in self.model.on_purchase():
            if self.state in transition.states and _often(transition, days):
                self._change(days[-1], transition.to, Cause.PURCHASE)
                break
        self.last = days[-1]

    def fall_silent(self, until: date) -> None:
        if self.last is not None:
            for transition in self.model.on_silence():
                day = self.last + timedelta(days=transition.days)
                if self.state in transition.states and day <= until:
                    self._change(day, transition.to, Cause.SILENCE)

    def next_silence(self, today: date) -> tuple[date, OnSilence] | None:
        if self.last is not None:
            for transition in self.model.on_silence():
                day = self.last + timedelta(days=transition.days)
                if self.state in transition.states and day > today:
                    return day, transition
        return None

    def history(self) -> tuple[StateChange, ...]:
        found: list[StateChange] = []
        last_of_day = {day: (state, cause) for day, state, cause in self.changes}
        for day, (state, cause) in last_of_day.items():
            before = found[-1].state if found else None
            if state != before:
                found.append(StateChange(day, state, before, cause))
        return tuple(found)

    def _change(self, day: date, state: str, cause: Cause) -> None:
        self.state = state
        self.changes.append((day, state, cause))


def _often(transition: OnPurchase, days: Sequence[date]) -> bool:
    if not transition.within_days:
        return len(days) >= transition.purchases
    inside = [day for day in days if (days[-1] - day).days < transition.within_days]
    return len(inside) >= transition.purchases
