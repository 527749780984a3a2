"""Taking the file of an export away: noted before the first byte, consent asked once more."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from huitong import customers
from huitong.customers.model import CUSTOMER_PREFIX, Purpose
from huitong.platform import ids
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import Refused
from huitong.segments.model.audiences import (
    EXPORT_KEPT_DAYS,
    EXPORT_PREFIX,
    ExportAsked,
    ExportFileGone,
    ExportUnfinished,
)
from huitong.segments.operations.audiences_export import HEADER
from huitong.segments.tables import audiences as tables

ROWS_A_PAGE = 500
# Spreadsheets take a file for Chinese only when it begins with a byte order mark.
ENCODING = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class Taking:
    """Somebody takes the file of an export."""

    id: int
    asked: ExportAsked
    path: Path


def path_of(folder: Path, export_id: int) -> Path:
    """Return where the file of an export is."""
    return folder / f"{ids.show(EXPORT_PREFIX, export_id)}.csv"


def check_file(asked: ExportAsked, folder: Path, *, now: datetime) -> Path:
    """Return the file of an export that may be taken now, as it was written.

    :raises ExportUnfinished: when it is not written yet.
    :raises ExportFileGone: when it is too old, not on this machine, or not as it was written.
    """
    shown = ids.show(EXPORT_PREFIX, asked.id)
    if asked.kept_until is None:
        raise ExportUnfinished(export=shown)
    if asked.kept_until <= now:
        raise ExportFileGone(export=shown, reason=f"files are kept for {EXPORT_KEPT_DAYS} days")
    path = path_of(folder, asked.id)
    if not path.is_file():
        reason = "it is not here: a command wrote it elsewhere, or it was deleted"
        raise ExportFileGone(export=shown, reason=reason)
    if digest_of(path) != asked.digest:
        raise ExportFileGone(export=shown, reason="it is not as it was written")
    return path


def begin_taking(
    tx: Tx, asked: ExportAsked, *, brand_id: int, path: Path, actor: str, now: datetime
) -> Taking:
    """Note that somebody takes the file of an export; it stays noted if the sending breaks off."""
    (new_id,) = tx.new_ids([0])
    told = {"id": new_id, "export_id": asked.id, "actor": actor, "now": now}
    place = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    tx.execute(tables.INSERT_TAKING, {**told, **place})
    return Taking(new_id, asked, path)


def finish_taking(
    tx: Tx, taking: Taking, *, brand_id: int, sent: int, left_out: Counter[str], now: datetime
) -> None:
    """Note that the file was sent whole: how many rows, and who was left out since, why."""
    told = {"id": taking.id, "sent": sent, "left_out": json.dumps(left_out), "now": now}
    place = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    tx.execute(tables.FINISH_TAKING, {**told, **place})


def pages_of(path: Path) -> Iterator[Sequence[Sequence[str]]]:
    """Yield the rows of a file without its header, page by page."""
    with path.open(encoding=ENCODING, newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        assert tuple(header) == HEADER, "The digest says that we wrote it."
        while page := list(islice(rows, ROWS_A_PAGE)):
            yield page


def still_allowed(
    tx: ReadTx,
    rows: Sequence[Sequence[str]],
    *,
    purpose: Purpose,
    left_out: Counter[str],
    now: datetime,
) -> list[Sequence[str]]:
    """Return the rows of those who agree to the purpose still; count the others by reason."""
    column = HEADER.index("customer")
    asked = [ids.read(CUSTOMER_PREFIX, row[column]) for row in rows]
    results = customers.may(tx, asked, purpose=purpose, now=now)
    left_out.update(result.code for result in results if isinstance(result, Refused))
    pairs = zip(rows, results, strict=True)
    return [row for row, result in pairs if not isinstance(result, Refused)]


def digest_of(path: Path) -> bytes:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
