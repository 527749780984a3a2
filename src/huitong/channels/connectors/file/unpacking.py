"""Opens files for reading, unpacked on the way, and no further than a table could have been packed.

Sheets and texts pack ten to forty times smaller; what unpacks much further was made to fill a disk.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from gzip import GzipFile
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from huitong.channels.connectors.file.forms import FileUnreadable, form_by_name, is_packed

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

UNPACKED_BYTES_MAX = 8 << 30
UNPACKED_RATIO_MAX = 120
# Small files may hold the same over and over.
UNPACKED_BYTES_FREE = 64 << 20
BLOCK_BYTES = 1 << 20


def unpacked_bytes_max(packed_bytes: int) -> int:
    """Return how many bytes a file or an archive of some bytes may unpack to."""
    usual = max(UNPACKED_BYTES_FREE, packed_bytes * UNPACKED_RATIO_MAX)
    return min(UNPACKED_BYTES_MAX, usual)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, unpacked on the way when it is packed.

    Reading raises FileUnreadable once more has come out of a packed file than a table could be.
    """
    with path.open("rb") as file:
        if is_packed(path):
            limited = _Unpacked(GzipFile(fileobj=file), path)
            with BufferedReader(limited, BLOCK_BYTES) as unpacked:
                yield cast("IO[bytes]", unpacked)
        else:
            yield file


class _Unpacked(RawIOBase):
    """What comes out of a packed file, up to its limit."""

    def __init__(self, unpacked: GzipFile, path: Path) -> None:
        self._unpacked = unpacked
        self._path = path
        self._bytes_max = unpacked_bytes_max(path.stat().st_size)
        self._bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: "WriteableBuffer") -> int:
        count = self._unpacked.readinto(target)
        self._bytes += count
        if self._bytes > self._bytes_max:
            raise FileUnreadable(
                file=self._path.name, form=form_by_name(self._path), fault=self._fault()
            )
        return count

    def _fault(self) -> str:
        if self._bytes_max == UNPACKED_BYTES_MAX:
            what = f"it unpacks to more than {UNPACKED_BYTES_MAX >> 30} GB"
        else:
            what = (
                f"it unpacks to more than {UNPACKED_RATIO_MAX} times its size, which no table does"
            )
        return f"{what}; unpack it yourself, look what it holds, and import that"
