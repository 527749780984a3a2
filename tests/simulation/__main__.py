"""`python -m tests.simulation`: the simulation on a server of its own, as long as you like."""

# ruff: noqa: T201 - It talks to the person who runs it.

import argparse
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from huitong.entry.migrate import migrate
from huitong.platform import embedded
from tests.simulation.driver import Outcome, simulate


def main() -> int:
    """Run once with the given seed, or with a new one, and say what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--operations", type=int, default=200_000)
    given = parser.parse_args()
    print(f"Seed {given.seed}, {given.operations} operations ...", flush=True)
    with _empty_database() as url:
        begun = time.monotonic()
        outcome = simulate(url, seed=given.seed, operations=given.operations)
        seconds = time.monotonic() - begun
    _tell(outcome, seconds)
    if outcome.problems:
        print(f"To see it again: --seed {given.seed} --operations {given.operations}")
    return 1 if outcome.problems else 0


@contextmanager
def _empty_database() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="huitong-simulation-") as made:
        home = Path(made)
        home.chmod(0o755)
        with embedded.serving(home) as server:
            with psycopg.connect(server.url, autocommit=True) as connection:
                # What is simulated is the end of processes and connections, not of the power.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            migrate(server.url)
            yield server.url


def _tell(outcome: Outcome, seconds: float) -> None:
    rate = outcome.operations / seconds
    print(f"{outcome.operations} operations in {seconds:.0f} s ({rate:.0f}/s),", end=" ")
    print(f"{outcome.crashes} lost transactions, {outcome.kills} cut connections.")
    for answer, count in outcome.answers.most_common():
        print(f"  {count:>8}  {answer}")
    for problem in outcome.problems[:10]:
        print(problem)
    print("The ledger and the model agree." if not outcome.problems else "THEY DISAGREE.")


if __name__ == "__main__":
    sys.exit(main())
