"""What a column held, refresh by refresh, becomes the days on which each value held."""

from datetime import date

from huitong.segments.model.tag_intervals import TagInterval
from huitong.segments.model.tags import Tag
from huitong.segments.rules.tag_intervals import begun_on, intervals_of
from tests.segments.tag_lake import tag, values

FIRST, SECOND, THIRD = date(2026, 3, 1), date(2026, 3, 5), date(2026, 3, 9)
COUNT = {"primitive": "count"}
WORDS = {1: "new", 2: "late"}


def stage(*codes: str) -> Tag:
    steps = [{"value": code, "at_least": place} for place, code in enumerate(codes)]
    expression = {"primitive": "band", "of": COUNT, "steps": steps}
    return tag("stage", expression, values=values(*codes))


STAGE = stage("new", "late")


def test_each_value_holds_until_the_day_of_the_next_one() -> None:
    course = [(None, 0), (FIRST, 1), (SECOND, 2), (THIRD, 0)]
    assert intervals_of(STAGE, course, WORDS, begun_on=None) == [
        TagInterval("stage", "new", FIRST, SECOND),
        TagInterval("stage", "late", SECOND, THIRD),
    ]


def test_what_holds_from_the_first_table_on_has_no_first_day_and_what_holds_no_last() -> None:
    found = intervals_of(STAGE, [(None, 1)], WORDS, begun_on=None)
    assert found == [TagInterval("stage", "new", None, None)]
    assert found[0].holds_on(FIRST)


def test_of_several_changes_on_a_day_the_last_counts() -> None:
    course = [(None, 1), (FIRST, 2), (FIRST, 1), (SECOND, 0), (SECOND, 2)]
    assert intervals_of(STAGE, course, WORDS, begun_on=None) == [
        TagInterval("stage", "new", None, SECOND),
        TagInterval("stage", "late", SECOND, None),
    ]


def test_values_of_a_tag_of_several_come_and_go_on_their_own() -> None:
    likes = tag("likes", {"primitive": "given"}, values=values("tea", "golf"), kind="manual",
                multi=True)  # fmt: skip
    course = [(None, 0b01), (FIRST, 0b11), (SECOND, 0b10)]
    assert intervals_of(likes, course, {0: "tea", 1: "golf"}, begun_on=None) == [
        TagInterval("likes", "tea", None, SECOND),
        TagInterval("likes", "golf", FIRST, None),
    ]


def test_numbers_are_told_as_they_are_and_zero_is_one() -> None:
    lines = tag("lines", COUNT)
    assert intervals_of(lines, [(None, None), (FIRST, 0), (SECOND, 7)], {}, begun_on=None) == [
        TagInterval("lines", 0, FIRST, SECOND),
        TagInterval("lines", 7, SECOND, None),
    ]


def test_what_was_before_the_numbers_meant_this_is_left_out() -> None:
    course = [(None, 1), (FIRST, 2), (THIRD, 1)]
    assert intervals_of(STAGE, course, WORDS, begun_on=SECOND) == [
        TagInterval("stage", "late", SECOND, THIRD),
        TagInterval("stage", "new", THIRD, None),
    ]


def test_an_interval_holds_from_its_first_day_to_the_one_before_its_end() -> None:
    one = TagInterval("stage", "new", FIRST, SECOND)
    held = [one.holds_on(day) for day in (date(2026, 2, 28), FIRST, date(2026, 3, 4), SECOND)]
    assert held == [False, True, True, False]


class TestSinceWhenNumbersMeanThis:
    def test_a_value_at_the_end_changes_no_number(self) -> None:
        versions = [(stage("new", "late", "lost"), SECOND), (STAGE, FIRST)]
        assert begun_on(versions, is_in_baseline=True) is None

    def test_a_value_at_the_front_changes_all(self) -> None:
        versions = [(stage("vip", "new", "late"), SECOND), (STAGE, FIRST)]
        assert begun_on(versions, is_in_baseline=True) == SECOND

    def test_the_first_definition_with_these_numbers_counts(self) -> None:
        again = stage("late", "new", "lost")
        versions = [(again, THIRD), (stage("late", "new"), SECOND), (STAGE, FIRST)]
        assert begun_on(versions, is_in_baseline=True) == SECOND

    def test_a_tag_that_came_after_the_first_table_begins_with_its_definition(self) -> None:
        assert begun_on([(STAGE, FIRST)], is_in_baseline=False) == FIRST
        assert begun_on([(STAGE, None)], is_in_baseline=False) is None
