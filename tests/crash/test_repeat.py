"""The same files again change nothing, and files in another order end in the same state.

What may differ with the order of files is how it came about: where a refund comes before its order
the order grants what is left in one operation, where it comes after it grants all and claws back.
So operations, entries, spent lots and the history of tiers differ; what everybody has does not.
Two things do depend on what comes first, by design, and are left out here: caps by day and month go
to the order that comes first, and an order of an unknown buyer earns nothing when it turns out
later that they are a member.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.crash import make
from tests.crash.goods import PROGRAMME, Fields, Step, write_season
from tests.crash.projection import STATE, differences, project

SEED = 20_240_301
ORDERS = 1_100
REPEATS = 2

Found = Callable[..., str]


@pytest.fixture
def found(make_database: Callable[[], str]) -> Iterator[Found]:
    """Return a function that founds a shop in a new database and returns its address."""

    def found(programme: Mapping[str, object] = PROGRAMME) -> str:
        url = make_database()
        make.found_shop(url, programme=programme)
        return url

    with make.keyring_of_shops():
        yield found


def test_a_second_and_a_third_run_of_the_same_files_change_nothing(
    found: Found, tmp_path: Path
) -> None:
    url = found()
    steps = write_season(tmp_path, SEED, size=ORDERS)
    first = [report for report, _ in make.import_steps(url, steps)]
    assert sum(report.applied for report in first) > ORDERS
    after_one = make.everything_in(url)
    for _ in range(REPEATS):
        again = [report for report, _ in make.import_steps(url, steps)]
        assert [report.applied for report in again] == [0] * len(steps)
        assert [report.refused for report in again] == [report.refused for report in first]
        assert differences(after_one, make.everything_in(url)) == []
    assert make.breaches_in(url) == []


def test_files_in_another_order_end_in_the_same_state(found: Found, tmp_path: Path) -> None:
    steps = {step.path.stem: step for step in write_season(tmp_path, SEED, size=ORDERS)}
    make_buyers_known(steps["orders"].path)
    make_buyers_known(steps["orders-late"].path)
    one, other = found(without_caps()), found(without_caps())
    make.import_steps(one, list(steps.values()))
    early, late = split_by_time(steps["orders"])
    first, last = ("products", "members"), ("members-late", "orders-late", "refunds-late")
    turned = [
        *(steps[name] for name in first),
        *(late, early, steps["refunds-early"]),
        *(steps[name] for name in last),
    ]
    make.import_steps(other, turned)
    state = project(one, STATE)
    assert differences(state, project(other, STATE)) == []
    assert all(state.values()), "Every part of the comparison has rows."
    assert make.breaches_in(other) == []


def without_caps() -> dict[str, Any]:
    """Return the programme with caps on single orders only."""
    programme = deepcopy(PROGRAMME)
    for rule in programme["rules"]:
        rule["caps"] = {name: most for name, most in rule.get("caps", {}).items()
                        if name == "per_order"}  # fmt: skip
    return programme


def make_buyers_known(path: Path) -> None:
    """Leave only orders whose buyers are known by one identifier, or not at all."""
    kept = []
    for line in path.read_text("utf-8").splitlines():
        parties = record_of(line).get("parties", [])
        if all(len(party["identifiers"]) == 1 for party in parties):
            kept.append(line)
    path.write_text("\n".join(kept) + "\n", "utf-8")


def split_by_time(step: Step) -> tuple[Step, Step]:
    """Write the orders of a file as two: the earlier half and the later one."""
    lines = sorted(
        step.path.read_text("utf-8").splitlines(),
        key=lambda line: str(record_of(line).get("ordered_at", "")),
    )
    middle = len(lines) // 2
    while record_of(lines[middle])["order_no"] == record_of(lines[middle - 1])["order_no"]:
        middle += 1  # The versions of an order stay together.
    return (
        written(step, "first-half", lines[:middle]),
        written(step, "second-half", lines[middle:]),
    )


def written(step: Step, name: str, lines: list[str]) -> Step:
    """Write lines as a file beside another one, to be imported as that one is."""
    path = step.path.with_name(f"{name}.ndjson")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return Step(step.kind, path)


def record_of(line: str) -> Fields:
    """Return the record on a line, an empty one when the line is none."""
    try:
        record: Fields = json.loads(line)
    except ValueError:
        return {}
    return record
