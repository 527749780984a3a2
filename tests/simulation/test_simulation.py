"""The simulation in the suite's size; `make simulate` runs more. A failure names its seed."""

import secrets
from collections.abc import Callable

import pytest

from tests.simulation.driver import simulate

OPERATIONS = 50_000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_ledger_does_what_the_model_does_through_crashes_and_repeats(
    make_database: Callable[[], str],
) -> None:
    seed = secrets.randbelow(10**9)
    outcome = simulate(make_database(), seed=seed, operations=OPERATIONS)
    again = f"python -m tests.simulation --seed {seed} --operations {OPERATIONS}"
    assert not outcome.problems, "\n".join([f"To see it again: {again}", *outcome.problems[:5]])
    assert outcome.operations >= OPERATIONS
    assert outcome.crashes, "A run without a crash proves less than it should."
    assert outcome.kills, "A run in which no connection was cut proves less than it should."
    assert outcome.answers["ok"] > OPERATIONS // 3
