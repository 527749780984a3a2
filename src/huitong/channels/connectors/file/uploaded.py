"""The files of uploads: where they rest sealed, and how they are opened for as long as needed."""

import csv
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path

from huitong.channels.connectors.file.folder import private_folder
from huitong.channels.connectors.file.sealed import FRAME_BYTES, unseal_file, unsealed
from huitong.channels.connectors.file.sniffing import Sniffed
from huitong.channels.model.uploads import (
    RUN_PREFIX,
    UPLOAD_PREFIX,
    RefusedRow,
    Upload,
    UploadForgotten,
    UploadForm,
)
from huitong.platform.crypto import Cipher
from huitong.platform.ids import WrongId, read, show

CONTENT = "channels.upload.content"
REJECTS = "channels.upload.rejects"
# So much of a text is looked at before anybody decides what to do with it.
HEAD_BYTES = 2 << 20
HEAD_ROWS = 500
TEXT_FORMS = frozenset({UploadForm.CSV, UploadForm.NDJSON})


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the sealed files of a group's uploads rest; their names are made of ids alone."""

    folder: Path
    group_id: int

    def content(self, upload_id: int) -> Path:
        """Return where the file of an upload is."""
        return self._place() / show(UPLOAD_PREFIX, upload_id)

    def rejects(self, upload_id: int, run_id: int) -> Path:
        """Return where the refused rows of a run are."""
        name = f"{show(UPLOAD_PREFIX, upload_id)}.{show(RUN_PREFIX, run_id)}"
        return self._place() / name

    def sweep(self, kept: frozenset[int], *, drafts_before: float) -> int:
        """Delete the files of uploads that are not kept, and what was left half written."""
        gone = 0
        for path in self._place().glob(f"{UPLOAD_PREFIX}_*"):
            is_draft = path.suffix == ".draft"
            is_old = is_draft and path.stat().st_mtime < drafts_before
            with suppress(WrongId):
                upload_id = read(UPLOAD_PREFIX, path.name.partition(".")[0])
                if is_old or (not is_draft and upload_id not in kept):
                    path.unlink(missing_ok=True)
                    gone += 1
        return gone

    def _place(self) -> Path:
        return self.folder / str(self.group_id)


def place_of_rejects(run_id: int) -> str:
    """Return what a file of refused rows is for, as its seal says it."""
    return f"{REJECTS}.{run_id}"


@contextmanager
def opened_upload(shelf: Shelf, upload: Upload, cipher: Cipher) -> Iterator[Path]:
    """Give the file of an upload in the clear, in a private folder, as long as the block runs.

    :raises UploadForgotten: when it is not there any more.
    """
    sealed = _there(shelf, upload)
    with private_folder() as folder:
        path = folder / Sniffed(upload.form, upload.is_packed).file_name()
        unseal_file(sealed, path, cipher, place=CONTENT)
        yield path


@contextmanager
def opened_beginning(shelf: Shelf, upload: Upload, cipher: Cipher) -> Iterator[Path]:
    """Give the beginning of a text, unpacked and ending with a whole line; other forms whole.

    :raises UploadForgotten: when it is not there any more.
    """
    if upload.form not in TEXT_FORMS:
        with opened_upload(shelf, upload, cipher) as path:
            yield path
        return
    sealed = _there(shelf, upload)
    with private_folder() as folder:
        path = folder / Sniffed(upload.form, is_packed=False).file_name()
        path.touch(mode=0o600)
        path.write_bytes(_beginning(sealed, upload, cipher))
        yield path


def refused_rows(
    sealed: Path, cipher: Cipher, *, run_id: int, start: int, limit: int
) -> list[RefusedRow]:
    """Return some of the refused rows of a run, in the order of the file; no cell of theirs."""
    with private_folder() as folder:
        path = folder / "rejects.csv"
        unseal_file(sealed, path, cipher, place=place_of_rejects(run_id))
        with path.open("rb") as file, TextIOWrapper(file, "utf-8-sig", newline="") as text:
            rows = csv.reader(text)
            next(rows, None)
            return [
                RefusedRow(int(row[0]) if row[0].isdecimal() else None, row[1], row[2])
                for row in islice(rows, start, start + limit)
            ]


def _there(shelf: Shelf, upload: Upload) -> Path:
    path = shelf.content(upload.id)
    if not path.is_file():
        raise UploadForgotten(name=upload.name)
    return path


def _beginning(sealed: Path, upload: Upload, cipher: Cipher) -> bytes:
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if upload.is_packed else None
    head = b""
    for part in unsealed(sealed, cipher, place=CONTENT):
        with suppress(zlib.error):
            room = HEAD_BYTES + FRAME_BYTES - len(head)
            head += part if unpacking is None else unpacking.decompress(part, room)
        if len(head) > HEAD_BYTES:
            return _whole_lines(head[:HEAD_BYTES])
    return head


def _whole_lines(head: bytes) -> bytes:
    """Return a beginning up to its last whole line; of UTF-16 whole characters have to do."""
    if 0 in head[:400]:
        return head[: len(head) // 2 * 2]
    return head[: head.rfind(b"\n") + 1] or head
