"""One sheet of an Excel workbook, row by row, as texts a person would write.

The sheet is read as a stream: a row at a time in memory, shared texts on disk, everything limited
before it is unpacked. What a formula gave is taken from the workbook; nothing is computed here.
"""

import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from xml.parsers import expat

from huitong.channels.connectors.file.forms import FileUnreadable, Form
from huitong.channels.connectors.file.unpacking import unpacked_bytes_max
from huitong.channels.connectors.file.workbook.book import Plan, Sheet, plan_of
from huitong.channels.connectors.file.workbook.sheet import SheetRow, rows_of
from huitong.channels.connectors.file.workbook.texts import Texts, read_texts
from huitong.channels.connectors.file.workbook.xml import Wrong

__all__ = ["SheetRow", "read_sheet", "sheets_of"]

ENTRIES_MAX = 5_000
# One shared text may stand in every cell, so what the cells say is limited too.
SAID_LENGTH_FREE = 256_000_000
SAID_RATIO_MAX = 1_000

# What reading parts that are no workbook's meets: broken archives, broken XML, wrong numbers in it.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    KeyError,
    EOFError,
    NotImplementedError,
    ValueError,
    OverflowError,
)


def read_sheet(path: Path, folder: Path, sheet: str | None) -> Generator[SheetRow]:
    """Yield the rows of a sheet from its first one on, empty ones between others included.

    Without a name the only sheet that has rows is read.

    :raises FileUnreadable: when the workbook is damaged, too large, locked, or has no such sheet.
    """
    try:
        with zipfile.ZipFile(path) as parts, Texts(folder / "texts") as texts:
            _check_size(parts)
            plan = plan_of(parts)
            if plan.texts_part is not None:
                read_texts(parts, plan.texts_part, texts)
            chosen = _chosen(parts, plan, sheet, texts)
            said_max = max(SAID_LENGTH_FREE, path.stat().st_size * SAID_RATIO_MAX)
            yield from _limited(rows_of(parts, chosen, plan, texts), said_max)
    except Wrong as wrong:
        fault = str(wrong)
    except _DAMAGE as error:
        fault = (
            f"it is damaged ({type(error).__name__}); open it in Excel and save it again, or export"
            " it once more"
        )
    except RuntimeError:  # What zipfile raises for an encrypted part.
        fault = "it is locked with a password; save it without one"
    else:
        return
    # Raised out here: the parser's error would keep the parts open.
    raise FileUnreadable(file=path.name, form=Form.EXCEL, fault=fault)


def sheets_of(path: Path) -> list[str]:
    """Return the names of the sheets of a workbook; reading one tells what is wrong with it."""
    try:
        with zipfile.ZipFile(path) as parts:
            _check_size(parts)
            return [one.name for one in plan_of(parts).sheets]
    except (Wrong, RuntimeError, *_DAMAGE):
        return []


def _check_size(parts: zipfile.ZipFile) -> None:
    entries = parts.infolist()
    packed = sum(one.compress_size for one in entries)
    unpacked = sum(one.file_size for one in entries)
    if unpacked > unpacked_bytes_max(packed) or len(entries) > ENTRIES_MAX:
        message = (
            f"it would unpack to {unpacked >> 20:,} MB from {packed >> 10:,} kB, which no honest"
            " workbook does; if it is one, save its sheet as “CSV UTF-8”"
        )
        raise Wrong(message)


def _limited(rows: Iterable[SheetRow], said_max: int) -> Iterator[SheetRow]:
    said = 0
    for row in rows:
        said += sum(map(len, row.cells))
        if said > said_max:
            message = (
                f"its cells say more than {said_max:,} characters, which no honest workbook of its"
                " size does; if it is one, save its sheet as “CSV UTF-8”"
            )
            raise Wrong(message)
        yield row


def _chosen(parts: zipfile.ZipFile, plan: Plan, wanted: str | None, texts: Texts) -> Sheet:
    names = ", ".join(f"“{one.name}”" for one in plan.sheets) or "none"
    if wanted is not None:
        found = [one for one in plan.sheets if one.name.strip() == wanted.strip()]
        if not found:
            message = f"it has no sheet “{wanted}”; its sheets are {names}"
            raise Wrong(message)
        return found[0]
    filled = [
        one for one in plan.sheets if next(rows_of(parts, one, plan, texts), None) is not None
    ]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        message = "it has no sheet with a row in it"
        raise Wrong(message)
    names = ", ".join(f"“{one.name}”" for one in filled)
    message = f"several of its sheets have rows ({names}); say which one with --sheet"
    raise Wrong(message)
