"""The documents of lifecycles: states a customer passes through, and stages of a child's age.

A state follows from dated facts and a day alone: when the customer became known, on which days they
bought, which day it is. Purchases of one day are one purchase.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal, NamedTuple, Self, TypeAlias

from pydantic import Field, model_validator

from huitong.segments.model.models import Code, ModelDocument, Names, refuse_twice

STATES_MAX = 50
TRANSITIONS_MAX = 200
PURCHASES_MAX = 1_000
MONTHS_MAX = 1_200
# What a state is before a customer is known: transitions may start there.
NOBODY: Final = "nobody"


class State(ModelDocument):
    """A state of the lifecycle."""

    code: Code
    names: Names


class OnKnown(ModelDocument):
    """A customer who has not bought becomes known: enrols, follows, is found."""

    on: Literal["known"]
    to: Code


class OnPurchase(ModelDocument):
    """A purchase leads from one of `states` to another.

    With `purchases`, it must be at least that many within the `within_days` days that end with the
    purchase's own (0: ever).
    """

    on: Literal["purchase"]
    states: Annotated[tuple[Code, ...], Field(min_length=1, max_length=STATES_MAX + 1)]
    to: Code
    purchases: Annotated[int, Field(ge=1, le=PURCHASES_MAX)] = 1
    within_days: Annotated[int, Field(ge=0, le=36_600)] = 0


class OnSilence(ModelDocument):
    """So many days after the last purchase, or after becoming known, states become another.

    It is so from that day on: with 30 days after 1 March, from 31 March on. A purchase of that very
    day comes after it.
    """

    on: Literal["silence"]
    states: Annotated[tuple[Code, ...], Field(min_length=1, max_length=STATES_MAX)]
    days: Annotated[int, Field(ge=1, le=36_600)]
    to: Code


Transition: TypeAlias = Annotated[OnKnown | OnPurchase | OnSilence, Field(discriminator="on")]


class LifecycleModel(ModelDocument):
    """States and transitions of a brand; of the transitions that fit, the first one happens."""

    code: Code
    names: Names
    states: Annotated[tuple[State, ...], Field(min_length=1, max_length=STATES_MAX)]
    transitions: Annotated[tuple[Transition, ...], Field(min_length=1, max_length=TRANSITIONS_MAX)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        codes = [state.code for state in self.states]
        refuse_twice("state", codes)
        if NOBODY in codes:
            message = f"“{NOBODY}” is what a customer is before the first state; name it otherwise."
            raise ValueError(message)
        for transition in self.transitions:
            _refuse_strange(transition, codes)
        if not any(NOBODY in one.states and one.purchases == 1 for one in self.on_purchase()):
            message = f"One transition must lead from “{NOBODY}” by the first purchase."
            raise ValueError(message)
        return self

    def on_purchase(self) -> tuple[OnPurchase, ...]:
        """Return the transitions by a purchase, in the order of the document."""
        return tuple(one for one in self.transitions if isinstance(one, OnPurchase))

    def on_silence(self) -> tuple[OnSilence, ...]:
        """Return the transitions by silence, the soonest first."""
        found = [one for one in self.transitions if isinstance(one, OnSilence)]
        return tuple(sorted(found, key=lambda one: one.days))

    def on_known(self) -> OnKnown | None:
        """Return the transition of those who become known without buying, if there is one."""
        found = (one for one in self.transitions if isinstance(one, OnKnown))
        return next(found, None)


class Cause(StrEnum):
    """What changed a state: becoming known, a purchase, silence."""

    KNOWN = "known"
    PURCHASE = "purchase"
    SILENCE = "silence"


class StateChange(NamedTuple):
    """A state that a customer entered, on which day, from which one (`None`: the first), why."""

    on: date
    state: Code
    before: Code | None
    cause: Cause


@dataclass(frozen=True, slots=True)
class LifecycleExplanation:
    """A customer's state with its history, and what silence will make of it on which day."""

    state: Code | None
    since: date | None
    history: tuple[StateChange, ...]
    next_state: Code | None
    next_on: date | None


class AgeStage(ModelDocument):
    """A stage of the ladder, from so many whole months of age on; negative before birth."""

    code: Code
    names: Names
    from_months: Annotated[int, Field(ge=-MONTHS_MAX, le=MONTHS_MAX)]


class AgeLadder(ModelDocument):
    """Stages by age in whole months, from the birthday or else from the due date.

    A month is whole on the day of the month that the birthday has, or on the month's last day where
    it has no such day. Below the first stage, and from `until_months` on, there is no stage.
    """

    code: Code
    names: Names
    stages: Annotated[tuple[AgeStage, ...], Field(min_length=1, max_length=STATES_MAX)]
    until_months: Annotated[int, Field(ge=-MONTHS_MAX, le=MONTHS_MAX)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse_twice("stage", [stage.code for stage in self.stages])
        borders = [*(stage.from_months for stage in self.stages), self.until_months]
        if borders != sorted(set(borders)):
            message = "Stages must rise in months, each above the one before, up to the end."
            raise ValueError(message)
        return self


@dataclass(frozen=True, slots=True)
class AgeExplanation:
    """A child's age in whole months, the stage, and the day the next one begins."""

    months: int
    from_due_date: bool
    stage: Code | None
    next_stage: Code | None
    next_on: date | None


def _refuse_strange(transition: Transition, codes: list[str]) -> None:
    origins = () if isinstance(transition, OnKnown) else transition.states
    allowed = {*codes, NOBODY} if isinstance(transition, OnPurchase) else set(codes)
    strange = [code for code in origins if code not in allowed]
    strange += [] if transition.to in codes else [transition.to]
    if strange:
        message = f"A transition names “{strange[0]}”; the states are {', '.join(codes)}."
        raise ValueError(message)
    if isinstance(transition, OnSilence) and transition.to in origins:
        message = f"Silence cannot lead from “{transition.to}” to itself; leave it out."
        raise ValueError(message)
