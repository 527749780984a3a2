"""Likely pairs are found by what people say of themselves, and only suggested."""

import random
from pathlib import Path

import pytest

from huitong.identity.graph.likelihood import (
    Described,
    TooFewPeople,
    UnreadablePeople,
    read_people,
    suggest,
)

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静秀丽强磊洋艳勇军杰娟涛明超霞平刚桂英华玉兰飞鹏辉玲"
STREETS = ("人民路", "解放路", "中山路", "建设街", "和平里", "长江道", "新华街", "胜利巷")
PEOPLE = 600
TOLD_TWICE = 150


def people() -> list[Described]:
    """Return people of whom some described themselves twice, the second time a little wrong."""
    chance = random.Random(4)
    made = []
    for number in range(PEOPLE):
        name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2))
        birthday = f"{chance.randrange(1950, 2008)}-{chance.randrange(1, 13):02}-"
        birthday += f"{chance.randrange(1, 29):02}"
        address = f"{chance.choice(STREETS)}{chance.randrange(1, 900)}号{chance.randrange(1, 99)}室"
        made.append(Described(f"p{number}", name, birthday, address, f"{number % 30}"))
    for one in made[:TOLD_TWICE]:
        address = one.address[:-1] if chance.random() < 0.5 else one.address
        name = one.name if chance.random() < 0.9 else one.name[:-1] + chance.choice(GIVEN)
        made.append(Described(f"{one.id}-again", name, one.birthday, address, one.place))
    return made


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
