"""Why the embedded PostgreSQL refuses to start: each in one sentence with its remedy."""

from dataclasses import dataclass
from typing import ClassVar

from huitong.platform.errors import DomainError, Kind


@dataclass(eq=False)
class EmbeddedPostgresMismatch(DomainError):
    """The data was written by another major version of PostgreSQL than the one we bring."""

    code: ClassVar[str] = "platform.embedded_postgres_mismatch"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The data in {data} was written by PostgreSQL {found} and this release brings {brought}:"
        " dump it with the release that wrote it and load it here, or set HUITONG_HOME to another"
        " directory, or HUITONG_DATABASE_URL to a server of your own."
    )
    data: str
    found: str
    brought: str


@dataclass(eq=False)
class EmbeddedPostgresForbidden(DomainError):
    """The account that runs the server may not use a file or directory it needs."""

    code: ClassVar[str] = "platform.embedded_postgres_forbidden"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "The embedded PostgreSQL runs as {account} and may not use {path}: give it to that account,"
        " or set HUITONG_HOME to a directory of its own."
    )
    account: str
    path: str


@dataclass(eq=False)
class EmbeddedPostgresDiskFull(DomainError):
    """There is no space left on the disk that holds the data."""

    code: ClassVar[str] = "platform.embedded_postgres_disk_full"
    kind: ClassVar[Kind] = Kind.BUSY
    sentence: ClassVar[str] = (
        "The disk that holds {data} is full: free some space, or set HUITONG_HOME to a directory"
        " on another disk."
    )
    data: str


@dataclass(eq=False)
class EmbeddedPostgresSlow(DomainError):
    """The server is still recovering after the longest time that we wait."""

    code: ClassVar[str] = "platform.embedded_postgres_slow"
    kind: ClassVar[Kind] = Kind.BUSY
    sentence: ClassVar[str] = (
        "The embedded PostgreSQL was not ready after {seconds} s; it goes on recovering, so try"
        " again later; {log} tells how far it is."
    )
    seconds: int
    log: str


@dataclass(eq=False)
class EmbeddedPostgresFailed(DomainError):
    """The server or one of its programs ended with an error that we do not know."""

    code: ClassVar[str] = "platform.embedded_postgres_failed"
    kind: ClassVar[Kind] = Kind.UPSTREAM
    sentence: ClassVar[str] = "The embedded PostgreSQL does not start ({reason}); {log} tells more."
    reason: str
    log: str


def refusal_for(said: str, *, account: str, root: str, log: str, seconds: int) -> DomainError:
    """Return the refusal that fits what PostgreSQL said."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return EmbeddedPostgresDiskFull(data=root)
    if "Permission denied" in said or "Operation not permitted" in said:
        return EmbeddedPostgresForbidden(account=account, path=root)
    if "did not start in time" in said:
        return EmbeddedPostgresSlow(seconds=seconds, log=log)
    return EmbeddedPostgresFailed(reason=cause(said), log=log)


def cause(said: str) -> str:
    """Return the line that names the cause: the last FATAL one, else the last one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    return (fatal or lines or ["it said nothing"])[-1]
