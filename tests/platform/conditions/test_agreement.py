"""Every reader says the same of random customers as a plain telling of the document does."""

import json
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from huitong.platform.conditions import (
    Condition,
    Language,
    Reading,
    check_condition,
    evaluate,
    explain,
    holds,
    plan,
    read_condition,
    select_customers,
    sentence,
    write_condition,
)
from huitong.platform.conditions.tree import OPERATORS, SHAPES
from tests.platform.conditions.drawing import Drawing
from tests.platform.conditions.made_up import SEGMENTS, VOCABULARY, PlainSets, store
from tests.platform.conditions.naive import Naive

DOCUMENTS = 12


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        # The zone of the session is nobody's business: whatever it is, the answers are the same.
        opened.execute("SET TimeZone = 'Pacific/Kiritimati'")
        yield opened


def by_sql(
    connection: duckdb.DuckDBPyConnection, condition: Condition, reading: Reading
) -> list[int]:
    query = select_customers(condition, reading).sql(dialect="duckdb")
    return sorted(number for (number,) in connection.execute(query).fetchall())


@given(st.integers(0, 2**32))
@settings(max_examples=40)
def test_predicate_sql_sets_and_a_plain_telling_agree(
    connection: duckdb.DuckDBPyConnection, seed: int
) -> None:
    drawing = Drawing(seed)
    world = drawing.world()
    store(connection, world)
    reading = Reading(VOCABULARY, drawing.as_of, SEGMENTS)
    naive = Naive(drawing.today, drawing.as_of.zone)
    everyone = world.customers.items()
    for _ in range(DOCUMENTS):
        document = drawing.document()
        note(f"{document} as of {drawing.as_of}")
        condition = read_condition(document)
        check_condition(condition, VOCABULARY, segments=SEGMENTS)
        meant = [number for number, candidate in everyone if naive.means(document, candidate)]

        assert [n for n, candidate in everyone if holds(condition, candidate, reading)] == meant
        explained = [n for n, candidate in everyone if explain(condition, candidate, reading).holds]
        assert [n for n in explained if world.customers[n].is_alive] == meant
        sets = PlainSets(world, reading)
        assert sorted(evaluate(plan(condition, reading), sets)) == meant
        assert by_sql(connection, condition, reading) == meant


@given(st.integers(0, 2**32))
def test_a_condition_is_written_as_it_was_read_and_can_be_told(seed: int) -> None:
    document = Drawing(seed).document()
    condition = read_condition(document)
    assert write_condition(condition) == document
    assert read_condition(write_condition(condition)) == condition
    for language in Language:
        told = sentence(condition, VOCABULARY, language=language, segments=SEGMENTS)
        assert told
        assert "None" not in told


def test_the_drawing_reaches_every_kind_of_condition_and_both_answers() -> None:
    told = []
    answers = []
    for seed in range(60):
        drawing = Drawing(seed)
        world = drawing.world()
        naive = Naive(drawing.today, drawing.as_of.zone)
        for _ in range(DOCUMENTS):
            document = drawing.document()
            told.append(json.dumps(document))
            answers += [naive.means(document, each) for each in world.customers.values()]
    assert 0.2 < sum(answers) / len(answers) < 0.8
    for word in (*SHAPES, *OPERATORS, "where", "since", "until", "sum", "max", "distinct"):
        assert sum(f'"{word}"' in each for each in told) > 20, f"“{word}” is seldom drawn."
