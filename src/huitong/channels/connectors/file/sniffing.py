"""What an uploaded file is, by its bytes: names lie, and shop systems name web pages “.xls”."""

import zlib
from dataclasses import dataclass

from huitong.channels.connectors.file.encodings import UTF_16_MARKS
from huitong.channels.connectors.file.forms import COMPOUND_START, ZIP_START
from huitong.channels.model.uploads import UploadForm, UploadOfNoForm

PARQUET_START = b"PAR1"
GZIP_START = b"\x1f\x8b"
WORKBOOK_PARTS = (b"[Content_Types].xml", b"_rels/", b"xl/", b"docProps/")
WEB_PAGE_STARTS = (b"<!doctype", b"<html", b"<table", b"<head", b"<?xml", b"<style", b"<meta")
MARK = b"\xef\xbb\xbf"
HEAD_BYTES = 64_000
# So much of what is no text stands in no table.
CONTROLS_MAX = 0.02
CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\v")

SUFFIX_OF_FORM = {
    UploadForm.CSV: ".csv",
    UploadForm.EXCEL: ".xlsx",
    UploadForm.PARQUET: ".parquet",
    UploadForm.NDJSON: ".ndjson",
}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The form of a file, and whether it is packed by gzip."""

    form: UploadForm
    is_packed: bool

    def file_name(self) -> str:
        """Return a name of ours under which the readers know the form."""
        return f"upload{SUFFIX_OF_FORM[self.form]}{'.gz' if self.is_packed else ''}"


def sniffed(head: bytes, name: str) -> Sniffed:
    """Return what a file is by its beginning; `name` is for the complaint only.

    :raises UploadOfNoForm: when it is nothing that can be read.
    """
    if head.startswith(GZIP_START):
        return Sniffed(_text_form(_unpacked(head, name), name), is_packed=True)
    if head.startswith(PARQUET_START):
        return Sniffed(UploadForm.PARQUET, is_packed=False)
    if head.startswith(COMPOUND_START):
        looks = "an old Excel file (.xls) or locked with a password; save it as .xlsx without one"
        raise UploadOfNoForm(name=name, looks=looks)
    if head.startswith(ZIP_START):
        if head[30:].startswith(WORKBOOK_PARTS):
            return Sniffed(UploadForm.EXCEL, is_packed=False)
        raise UploadOfNoForm(name=name, looks="a zip file; unpack it first")
    return Sniffed(_text_form(head, name), is_packed=False)


def _text_form(head: bytes, name: str) -> UploadForm:
    """Return the form of a text by its beginning."""
    if head.startswith(UTF_16_MARKS) or _is_wide(head):
        return UploadForm.CSV
    start = head.removeprefix(MARK).lstrip()
    if start[:20].lower().startswith(WEB_PAGE_STARTS):
        looks = "a web page, whatever its name says; open it in Excel and save it as .xlsx"
        raise UploadOfNoForm(name=name, looks=looks)
    controls = sum(1 for byte in head[:HEAD_BYTES] if byte in CONTROLS)
    if controls > CONTROLS_MAX * min(len(head), HEAD_BYTES):
        raise UploadOfNoForm(name=name, looks="neither a table nor a text")
    return UploadForm.NDJSON if start.startswith(b"{") else UploadForm.CSV


def _is_wide(head: bytes) -> bool:
    """Tell whether a text is UTF-16 without a mark: every second byte of Latin text is empty."""
    start = head[:400]
    return len(start) > 1 and start[1::2].count(0) > len(start) // 4 and 0 not in start[::2]


def _unpacked(head: bytes, name: str) -> bytes:
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(head, HEAD_BYTES)
    except zlib.error as error:
        raise UploadOfNoForm(name=name, looks="packed and damaged") from error
