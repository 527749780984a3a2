"""People who described themselves, some of them twice."""

import random

from huitong.identity.graph.likelihood import Described

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
