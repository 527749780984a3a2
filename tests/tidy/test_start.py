"""Commands start quickly: what takes long to import is imported by whoever uses it first."""

import subprocess
import sys

import pytest

# What a command waits for that only looks at a customer or asks for `--help`.
SLOW = (
    "alembic",
    "duckdb",
    "fastapi",
    "huitong.segments",
    "numba",
    "numpy",
    "pyroaring",
    "rich",
    "scipy",
    "sqlalchemy",
    "sqlglot",
    "uvicorn",
    "yaml",
)
# What a command that touches no data does not need either.
OF_THE_PLATFORM = ("cryptography", "psycopg", "pydantic", "structlog", "huitong.platform.db")


def slow_of(imports: str, slow: tuple[str, ...]) -> list[str]:
    """Return which of the slow modules a process has after some imports."""
    asked = f"import sys, {imports}\nprint(*set({slow!r}) & sys.modules.keys())"
    command = [sys.executable, "-c", asked]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return sorted(done.stdout.split())


@pytest.mark.parametrize("part", ["huitong.entry.wiring", "huitong.entry.cli"])
def test_nothing_slow_is_imported_by(part: str) -> None:
    assert slow_of(part, SLOW) == []


def test_the_command_line_imports_no_platform_before_a_command_runs() -> None:
    assert slow_of("huitong.entry.cli", OF_THE_PLATFORM) == []


def test_what_is_slow_would_be_found() -> None:
    found = slow_of("huitong.entry.tagging", SLOW)
    assert {"duckdb", "huitong.segments", "numpy", "sqlglot"} <= set(found)
