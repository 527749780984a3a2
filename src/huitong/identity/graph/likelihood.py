"""Pairs of people who are likely one, by name, birthday and address; they only ever suggest.

Needs Splink (`huitong[splink]`), which learns from the people themselves what agreements say.
Nothing here merges: a pair is for an operator to look at.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from huitong.identity.model import SplinkMissing
from huitong.identity.tables import graph as tables
from huitong.platform.errors import DomainError, Kind

PEOPLE_MIN = 50
SAMPLED_PAIRS_MAX = 1_000_000
SHARE_FOUND_BY_RULES = 0.7
SEED = 1
NEARLY = 0.88


@dataclass(eq=False)
class TooFewPeople(DomainError):
    """Likelihoods cannot be learnt from so few people."""

    code: ClassVar[str] = "identity.too_few_people"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Only {found} people are described; what an agreement says can be learnt from {wanted}"
        " or more: give a larger file."
    )
    found: int
    wanted: int


@dataclass(eq=False)
class UnreadablePeople(DomainError):
    """The file of people lacks a column."""

    code: ClassVar[str] = "identity.unreadable_people"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The file lacks the columns {missing}; it needs {columns}."
    missing: str
    columns: str


@dataclass(frozen=True, slots=True)
class Described:
    """Somebody as they described themselves; what is not known is empty."""

    id: str
    name: str
    birthday: str
    address: str
    place: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two who are likely one person."""

    one: str
    other: str
    likelihood: float


COLUMNS = tuple(each.name for each in fields(Described))


def read_people(path: Path) -> list[Described]:
    """Return the people of a CSV file with the columns id, name, birthday, address, place.

    :raises UnreadablePeople: when a column is missing.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, skipinitialspace=True)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise UnreadablePeople(missing=", ".join(missing), columns=", ".join(COLUMNS))
        return [
            Described(**{name: (row[name] or "").strip() for name in COLUMNS}) for row in reader
        ]


def suggest(people: Sequence[Described], *, likelihood_min: float) -> list[Suggestion]:
    """Return pairs that are at least so likely one person, the likeliest first.

    Only pairs that share a birthday, a name, or a place and the first two letters of a name are
    compared.

    :raises SplinkMissing: when Splink is not installed.
    :raises TooFewPeople: when there are fewer than `PEOPLE_MIN`.
    """
    if find_spec("splink") is None:
        raise SplinkMissing
    if len(people) < PEOPLE_MIN:
        raise TooFewPeople(found=len(people), wanted=PEOPLE_MIN)
    with duckdb.connect() as connection:
        connection.execute(tables.PEOPLE_TABLE)
        rows = [[value or None for value in astuple(each)] for each in people]
        connection.executemany(tables.INSERT_PEOPLE, rows)
        predicted = _predict(connection, likelihood_min)
        pairs = predicted.as_duckdbpyrelation().project("id_l, id_r, match_probability").fetchall()
    found = [
        Suggestion(min(one, other), max(one, other), likelihood) for one, other, likelihood in pairs
    ]
    return sorted(found, key=lambda each: (-each.likelihood, each.one, each.other))


def _predict(connection: duckdb.DuckDBPyConnection, likelihood_min: float) -> Any:  # noqa: ANN401 - Splink's frame
    """Learn what agreements say, and compare."""
    from splink import (  # noqa: PLC0415 - An extra.
        DuckDBAPI,
        Linker,
        SettingsCreator,
        block_on,
    )
    from splink import comparison_library as compare  # noqa: PLC0415 - The same.

    block: Callable[..., Any] = block_on
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[
            block("birthday"),
            block("name"),
            block("place", "substr(name, 1, 2)"),
        ],
        comparisons=[
            compare.JaroWinklerAtThresholds("name", [0.95, NEARLY]),
            compare.LevenshteinAtThresholds("birthday", 1),
            compare.JaroWinklerAtThresholds("address", [0.95, NEARLY]),
            compare.ExactMatch("place"),
        ],
    )
    people = DuckDBAPI(connection=connection).register("people")
    linker = Linker(people, settings, log_level=None)
    train = linker.training
    sure = [block("name", "birthday"), block("name", "address"), block("birthday", "address")]
    train.estimate_probability_two_random_records_match(sure, recall=SHARE_FOUND_BY_RULES)
    train.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS_MAX, seed=SEED)
    train.estimate_parameters_using_expectation_maximisation(block("birthday"))
    train.estimate_parameters_using_expectation_maximisation(block("name"))
    return linker.inference.predict(threshold_match_probability=likelihood_min)
