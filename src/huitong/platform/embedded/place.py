"""The place of a server: its directories, its account, its programs, and its socket."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from huitong.platform.embedded import refusals, wheel
from huitong.platform.embedded.refusals import EmbeddedPostgresFailed, EmbeddedPostgresForbidden
from huitong.platform.embedded.wheel import Account, Programs
from huitong.platform.errors import DomainError

START_SECONDS_MAX = 900  # Crash recovery replays up to 4 GB of log.
SOCKET_PATH_BYTES_MAX = 103  # macOS allows 104 with the closing zero, Linux 108.
PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one server lives and what it runs with."""

    root: Path
    account: Account | None
    programs: Programs

    @property
    def data(self) -> Path:
        """Return the directory of the data; it is not there before the first start."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """Return the file to which the server writes what it has to say."""
        return self.root / "server.log"

    def sockets(self) -> Path:
        """Return the directory of the socket: beside the data, or a short one for a long path."""
        beside = self.root / "run"
        if len(os.fsencode(beside / SOCKET)) <= SOCKET_PATH_BYTES_MAX:
            return beside
        mark = sha256(os.fsencode(self.root)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"huitong-{mark}"

    def run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the account of the server."""
        return self.programs.run(self.account, program, *arguments)

    def refusal(self, said: str) -> DomainError:
        """Return the sentence with its remedy for what a program said when it failed."""
        return refusals.refusal_for(
            said,
            account=wheel.name_of(self.account),
            root=str(self.root),
            log=str(self.log),
            seconds=START_SECONDS_MAX,
        )


def place_of(home: Path) -> Place:
    """Return the place of the server of `home`; it is made when the home is new.

    :raises EmbeddedPostgresFailed: when the home holds a link to a place that is gone.
    """
    named = home / "postgres"
    account = wheel.account_for(named)
    programs = wheel.programs_for(account)
    if named.is_symlink() and not named.exists():
        raise EmbeddedPostgresFailed(
            reason=f"its data was in {named.readlink()}, which is gone", log="the backup"
        )
    if not named.exists():
        _make_place(named, account)
    return Place(root=named.resolve(), account=account, programs=programs)


def _make_place(named: Path, account: Account | None) -> None:
    """Make the directory of the server; outside the home when its account cannot get there.

    Root's own home directory is closed to everybody else, and a checkout there should still run
    without opening it: the home then holds a link.
    """
    if account is None:
        named.mkdir(mode=0o700)
        return
    if account.reaches(named.parent):
        named.mkdir(mode=0o700)
        os.chown(named, account.uid, account.gid)
        return
    root = wheel.private_directory_elsewhere(account)
    named.symlink_to(root)


def make_private(directory: Path, account: Account | None) -> None:
    """Make a directory for the account alone, or check that the one that is there is its own.

    :raises EmbeddedPostgresForbidden: when it belongs to, or is open to, somebody else.
    """
    owner = os.geteuid() if account is None else account.uid
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        there = directory.lstat()
        if there.st_uid != owner or there.st_mode & 0o077 or directory.is_symlink():
            raise EmbeddedPostgresForbidden(
                account=wheel.name_of(account), path=str(directory)
            ) from None
    else:
        if account is not None:
            os.chown(directory, account.uid, account.gid)
