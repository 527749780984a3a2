"""Which revision of the schema this release needs, and which one a database has."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psycopg

from huitong.platform.errors import DomainError, Kind

VERSIONS = Path(__file__).parent / "migrations" / "versions"


@dataclass(eq=False)
class WrongRevision(DomainError):
    """The database does not have the schema that this release works with."""

    code: ClassVar[str] = "platform.wrong_revision"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The database is at schema revision {found} and this release needs {needed}:"
        " run “huitong init”, which brings it there and keeps what it holds."
    )
    found: str
    needed: str


def needed() -> str:
    """Return the newest revision of this release; files are named `NNNN_<domain>.py`."""
    return max(path.name for path in VERSIONS.glob("[0-9]*_*.py")).partition("_")[0]


def found_at(url: str) -> str:
    """Return the revision of a database, `none` when it was never set up."""
    with psycopg.connect(url, autocommit=True) as connection:
        known = connection.execute("SELECT to_regclass('platform.alembic_version')").fetchone()
        if known is None or known[0] is None:
            return "none"
        row = connection.execute("SELECT version_num FROM platform.alembic_version").fetchone()
    return "none" if row is None else str(row[0])


def require(url: str) -> None:
    """Pass when the database has the schema that this release needs.

    :raises WrongRevision: when it has another one, or none.
    """
    found = found_at(url)
    if found != needed():
        raise WrongRevision(found=found, needed=needed())
