"""Files at rest: sealed in parts under a key of their own, so that deleting the key forgets them.

A sealed file is a row of frames: a length of four bytes, then that many sealed ones. The number of
a frame is part of its seal, and the last frame has a place of its own: frames cannot be left out,
repeated, reordered or cut off without that being noticed.
"""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from huitong.platform.crypto import SEAL_BYTES_ADDED, Cipher, SealBroken

FRAME_BYTES = 1 << 20
LENGTH_BYTES = 4
LAST = ".last"


def _privately(path: str, flags: int) -> int:
    """Open a file that nobody else on the machine may read."""
    return os.open(path, flags, 0o600)


class Sealing:
    """A file on its way to rest: what is written is sealed, counted and hashed as it comes.

    Without `finish` nothing stays of it.
    """

    def __init__(self, path: Path, cipher: Cipher, *, place: str) -> None:
        """Begin the draft of a sealed file; `place` names what it is for, as part of its seal."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        self._draft = path.with_suffix(path.suffix + ".draft")
        self._cipher = cipher
        self._place = place
        self._file = open(self._draft, "wb", opener=_privately)  # noqa: SIM115 - closed at the exit
        self._hash = sha256()
        self._waiting = bytearray()
        self._frames = 0
        self.byte_count = 0
        self.head = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def write(self, part: bytes) -> None:
        """Seal one more part; the first mebibyte is remembered as `head`."""
        if len(self.head) < FRAME_BYTES:
            self.head += part[: FRAME_BYTES - len(self.head)]
        self.byte_count += len(part)
        self._hash.update(part)
        self._waiting += part
        while len(self._waiting) > FRAME_BYTES:
            self._seal(bytes(self._waiting[:FRAME_BYTES]), self._place)
            del self._waiting[:FRAME_BYTES]

    def finish(self) -> bytes:
        """Put the whole file in its place and return the hash of what was written."""
        self._seal(bytes(self._waiting), self._place + LAST)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._draft.replace(self._path)
        return self._hash.digest()

    def _seal(self, part: bytes, place: str) -> None:
        sealed = self._cipher.seal(part, place=place, row=self._frames)
        self._file.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)
        self._frames += 1


def unsealed(path: Path, cipher: Cipher, *, place: str) -> Iterator[bytes]:
    """Yield the parts of a sealed file.

    :raises SealBroken: when any part of it is missing, another one, or sealed under another key.
    """
    with path.open("rb") as file:
        number, length = 0, file.read(LENGTH_BYTES)
        while number == 0 or length:
            frame = _frame(file, length)
            length = file.read(LENGTH_BYTES)
            at = place if length else place + LAST
            yield cipher.open(frame, place=at, row=number)
            number += 1


def _frame(file: IO[bytes], length: bytes) -> bytes:
    """Read the frame that a length announces."""
    count = int.from_bytes(length, "big")
    if len(length) < LENGTH_BYTES or not 0 < count <= FRAME_BYTES + SEAL_BYTES_ADDED:
        raise SealBroken
    frame = file.read(count)
    if len(frame) < count:
        raise SealBroken
    return frame


def seal_file(source: Path, target: Path, cipher: Cipher, *, place: str) -> None:
    """Seal a copy of a file."""
    with source.open("rb") as file, Sealing(target, cipher, place=place) as sealing:
        while block := file.read(FRAME_BYTES):
            sealing.write(block)
        sealing.finish()


def unseal_file(source: Path, target: Path, cipher: Cipher, *, place: str) -> None:
    """Write a sealed file in the clear, for this user alone; to be deleted soon.

    :raises SealBroken: as `unsealed` does.
    """
    with open(target, "wb", opener=_privately) as file:
        file.writelines(unsealed(source, cipher, place=place))
