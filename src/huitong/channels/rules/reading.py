"""From the text of a record to the record, or to a sentence that says why it cannot be read.

A sentence names the field and its place, and quotes the value only of fields that hold no person.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import orjson
from pydantic import TypeAdapter, ValidationError

from huitong.channels.model import (
    OPEN_FIELDS,
    QUOTABLE_FIELDS,
    QUOTABLE_PARTS,
    RECORD_OF_KIND,
    Arrival,
    Fulfilment,
    Instant,
    Order,
    Record,
    RecordKind,
    Refund,
    key_told,
)
from huitong.channels.rules.versions import version_of
from huitong.org.model import ChannelAccount
from huitong.platform.errors import DomainError, Kind, Refused

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FAULTS_MAX = 3
QUOTED_LENGTH_MAX = 60
KEY_LENGTH_MAX = 100
# What a mapping leaves in the place of a value that it could not convert, or on which the rows of
# a record disagree: an object of one field, refused by every type of value.
UNREADABLE = "unreadable"
CONFLICTING = "conflicting"
NUL = b"\\u0000"

READER_OF_KIND: dict[RecordKind, TypeAdapter[Record]] = {
    kind: TypeAdapter(record) for kind, record in RECORD_OF_KIND.items()
}

INSTANT_READER: TypeAdapter[datetime | None] = TypeAdapter(Instant | None)

# What is wrong with a value, by Pydantic's type of error; `{}` is filled from its context.
FAULTS: dict[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is no field of this kind of record",
    "int_parsing": "is not a whole number",
    "int_parsing_size": "is not a whole number of a possible size",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "enum": "is none of {expected}",
    "string_type": "is not a text",
    "string_too_short": "is empty",
    "string_pattern_mismatch": "is no word of small letters, digits and “_”",
    "string_too_long": "is longer than {max_length} characters",
    "too_short": "needs at least {min_length}",
    "too_long": "holds more than {max_length}",
    "timezone_aware": "has no time zone; write it like 2026-03-01T10:00:00+08:00",
    "date_from_datetime_inexact": "is a time, not a day",
    "json_invalid": "is not readable as JSON",
}
FAULTS_BY_START: dict[str, str] = {
    "datetime": "is not a time; write it like 2026-03-01T10:00:00+08:00",
    "date": "is not a day; write it like 2026-03-01",
    "tuple": "is not a list",
    "dict": "is not a set of named values",
    "model": "is not a set of named values",
}
# What is wrong with a value that a mapping could not convert, by the start of the type of error.
UNCONVERTED: dict[str, str] = {
    "int": "is no amount in whole fen",
    "enum": "is none of the values that the mapping knows",
    "datetime": "is not written as the mapping says",
    "date": "is not written as the mapping says",
    "string": "is none of the values that the mapping knows",
}
# What stands in a workbook's cell in the place of a value, and what to do about it.
_OPEN_AND_SAVE = "; open the workbook, put that right, save it and import it again"
SPREADSHEET_FAULTS: dict[str, str] = {
    "#FORMULA?": "is a formula that was saved without its value" + _OPEN_AND_SAVE,
    **dict.fromkeys(
        ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"),
        "is an error of the spreadsheet" + _OPEN_AND_SAVE,
    ),
}
# What stands in the wrong column often: a mobile number, however it is spelled, or an address.
PERSONAL_LOOKING = re.compile(r"(?<![0-9])(?:86)?1[3-9](?:[\s-]?[0-9]){9}(?![0-9])|@")
# What a source's own name of a field looks like; what is longer or holds a number may be data.
FIELD_NAME = re.compile(r"(?!.*[0-9]{5})[^\W\d][\w .()\-（）]{0,39}")
# “1.23457E+17”: what a spreadsheet makes of a long number.
SHORTENED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")


@dataclass(eq=False)
class Unreadable(DomainError):
    """The text of the record does not say what its kind has to say."""

    code: ClassVar[str] = "channels.unreadable"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "{fault}."
    fault: str


@dataclass(eq=False)
class ConflictingRows(DomainError):
    """The rows of one record disagree on something that is said once for the whole record."""

    code: ClassVar[str] = "channels.conflicting_rows"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "{fault}."
    fault: str


@dataclass(eq=False)
class RepeatedLine(DomainError):
    """Two lines of one record carry the same line id, so a refund could not tell them apart."""

    code: ClassVar[str] = "channels.repeated_line"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The line id “{line_id}” stands twice in the record."
    line_id: str


@dataclass(eq=False)
class FulfilmentOnly(DomainError):
    """The account ships what others sold; its orders would count those sales twice."""

    code: ClassVar[str] = "channels.fulfilment_only"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The account “{account_code}” only ships what other accounts sold, so its orders would be"
        " counted twice; send what it tells as fulfilment."
    )
    account_code: str


@dataclass(eq=False)
class SeesNoOrders(DomainError):
    """The account is declared to tell no orders."""

    code: ClassVar[str] = "channels.sees_no_orders"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The account “{account_code}” is declared to tell no orders; change that if it does."
    )
    account_code: str


def read_record(
    kind: RecordKind, text: bytes, names: Mapping[str, str] | None = None
) -> Record | Refused:
    """Return the record that a JSON text says, or why it says none.

    `names` are the source's own names of canonical fields, for the sentence.
    """
    if NUL in text:
        return Unreadable(fault="The record holds a NUL character, which no text can").as_refused()
    try:
        record = READER_OF_KIND[kind].validate_json(text)
    except ValidationError as error:
        found = errors_telling(error.errors(include_url=False))
        is_conflict = any(marked(one["input"], CONFLICTING) is not None for one in found)
        faults = [_fault(one, names or {}) for one in found[:FAULTS_MAX]]
        more = len(found) - len(faults)
        faults += [f"and {more} more"] if more else []
        refusal = ConflictingRows if is_conflict else Unreadable
        return refusal(fault="; ".join(faults)).as_refused()
    repeated = _repeated_line(record)
    return RepeatedLine(line_id=repeated).as_refused() if repeated else record


def refusal_of(account: ChannelAccount, record: Record) -> Refused | None:
    """Return why this account may not tell such a record, or None when it may."""
    if not isinstance(record, Order):
        return None
    if account.fulfilment_only:
        return FulfilmentOnly(account_code=account.code).as_refused()
    if not account.sees_orders:
        return SeesNoOrders(account_code=account.code).as_refused()
    return None


def arrive(
    account: ChannelAccount,
    kind: RecordKind,
    text: bytes,
    *,
    row: int | None = None,
    names: Mapping[str, str] | None = None,
    refused: Refused | None = None,
) -> Arrival:
    """Return the arrival that a JSON text is: read, keyed and versioned, or refused with a reason.

    `refused` is why the source's reader refuses it already.
    """
    read = refused or read_record(kind, text, names)
    if isinstance(read, Refused):
        key, updated_at = _told_by(kind, text)
        return Arrival(
            external_id=key or version_of(text, None),
            version=version_of(text, updated_at),
            version_at=updated_at,
            text=text,
            row=row,
            record=None,
            refused=read,
        )
    refusal = refusal_of(account, read)
    return Arrival(
        external_id=read.external_id(),
        version=version_of(text, read.updated_at),
        version_at=read.updated_at,
        text=text,
        row=row,
        record=None if refusal else read,
        refused=refusal,
    )


def _repeated_line(record: Record) -> str | None:
    if not isinstance(record, Order | Refund | Fulfilment):
        return None
    ids = [line.line_id for line in record.lines]
    if len(set(ids)) == len(ids):
        return None
    return next(one for place, one in enumerate(ids) if one in ids[:place])


def _told_by(kind: RecordKind, text: bytes) -> tuple[str | None, datetime | None]:
    """Return key and time of change of a text that is no record, as far as they can be made out."""
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None, None
    if not isinstance(said, dict):
        return None, None
    key = key_told(kind, said)
    fits = key is not None and len(key) <= KEY_LENGTH_MAX and "\0" not in key
    try:
        updated_at = INSTANT_READER.validate_python(said.get("updated_at"))
    except ValidationError:
        updated_at = None
    return key if fits else None, updated_at


def errors_telling(errors: "Sequence[ErrorDetails]") -> "list[ErrorDetails]":
    """Return the errors with what only follows from others left out or put last."""

    def is_echo(one: "ErrorDetails") -> bool:
        place = one["loc"]
        return one["type"] == "too_short" and any(
            len(other["loc"]) > len(place) and other["loc"][: len(place)] == place
            for other in errors
        )

    told = [one for one in errors if not is_echo(one)]
    return sorted(told, key=lambda one: one["type"] == "missing")


def _fault(error: "ErrorDetails", names: Mapping[str, str]) -> str:
    parts = [str(part) for part in error["loc"] if not isinstance(part, int)]
    place = next((part + 1 for part in error["loc"] if isinstance(part, int)), None)
    path = ".".join(parts)
    label = f"“{names[path]}”" if path in names else _label(parts)
    where = "" if place is None else f" of item {place}"
    value = _quotable(error, parts)
    said = "" if value is None else f" (“{value}”)"
    return f"{label}{where}{said} {_complaint(error)}"


def _label(parts: Sequence[str]) -> str:
    """Return where a fault is, without what a source may have written in the place of a name."""
    if not parts:
        return "The record"
    held = next((at for at, part in enumerate(parts) if part in OPEN_FIELDS), len(parts))
    named = parts[: held + 1]
    return f"“{'.'.join(named)}”" if all(map(FIELD_NAME.fullmatch, named)) else "A field"


def _complaint(error: "ErrorDetails") -> str:
    kind = error["type"]
    if marked(error["input"], CONFLICTING) is not None:
        return "is not the same in all rows of the record"
    unread = marked(error["input"], UNREADABLE)
    if unread is not None and unread in SPREADSHEET_FAULTS:
        return SPREADSHEET_FAULTS[unread]
    if unread is not None and kind.startswith("string") and SHORTENED.fullmatch(unread):
        return "was shortened by a spreadsheet; export it as text, so that no digit is lost"
    if unread is not None:
        return UNCONVERTED.get(kind.split("_", maxsplit=1)[0], "cannot be converted")
    if kind == "greater_than_equal" and error["loc"][-1] == "quantity":
        return "is less than 0; what came back is a refund: import it as such"
    words = FAULTS.get(kind) or FAULTS_BY_START.get(kind.split("_", maxsplit=1)[0])
    return words.format(**error.get("ctx", {})) if words else "cannot be read"


def marked(value: object, mark: str) -> str | None:
    """Return what a mapping left under a mark, or None when the value is not so marked."""
    found = value.get(mark) if isinstance(value, dict) and len(value) == 1 else None
    return found if isinstance(found, str) else None


def _quotable(error: "ErrorDetails", parts: Sequence[str]) -> str | None:
    """Return the value as a sentence may quote it; None where it could name a person."""
    if error["type"] in {"missing", "extra_forbidden", "json_invalid"} or not parts:
        return None
    *around, field = parts
    if field not in QUOTABLE_FIELDS or not QUOTABLE_PARTS.issuperset(around):
        return None
    value = marked(error["input"], UNREADABLE) or marked(error["input"], CONFLICTING)
    value = error["input"] if value is None else value
    if not isinstance(value, str | int | float) or value == "":
        return None
    text = str(value)
    if PERSONAL_LOOKING.search(unicodedata.normalize("NFKC", text)):
        return None
    return text if len(text) <= QUOTED_LENGTH_MAX else text[:QUOTED_LENGTH_MAX] + "…"
