"""Runs a command on a throw-away server of an installed PostgreSQL: `15 -- pytest`.

The command finds the server's address in HUITONG_TEST_DATABASE_URL. A directory of programs may
stand in place of the version.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huitong.platform.embedded import wheel
from huitong.platform.embedded.wheel import Programs

INSTALLED = (
    "/usr/lib/postgresql/{}/bin",
    "/opt/homebrew/opt/postgresql@{}/bin",
    "/usr/pgsql-{}/bin",
)
OPTIONS = "-c listen_addresses='' -c fsync=off -c max_connections=60 -k {}"


def main() -> int:
    """Start the server, run the command and return its exit code."""
    version, dashes, *command = sys.argv[1:]
    assert dashes == "--", "Usage: on_postgresql.py VERSION -- COMMAND..."
    programs = _installed(version)
    if programs is None:
        print(f"PostgreSQL {version} is not installed here; name the directory of its programs.")
        return 2
    with _server(programs) as url:
        environment = os.environ | {"HUITONG_TEST_DATABASE_URL": url}
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


def _installed(version: str) -> Programs | None:
    for place in (version, *(pattern.format(version) for pattern in INSTALLED)):
        if (Path(place) / "initdb").exists():
            return Programs(directory=Path(place), version=version)
    return None


@contextmanager
def _server(programs: Programs) -> Iterator[str]:
    """Make an empty server in a temporary directory and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="huitong-postgresql-") as root:
        account = wheel.account_for(Path(root))
        if account is not None:
            os.chown(root, account.uid, account.gid)

        def run(program: str, *arguments: str) -> None:
            done = programs.run(account, program, "-D", f"{root}/data", *arguments)
            assert done.returncode == 0, done.stderr + done.stdout

        run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        run("pg_ctl", "start", "-w", "-l", f"{root}/log", "-o", OPTIONS.format(root))
        try:
            yield f"postgresql://postgres@/postgres?host={root}"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "fast")


if __name__ == "__main__":
    sys.exit(main())
