"""The staging folder: private to its user, removed at the end, swept when its import was killed."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

MEMORY_LIMIT = "400MB"
THREADS = 2
FOLDER_PREFIX = "huitong-import-"
NEW_FOLDER_PREFIX = "huitong-new-"


@contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder that only this user reads; remove those of killed imports first."""
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        with suppress(OSError), _held(left):
            shutil.rmtree(left)
    made = Path(tempfile.mkdtemp(prefix=NEW_FOLDER_PREFIX))
    with _held(made):
        # It gets the name that others sweep by only now that it is held.
        folder = made.rename(made.with_name(FOLDER_PREFIX + made.name))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def connected(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB in the folder that spills there and reaches for nothing else."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "threads": THREADS,
        "temp_directory": str(folder / "spilled"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(str(folder / "staged.duckdb"), config=settings) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder as long as its import lives; a killed one lets go of it."""
    with (folder / "import.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
