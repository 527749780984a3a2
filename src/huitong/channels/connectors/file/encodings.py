"""The encoding of a text file: found by its bytes, and turned into UTF-8 where it is another.

Exports of Chinese shop systems come in UTF-8 with and without a mark, in GBK, and in Excel's
UTF-16; nobody who exports them knows which.
"""

import codecs
from dataclasses import dataclass
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path

from huitong.channels.connectors.file.forms import FileUnreadable
from huitong.channels.connectors.file.unpacking import BLOCK_BYTES, opened

SAMPLED_LINES_MAX = 5_000
NUL = b"\x00"
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Encoding(StrEnum):
    """The encodings that are read; GB18030 holds all of GBK and GB2312."""

    UTF_8 = "utf-8-sig"
    GB18030 = "gb18030"
    UTF_16 = "utf-16"
    UTF_16_LE = "utf-16-le"


@dataclass(slots=True)
class _Sample:
    """How many lines with more than ASCII can be read in which encoding."""

    utf_8: int = 0
    gb18030: int = 0
    neither: int = 0

    def add(self, line: bytes, *, cut: bool = False) -> None:
        """Count one line, or the beginning of one."""
        if _is_readable(line, "utf-8", cut=cut):
            self.utf_8 += 1
        elif _is_readable(line, Encoding.GB18030, cut=cut):
            self.gb18030 += 1
        else:
            self.neither += 1

    def is_full(self) -> bool:
        """Return whether enough lines were seen."""
        return self.utf_8 + self.gb18030 + self.neither >= SAMPLED_LINES_MAX


def encoding_of(path: Path, form: str) -> Encoding:
    """Return the encoding of a text file, having read all of it.

    :raises FileUnreadable: when it is no text, in no encoding that is read, or packed to do harm.
    """
    sample = _Sample()
    first_line: bytes | None = None
    with opened(path) as file:
        while block := file.read(BLOCK_BYTES):
            is_first = first_line is None
            if is_first:
                marked = _marked(block)
                if marked is not None:
                    return marked
                if NUL in block:
                    fault = "it is no text file; export it again as CSV or as an Excel workbook"
                    raise FileUnreadable(file=path.name, form=form, fault=fault)
                first_line = block.split(b"\n", 1)[0]
            if not block.isascii() and not sample.is_full():
                _take(sample, block, is_first=is_first)
    if sample.gb18030 > sample.utf_8 + sample.neither:
        return Encoding.GB18030
    if first_line is not None and not _is_readable(first_line[: 1 << 16], "utf-8", cut=True):
        fault = (
            "it is written neither in UTF-8 nor in GBK; open it where it was made and save it as"
            " “CSV UTF-8” or as an Excel workbook (.xlsx)"
        )
        raise FileUnreadable(file=path.name, form=form, fault=fault)
    return Encoding.UTF_8


def write_utf_8(source: Path, target: Path, encoding: Encoding) -> None:
    """Write a text file anew in UTF-8; what is no text in its encoding stays no text.

    The rows that hold such bytes are refused one by one later, and take no others with them.
    """
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    with (
        opened(source) as file,
        TextIOWrapper(file, encoding=encoding, errors=errors, newline="") as text,
        target.open("w", encoding="utf-8", errors="surrogateescape", newline="") as out,
    ):
        while block := text.read(BLOCK_BYTES):
            out.write(block)


def _marked(block: bytes) -> Encoding | None:
    """Return the encoding that a file's beginning gives away."""
    if block.startswith(UTF_16_MARKS):
        return Encoding.UTF_16
    # Latin letters and digits in UTF-16 without a mark have a NUL in every second place.
    start = block[:400]
    if len(start) > 1 and start[1::2].count(NUL) > len(start) // 4 and NUL not in start[::2]:
        return Encoding.UTF_16_LE
    return None


def _take(sample: _Sample, block: bytes, *, is_first: bool) -> None:
    """Count the lines that begin in a block; what goes on from the block before was counted there.

    Its middle may begin within a character, which reads as another encoding.
    """
    *whole, last = block.split(b"\n")
    for line in whole if is_first else whole[1:]:
        if not line.isascii() and not sample.is_full():
            sample.add(line)
    if (is_first or whole) and not last.isascii() and not sample.is_full():
        sample.add(last, cut=True)


def _is_readable(line: bytes, encoding: str, *, cut: bool = False) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(line, final=not cut)
    except UnicodeDecodeError:
        return False
    return True
