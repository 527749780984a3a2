"""The forms of file that the connector reads, and how a file is known to be of one."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from huitong.platform.errors import DomainError, Kind

PACKED_SUFFIX = ".gz"
# How the files of Excel before 2007 begin, and those that Excel has locked with a password.
COMPOUND_START = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP_START = b"PK"


class Form(StrEnum):
    """The forms of file that the connector reads."""

    CSV = "CSV"
    EXCEL = "Excel"
    PARQUET = "Parquet"
    NDJSON = "NDJSON"


FORM_OF_SUFFIX = {
    ".csv": Form.CSV,
    ".tsv": Form.CSV,
    ".txt": Form.CSV,
    ".xlsx": Form.EXCEL,
    ".xlsm": Form.EXCEL,
    ".xls": Form.EXCEL,
    ".parquet": Form.PARQUET,
    ".ndjson": Form.NDJSON,
    ".jsonl": Form.NDJSON,
}


@dataclass(eq=False)
class UnknownForm(DomainError):
    """The name of the file does not say in which form it is."""

    code: ClassVar[str] = "channels.unknown_form"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The name “{file}” does not say how the file is to be read; it should end in .csv, .xlsx,"
        " .parquet or .ndjson (.csv.gz and .ndjson.gz are read too)."
    )
    file: str


@dataclass(eq=False)
class FileUnreadable(DomainError):
    """The file cannot be read in the form that its name says."""

    code: ClassVar[str] = "channels.file_unreadable"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The file “{file}” cannot be read as {form}: {fault}."
    file: str
    form: str
    fault: str


def is_packed(path: Path) -> bool:
    """Return whether a file is packed by gzip, as its name says."""
    return path.suffix.lower() == PACKED_SUFFIX


def form_of(path: Path) -> Form:
    """Return the form of a file by its name, having looked whether it begins like one.

    :raises UnknownForm: when the name says none.
    :raises FileUnreadable: when it is an Excel file under the name of another, or the reverse.
    """
    form = form_by_name(path)
    _check_start(path, form)
    return form


def form_by_name(path: Path) -> Form:
    """Return the form that a file's name says.

    :raises UnknownForm: when it says none.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == PACKED_SUFFIX:
        suffixes.pop()
    form = FORM_OF_SUFFIX.get(suffixes[-1]) if suffixes else None
    if form is None or (is_packed(path) and form in {Form.EXCEL, Form.PARQUET}):
        raise UnknownForm(file=path.name)
    return form


def _check_start(path: Path, form: Form) -> None:
    with path.open("rb") as file:
        start = file.read(len(COMPOUND_START))
    fault = None
    if start == COMPOUND_START:
        fault = (
            "it is locked with a password or an old Excel file (.xls); open it in Excel and save it"
            " as “Excel workbook (.xlsx)” without a password"
        )
    elif form is Form.EXCEL and not start.startswith(ZIP_START):
        fault = (
            "it is no Excel workbook, whatever its name says (shop systems like to name a web page"
            " or a text file so); open it in Excel and save it as “Excel workbook (.xlsx)”"
        )
    elif form is Form.CSV and start.startswith(ZIP_START):
        fault = "it is an Excel workbook or a zip file; give it its own name (.xlsx) or unpack it"
    if fault:
        raise FileUnreadable(file=path.name, form=form, fault=fault)
