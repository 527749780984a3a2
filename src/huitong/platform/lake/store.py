"""Where the lake's objects are: a folder, used as an object store would be.

Five verbs, each with the promise that an S3-compatible store gives too: an object appears whole or
not at all (`put`: rename here, PUT there); a name is taken once (`put_new`: a link here,
`If-None-Match: *` there), which is how a manifest is published; names are listed by prefix, and
what is deleted twice is deleted. Objects are never changed.

What is in it is for this program's user alone: rows without names, but of single customers.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from urllib.parse import urlsplit

from huitong.platform.lake.model import LakeUrlUnusable

DRAFTS = "drafts"
DIGEST_BYTES = 16
READ_BYTES = 1 << 20
PRIVATE_FOLDER, PRIVATE_FILE, OTHERS = 0o700, 0o600, 0o077


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a listing shows it."""

    name: str
    bytes: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine; names have slashes and no folder needs to be made first."""

    path: Path

    @classmethod
    def at(cls, url: str) -> "Folder":
        """Return the folder that a setting names, as a path or a `file:` address.

        :raises LakeUrlUnusable: when it is anywhere else.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"", "file"} or parts.netloc:
            raise LakeUrlUnusable(url=url)
        return cls(Path(parts.path or url).absolute())

    def names(self, prefix: str) -> list[Listed]:
        """Return the objects whose names start with a folder's name, by name."""
        found = []
        for path in sorted((self.path / prefix).rglob("*")):
            with suppress(FileNotFoundError):
                told = path.stat()
                if path.is_file():
                    written_at = datetime.fromtimestamp(told.st_mtime, UTC)
                    name = path.relative_to(self.path).as_posix()
                    found.append(Listed(name, told.st_size, written_at))
        return found

    def get(self, name: str) -> bytes:
        """Return an object.

        :raises FileNotFoundError: when there is none.
        """
        return (self.path / name).read_bytes()

    def put(self, name: str, draft: Path) -> None:
        """Store a finished draft under a name; the draft is gone then."""
        target = self._target(name)
        draft.chmod(PRIVATE_FILE)
        _sync(draft)
        draft.replace(target)
        _sync(target.parent)

    def put_new(self, name: str, content: bytes) -> bool:
        """Store an object unless its name is taken, and return whether it was free."""
        target = self._target(name)
        with self.drafting() as drafts:
            draft = drafts / "new"
            draft.write_bytes(content)
            draft.chmod(PRIVATE_FILE)
            _sync(draft)
            try:
                os.link(draft, target)
            except FileExistsError:
                return False
        _sync(target.parent)
        return True

    def delete(self, names: Sequence[str]) -> None:
        """Delete objects; those that are gone already are no error."""
        for name in names:
            (self.path / name).unlink(missing_ok=True)

    def locate(self, name: str) -> str:
        """Return what DuckDB reads an object by."""
        return str(self.path / name)

    def digest(self, name: str) -> str:
        """Return the digest of an object's bytes.

        :raises FileNotFoundError: when there is none.
        """
        return digest_of(self.path / name)

    @contextmanager
    def drafting(self) -> Iterator[Path]:
        """Give a private folder on the same disk, removed at the end of the block."""
        drafts = self.path / DRAFTS / secrets.token_hex(8)
        self._make(drafts)
        try:
            yield drafts
        finally:
            rmtree(drafts, ignore_errors=True)

    def drop_drafts(self, *, before: datetime) -> None:
        """Remove what killed processes left, if nothing in it was written since an instant."""
        for drafts in (self.path / DRAFTS).glob("*"):
            with suppress(FileNotFoundError):
                written = max(path.stat().st_mtime for path in (drafts, *drafts.rglob("*")))
                if datetime.fromtimestamp(written, UTC) < before:
                    rmtree(drafts, ignore_errors=True)

    def _target(self, name: str) -> Path:
        target = self.path / name
        self._make(target.parent)
        return target

    def _make(self, folder: Path) -> None:
        """Make a folder and those above it; the first one of ours keeps others out of all."""
        top = self.path / folder.relative_to(self.path).parts[0]
        if not self.path.exists():
            self.path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        top.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        # An older release made it for everybody to read. The folder that holds it may be shared.
        if top.stat().st_mode & OTHERS:
            top.chmod(PRIVATE_FOLDER)
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)


def digest_of(path: Path) -> str:
    """Return the digest of a file's bytes."""
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    with path.open("rb") as stream:
        while block := stream.read(READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    """Have the disk keep a file or a folder's names before anything relies on them."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
