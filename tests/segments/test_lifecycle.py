"""Lifecycle: states follow from dated facts and a day; all at once means what one story means."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from huitong.segments.model.lifecycle import (
    NOBODY,
    Cause,
    LifecycleModel,
    OnKnown,
    OnPurchase,
    OnSilence,
    State,
)
from huitong.segments.model.models import Names
from huitong.segments.rules import lifecycle
from huitong.segments.rules.lifecycle import CAUSES, NO_DAY, LifecycleFacts, Lifecycles
from huitong.segments.rules.lifecycle_story import explain, shipped_lifecycle

EPOCH = date(1970, 1, 1)
START = date(2024, 1, 1)
SHIPPED = shipped_lifecycle()
NAMES = Names(zh="甲", en="A")
LETTERS = ("aa", "bb", "cc", "dd")

Person = tuple[int | None, list[int]]


def number(day: date) -> int:
    return (day - EPOCH).days


def facts(people: list[Person]) -> LifecycleFacts:
    known = [NO_DAY if person[0] is None else number(START) + person[0] for person in people]
    pairs = [(place, number(START) + day) for place, one in enumerate(people) for day in one[1]]
    return lifecycle.facts_of(
        np.array([pair[0] for pair in pairs], np.int64),
        np.array([pair[1] for pair in pairs], np.int32),
        np.array(known, np.int32),
    )


def story(model: LifecycleModel, person: Person, today: date) -> list[tuple[date, str, Cause]]:
    known, days = person
    told = explain(
        model,
        known_on=None if known is None else START + timedelta(days=known),
        bought_on=[START + timedelta(days=day) for day in days],
        today=today,
    )
    return [(change.on, change.state, change.cause) for change in told.history]


def rows_of(model: LifecycleModel, found: Lifecycles) -> list[list[tuple[date, str, Cause]]]:
    people: list[list[tuple[date, str, Cause]]] = [[] for _ in found.state]
    for who, day, state, cause in zip(*(one.tolist() for one in found.history), strict=True):
        on = EPOCH + timedelta(days=day)
        people[who].append((on, model.states[state - 1].code, CAUSES[cause]))
    return people


purchases = st.lists(st.integers(0, 900), max_size=8) | st.lists(st.integers(0, 40), max_size=8)
crowds = st.lists(st.tuples(st.none() | st.integers(0, 900), purchases), max_size=12)
origins = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=3, unique=True)


@st.composite
def models(draw: st.DrawFn) -> LifecycleModel:
    """Any few transitions between four states."""
    found: list[OnKnown | OnPurchase | OnSilence] = [
        OnPurchase(on="purchase", states=(NOBODY,), to=draw(st.sampled_from(LETTERS)))
    ]
    if draw(st.booleans()):
        found.append(OnKnown(on="known", to=draw(st.sampled_from(LETTERS))))
    for _ in range(draw(st.integers(0, 5))):
        states, to = tuple(draw(origins)), draw(st.sampled_from(LETTERS))
        if draw(st.booleans()):
            count, within = draw(st.integers(1, 4)), draw(st.sampled_from([0, 1, 30, 400]))
            found.append(
                OnPurchase(on="purchase", states=states, to=to, purchases=count, within_days=within)
            )
        elif to not in states:
            days = draw(st.sampled_from([1, 10, 30, 200]))
            found.append(OnSilence(on="silence", states=states, days=days, to=to))
    return LifecycleModel(
        code="any",
        names=NAMES,
        states=tuple(State(code=code, names=NAMES) for code in LETTERS),
        transitions=tuple(draw(st.permutations(found))),
    )


class TestShipped:
    def test_a_customer_passes_through_all_eight_states(self) -> None:
        bought = [date(2024, 2, 1), date(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 1)]
        told = explain(
            SHIPPED,
            known_on=START,
            bought_on=[*bought, date(2026, 1, 10)],
            today=date(2026, 2, 1),
        )
        assert [(change.on, change.state) for change in told.history] == [
            (date(2024, 1, 1), "fan"),
            (date(2024, 2, 1), "new"),
            (date(2024, 3, 2), "active"),
            (date(2024, 4, 1), "repeat"),
            (date(2024, 6, 1), "loyal"),
            (date(2024, 11, 28), "sleeping"),
            (date(2025, 6, 1), "lost"),
            (date(2026, 1, 10), "won_back"),
        ]
        assert (told.next_state, told.next_on) == ("sleeping", date(2026, 7, 9))
        assert [change.before for change in told.history[:3]] == [None, "fan", "new"]
        assert told.history[5].cause is Cause.SILENCE

    def test_two_purchases_of_one_day_are_one(self) -> None:
        told = explain(SHIPPED, known_on=None, bought_on=[START, START], today=START)
        assert told.state == "new"

    def test_a_purchase_on_the_day_of_being_lost_wins_back(self) -> None:
        again = START + timedelta(days=365)
        told = explain(SHIPPED, known_on=None, bought_on=[START, again], today=again)
        assert (told.history[-1].before, told.state) == ("sleeping", "won_back")

    def test_nobody_becomes_a_fan_after_having_bought(self) -> None:
        late = START + timedelta(days=5)
        told = explain(SHIPPED, known_on=late, bought_on=[START], today=late)
        assert [change.state for change in told.history] == ["new"]

    def test_facts_ahead_of_today_are_not_told(self) -> None:
        ahead = START + timedelta(days=1)
        told = explain(SHIPPED, known_on=ahead, bought_on=[ahead], today=START)
        assert (told.state, told.history) == (None, ())

    def test_documents_come_back_as_they_were_written(self) -> None:
        assert LifecycleModel.model_validate_json(SHIPPED.model_dump_json()) == SHIPPED


class TestAllAtOnce:
    @given(models() | st.just(SHIPPED), crowds, st.integers(0, 1_000))
    def test_all_customers_have_the_histories_of_their_stories(
        self, model: LifecycleModel, people: list[Person], days: int
    ) -> None:
        today = START + timedelta(days=days)
        found = lifecycle.evaluate(model, facts(people), today=number(today))
        wanted = [story(model, person, today) for person in people]
        assert rows_of(model, found) == wanted
        codes = [state.code for state in model.states]
        assert found.state.tolist() == [codes.index(one[-1][1]) + 1 if one else 0 for one in wanted]
        assert found.since_day.tolist() == [number(one[-1][0]) if one else NO_DAY for one in wanted]

    @given(
        models() | st.just(SHIPPED),
        st.lists(st.tuples(crowds.filter(bool), st.integers(0, 300)), min_size=1, max_size=3),
    )
    def test_evaluating_changed_and_due_customers_alone_gives_the_same(
        self, model: LifecycleModel, steps: list[tuple[list[Person], int]]
    ) -> None:
        size = max(len(people) for people, _ in steps)
        people: list[Person] = [(None, [])] * size
        today = number(START)
        state = lifecycle.evaluate(model, facts(people), today=today)
        for changes, days in steps:
            today += days
            changed = np.zeros(size, np.bool_)
            for place, person in enumerate(changes):
                changed[place] = people[place] != person
                people[place] = person
            places = np.flatnonzero(changed | lifecycle.is_due(state, today=today))
            some = facts([people[place] for place in places])
            state = lifecycle.renew(state, places, lifecycle.evaluate(model, some, today=today))
            whole = lifecycle.evaluate(model, facts(people), today=today)
            assert rows_of(model, state) == rows_of(model, whole)
            assert state.state.tolist() == whole.state.tolist()
            assert state.since_day.tolist() == whole.since_day.tolist()
            assert state.due_day.tolist() == whole.due_day.tolist()

    @given(crowds, st.integers(0, 1_000))
    def test_the_day_that_is_due_is_the_first_on_which_silence_changes_the_state(
        self, people: list[Person], days: int
    ) -> None:
        today = number(START) + days
        found = lifecycle.evaluate(SHIPPED, facts(people), today=today)
        for person, due in zip(people, found.due_day.tolist(), strict=True):
            known, bought = person
            past = (known, [day for day in bought if day <= days])
            if due == NO_DAY:
                continue
            after = EPOCH + timedelta(days=due)
            is_fact = due - number(START) in {known, *bought}
            before = story(SHIPPED, past, after - timedelta(days=1))
            assert before == story(SHIPPED, past, EPOCH + timedelta(days=today))
            assert is_fact or story(SHIPPED, past, after) != before


class TestRefusals:
    def wrong(self, *transitions: dict[str, object]) -> None:
        states = [{"code": code, "names": NAMES} for code in LETTERS]
        LifecycleModel.model_validate(
            {"code": "wrong", "names": NAMES, "states": states, "transitions": transitions}
        )

    def test_a_state_that_is_not_there_is_named(self) -> None:
        with pytest.raises(ValidationError, match="names “zz”; the states are aa, bb, cc, dd"):
            self.wrong({"on": "purchase", "states": [NOBODY], "to": "zz"})

    def test_somebody_must_become_a_customer_by_the_first_purchase(self) -> None:
        with pytest.raises(ValidationError, match="must lead from “nobody”"):
            self.wrong({"on": "purchase", "states": ["aa"], "to": "bb"})

    def test_silence_leads_elsewhere(self) -> None:
        with pytest.raises(ValidationError, match="cannot lead from “aa” to itself"):
            self.wrong({"on": "silence", "states": ["aa"], "days": 3, "to": "aa"})
