"""Tells the fields of a record's text one by one: which is at fault, and which may be shown.

Nobody knows what a field of words or of a person holds, so its value is masked; amounts, times,
words of lists and codes of things are shown as they are, unless they look like a person's.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import orjson
from pydantic import ValidationError

from huitong.channels.model import QUOTABLE_FIELDS, QUOTABLE_PARTS, RecordKind
from huitong.channels.rules.reading import (
    CONFLICTING,
    PERSONAL_LOOKING,
    READER_OF_KIND,
    SHORTENED,
    SPREADSHEET_FAULTS,
    UNREADABLE,
    errors_telling,
    marked,
)

FIELDS_MAX = 1_000
VALUE_LENGTH_MAX = 500
# Nothing in these is about a person.
KINDS_OF_THINGS = frozenset({RecordKind.PRODUCT, RecordKind.STOCK})
# Beside what a reason may quote: words of lists and codes, wherever in a record they stand.
SHOWN_FIELDS = QUOTABLE_FIELDS | {"purpose", "return_store", "role", "source_store", "store"}
SHOWN_PARTS = QUOTABLE_PARTS | {"identifiers", "parties"}
PHONE_DIGITS = 11
WHOLE = ""


class FieldFault(StrEnum):
    """What is wrong with a field, as a word that every language has a sentence for."""

    MISSING = "missing"
    NO_FIELD = "no_field"
    NOT_WHOLE = "not_whole"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_TRUTH = "not_truth"
    NOT_LISTED = "not_listed"
    NOT_TEXT = "not_text"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    NO_ZONE = "no_zone"
    NOT_TIME = "not_time"
    NOT_DAY = "not_day"
    NO_RECORD = "no_record"
    FORMULA = "formula"
    SHORTENED = "shortened"
    CONFLICTING = "conflicting"
    UNREADABLE = "unreadable"
    WRONG = "wrong"


FAULT_OF_TYPE: Mapping[str, FieldFault] = {
    "missing": FieldFault.MISSING,
    "extra_forbidden": FieldFault.NO_FIELD,
    "greater_than_equal": FieldFault.TOO_SMALL,
    "less_than_equal": FieldFault.TOO_LARGE,
    "enum": FieldFault.NOT_LISTED,
    "string_too_short": FieldFault.EMPTY,
    "string_too_long": FieldFault.TOO_LONG,
    "string_pattern_mismatch": FieldFault.NOT_LISTED,
    "too_short": FieldFault.TOO_FEW,
    "too_long": FieldFault.TOO_MANY,
    "timezone_aware": FieldFault.NO_ZONE,
    "json_invalid": FieldFault.NO_RECORD,
}
FAULT_OF_START: Mapping[str, FieldFault] = {
    "int": FieldFault.NOT_WHOLE,
    "bool": FieldFault.NOT_TRUTH,
    "string": FieldFault.NOT_TEXT,
    "datetime": FieldFault.NOT_TIME,
    "date": FieldFault.NOT_DAY,
}


@dataclass(frozen=True, slots=True)
class ToldField:
    """One field of a record: its path, its value as text, and what is wrong with it.

    Items of lists are counted from 1, as in “lines.2.sku”. The path of a text that is no record is
    empty. `value` is None where the field is missing.
    """

    path: str
    value: str | None
    is_personal: bool
    fault: FieldFault | None = None


def told_fields(kind: RecordKind, text: bytes) -> list[ToldField]:
    """Return the fields of a text, those at fault marked, and then those that are missing."""
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        whole = text.decode(errors="replace")[:VALUE_LENGTH_MAX]
        return [ToldField(WHOLE, whole, is_personal=True, fault=FieldFault.NO_RECORD)]
    faults = faults_of(kind, text)
    told = [
        ToldField(path, value, may_name_somebody(kind, path, value), _fault_at(faults, path))
        for path, value in _leaves(said, "")
    ][:FIELDS_MAX]
    known = {one.path for one in told}
    missing = [
        ToldField(path, None, is_personal=False, fault=fault)
        for path, fault in faults.items()
        if path not in known and not any(one.startswith(f"{path}.") for one in known)
    ]
    return [*told, *missing]


def masked_field(field: ToldField) -> ToldField:
    """Return a field as whoever may see no person's data sees it."""
    if not field.is_personal or not field.value:
        return field
    return replace(field, value=masked_value(field.value))


def masked_value(value: str) -> str:
    """Return a value that may be a person's as it is shown: enough to recognise, not to use."""
    digits = value.removeprefix("+86")
    if len(digits) == PHONE_DIGITS and digits.isdecimal() and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    return f"{value[:1]}***" if value else value


def faults_of(kind: RecordKind, text: bytes) -> dict[str, FieldFault]:
    """Return what is wrong with which field of a record's text, by path."""
    try:
        READER_OF_KIND[kind].validate_json(text)
    except ValidationError as error:
        found = errors_telling(error.errors(include_url=False))
    else:
        return {}
    return {_path(one["loc"]): _fault(one["type"], one["input"]) for one in found}


def may_name_somebody(kind: RecordKind, path: str, value: str = "") -> bool:
    """Tell whether the value of a field could be a person's."""
    if kind in KINDS_OF_THINGS:
        return False
    *around, field = [part for part in path.split(".") if not part.isdecimal()]
    if field not in SHOWN_FIELDS or not SHOWN_PARTS.issuperset(around):
        return True
    return bool(PERSONAL_LOOKING.search(unicodedata.normalize("NFKC", value)))


def _fault_at(faults: Mapping[str, FieldFault], path: str) -> FieldFault | None:
    """Return the fault of a field or of what it is a part of."""
    steps = path.split(".")
    places = (".".join(steps[:count]) for count in range(len(steps), 0, -1))
    return next((faults[place] for place in places if place in faults), None)


def _path(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def _fault(kind: str, value: object) -> FieldFault:
    if marked(value, CONFLICTING) is not None:
        return FieldFault.CONFLICTING
    unread = marked(value, UNREADABLE)
    if unread is not None and unread in SPREADSHEET_FAULTS:
        return FieldFault.FORMULA
    if unread is not None and kind.startswith("string") and SHORTENED.fullmatch(unread):
        return FieldFault.SHORTENED
    start = kind.split("_", maxsplit=1)[0]
    found = FAULT_OF_TYPE.get(kind) or FAULT_OF_START.get(start)
    if unread is not None and found in {None, FieldFault.NOT_TEXT}:
        return FieldFault.UNREADABLE
    return found or FieldFault.WRONG


def _leaves(said: object, path: str) -> Iterator[tuple[str, str]]:
    """Yield the values of a record with their paths; a value nobody could read as it stood."""
    unread = marked(said, UNREADABLE)
    unread = marked(said, CONFLICTING) if unread is None else unread
    if unread is not None:
        yield path, unread[:VALUE_LENGTH_MAX]
    elif isinstance(said, dict):
        for name, value in said.items():
            yield from _leaves(value, f"{path}.{name}" if path else str(name))
    elif isinstance(said, list):
        for place, value in enumerate(said, start=1):
            yield from _leaves(value, f"{path}.{place}")
    elif said is not None:
        yield path, _text(said)


def _text(value: object) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text[:VALUE_LENGTH_MAX]
