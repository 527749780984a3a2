"""Likely pairs are found by what people say of themselves, and only suggested."""

from pathlib import Path

import pytest

from huitong.identity.graph.likelihood import (
    Described,
    TooFewPeople,
    UnreadablePeople,
    read_people,
    suggest,
)
from tests.identity_graph.described import TOLD_TWICE, people


def test_people_who_described_themselves_twice_are_found_and_strangers_are_not() -> None:
    pytest.importorskip("splink", reason="It is an extra.")
    found = suggest(people(), likelihood_min=0.9)
    right = [each for each in found if each.other == f"{each.one}-again"]
    assert len(right) >= 0.95 * TOLD_TWICE
    assert len(right) >= 0.98 * len(found)
    assert found[0].likelihood >= found[-1].likelihood >= 0.9


def test_too_few_people_teach_nothing() -> None:
    pytest.importorskip("splink", reason="It is an extra.")
    with pytest.raises(TooFewPeople, match="Only 3 people"):
        suggest(people()[:3], likelihood_min=0.9)


def test_a_file_without_a_column_says_which(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,name\n1,王伟\n", encoding="utf-8")
    with pytest.raises(UnreadablePeople, match="lacks the columns birthday, address, place"):
        read_people(path)


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(
        "id,name,birthday,address,place\n1, 王伟 ,1990-01-02,,上海\n", encoding="utf-8-sig"
    )
    assert read_people(path) == [Described("1", "王伟", "1990-01-02", "", "上海")]
