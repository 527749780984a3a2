"""The routes as the table beside this file has them: what each asks for and how it narrows.

A route that is not in the table fails the matrix, so that somebody decides how it serves people
who see some stores only. `python -m tests.access.matrix` writes the table of the routes there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi.routing import APIRoute

from huitong.entry.routers import ROUTERS
from huitong.platform.http import PUBLIC, narrowing_of, permission_of

TABLE = Path(__file__).parent / "matrix.txt"


@dataclass(frozen=True, slots=True)
class Row:
    """A route: how it is called, which permission it asks for, how it serves narrowed callers."""

    method: str
    path: str
    permission: str
    narrowing: str

    def __str__(self) -> str:
        return f"{self.method:<6} {self.path:<72} {self.permission:<22} {self.narrowing}"


def declared() -> list[Row]:
    """Return the routes that the product declares."""
    return [
        Row(method, route.path, str(permission_of(route)), str(narrowing_of(route) or PUBLIC))
        for router in ROUTERS
        for route in router.api.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def tabled() -> list[Row]:
    """Return the routes of the table."""
    return [Row(*line.split()) for line in TABLE.read_text("utf-8").splitlines() if line]


def by_name(rows: list[Row]) -> Mapping[str, Row]:
    """Return rows by how they are called."""
    return {f"{row.method} {row.path}": row for row in rows}


if __name__ == "__main__":
    TABLE.write_text("".join(f"{row}\n" for row in sorted(declared(), key=str)), "utf-8")
