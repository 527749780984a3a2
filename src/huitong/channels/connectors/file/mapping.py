"""Mapping documents: which column of a file layout feeds which canonical field, and how.

A document is checked whole before a file is touched, and every complaint is a sentence.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from huitong.channels.connectors.file.targets import UnknownTarget, ValueSort, names_of, target_of
from huitong.channels.model import KEY_OF_KIND, RecordKind
from huitong.platform.errors import DomainError, Kind

DOCUMENT_BYTES_MAX = 1_000_000
FIELDS_MAX = 500
REJECTED_PREFIX = "rejected."
# What a reject file has before the columns of the file: the row there, the code and the sentence.
REJECTED_COLUMNS = ("rejected.row", "rejected.code", "rejected.reason")
UNNAMED_PREFIX = "column "


@dataclass(eq=False)
class WrongMapping(DomainError):
    """The mapping document does not say what it has to say."""

    code: ClassVar[str] = "channels.wrong_mapping"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The mapping “{mapping}” cannot be used: {faults}."
    mapping: str
    faults: str


@dataclass(eq=False)
class UnknownColumns(DomainError):
    """The file has columns that are no field of its kind, and no mapping says what they are."""

    code: ClassVar[str] = "channels.unknown_columns"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The file has columns that are no field of “{record_kind}”: {columns}. Rename them (to"
        " “attributes.…” when they are to be kept as they are), remove them, or give a mapping."
    )
    record_kind: str
    columns: str


def _column_or_rule(given: object) -> object:
    return {"column": given} if isinstance(given, str) else given


class FieldRule(BaseModel):
    """Where the value of one field comes from, and how it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: Annotated[str, Field(min_length=1)] | None = None
    # The same column under the names that it had over the years; the first that is there is taken.
    columns: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] | None = None
    # A column that some exports lack: without it the field is empty.
    optional: bool = False
    const: str | int | bool | None = None
    sum: str | None = None
    position: Literal[True] | None = None
    unit: Literal["yuan", "fen"] | None = None
    values: dict[str, str] | None = None
    otherwise: str | None = None
    format: str | tuple[str, ...] | None = None
    zone: str | None = None
    separator: Annotated[str, Field(min_length=1)] | None = None
    scope: str | None = None
    verified: bool | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        sources = [self.column, self.columns, self.const, self.sum, self.position]
        if sum(source is not None for source in sources) != 1:
            message = "a field takes exactly one of column, columns, const, sum and position"
            raise ValueError(message)
        if self.optional and not self.names():
            message = "“optional” goes with “column” or “columns”"
            raise ValueError(message)
        if self.otherwise is not None and self.values is None:
            message = "“otherwise” goes with “values”"
            raise ValueError(message)
        return self

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str | None) -> str | None:
        return _existing_zone(zone)

    def names(self) -> tuple[str, ...]:
        """Return the names that the column may have."""
        return self.columns or ((self.column,) if self.column is not None else ())

    def formats(self) -> tuple[str, ...]:
        """Return the formats in which a time may be written, in the order they are tried."""
        return (self.format,) if isinstance(self.format, str) else self.format or ()


class Mapping(BaseModel):
    """What a file layout's columns mean for one kind of record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: RecordKind
    name: Annotated[str, Field(min_length=1, max_length=100)] = "canonical"
    # The zone of times that are written without one.
    zone: str | None = None
    # Cells that mean “nothing”, beside the empty one.
    empty: tuple[str, ...] = ()
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    # The sheet of a workbook, where several have rows.
    sheet: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    # The row of the headings, as a spreadsheet counts; else it is found by its names.
    header_row: Annotated[int, Field(ge=1, le=30)] | None = None
    # What the mapping is for, for people who choose among several.
    description: Annotated[str, Field(max_length=500)] = ""
    fields: Annotated[
        dict[str, Annotated[FieldRule, BeforeValidator(_column_or_rule)]],
        Field(min_length=1, max_length=FIELDS_MAX),
    ]

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str | None) -> str | None:
        return _existing_zone(zone)

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        faults = [
            fault for path, rule in self.fields.items() if (fault := self._fault_of(path, rule))
        ]
        key = KEY_OF_KIND[self.kind]
        if not self.fields.get(key, FieldRule(const="")).names():
            faults.append(f"“{key}”, the key of the record, needs a column")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _fault_of(self, path: str, rule: FieldRule) -> str | None:
        try:
            target = target_of(self.kind, path)
        except UnknownTarget as unknown:
            return str(unknown)
        sort = target.sort
        checks = (
            (rule.unit and sort is not ValueSort.WHOLE, "is no amount, so it has no unit"),
            (
                rule.format and sort not in {ValueSort.INSTANT, ValueSort.DAY},
                "is no time, so it has no format",
            ),
            (
                rule.separator and sort is not ValueSort.TEXTS,
                "is no list of texts, so it has no separator",
            ),
            (
                (rule.scope is not None or rule.verified is not None)
                and not target.is_identifier(),
                "is no identifier, so it has neither scope nor verified",
            ),
            (
                rule.sum and not (rule.sum in self.fields and rule.sum.startswith("lines.")),
                f"sums “{rule.sum}”, which is no mapped field of the lines",
            ),
            (
                rule.position and not path.startswith("lines."),
                "is no field of a line, so it has no position",
            ),
        )
        return next((f"“{path}” {fault}" for is_fault, fault in checks if is_fault), None)

    def columns(self) -> frozenset[str]:
        """Return every name of a column that the mapping may read."""
        return frozenset(name for rule in self.fields.values() for name in rule.names())

    def fitted(self, present: Collection[str]) -> Self:
        """Return the mapping for a file with some columns: one name a field, none that is optional.

        A column that has to be there and is not keeps its (first) name, for whoever complains.
        """
        fitted = {}
        for path, rule in self.fields.items():
            names = rule.names()
            name = next((one for one in names if one in present), None)
            if names and name is None and rule.optional:
                continue
            if rule.columns is not None:
                chosen = {"column": name or names[0], "columns": None}
                fitted[path] = rule.model_copy(update=chosen)
            else:
                fitted[path] = rule
        return self.model_copy(update={"fields": fitted})

    def digest(self) -> bytes:
        """Return the hash of what the mapping says; its name does not count."""
        said = self.model_dump_json(exclude={"name", "description"}, exclude_defaults=True)
        return sha256(said.encode()).digest()

    def labels(self) -> dict[str, str]:
        """Return the file's own name of each field that has another one there."""
        return {
            path: rule.column
            for path, rule in self.fields.items()
            if rule.column is not None and rule.column != path
        }


def load_mapping(path: Path) -> Mapping:
    """Return the mapping that a YAML document says.

    :raises WrongMapping: when it cannot be read or does not fit the kind it names.
    """
    if path.stat().st_size > DOCUMENT_BYTES_MAX:
        raise WrongMapping(mapping=path.name, faults="it is larger than a mapping can be")
    return read_mapping(path.read_bytes(), path.name)


def read_mapping(document: bytes, name: str) -> Mapping:
    """Return the mapping that the text of a YAML document says; `name` is for complaints.

    :raises WrongMapping: when it cannot be read or does not fit the kind it names.
    """
    if len(document) > DOCUMENT_BYTES_MAX:
        raise WrongMapping(mapping=name, faults="it is larger than a mapping can be")
    try:
        said = yaml.safe_load(document.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WrongMapping(mapping=name, faults="it is not readable as YAML") from error
    return _checked(said, name)


def canonical_mapping(kind: RecordKind, columns: Iterable[str]) -> Mapping:
    """Return the mapping of a file whose columns have the canonical names.

    :raises UnknownColumns: when a column is no field of the kind.
    """
    fields, unknown = {}, []
    for column in columns:
        # A reject file that was repaired comes back; what has no heading means nothing here.
        if column.startswith((REJECTED_PREFIX, UNNAMED_PREFIX)):
            continue
        try:
            target_of(kind, column)
        except UnknownTarget:
            unknown.append(_with_suggestion(kind, column))
        else:
            fields[column] = FieldRule(column=column)
    if unknown or not fields:
        raise UnknownColumns(record_kind=kind, columns=", ".join(unknown) or "all of them")
    return _checked({"kind": kind, "fields": fields}, "canonical names")


def _checked(said: object, name: str) -> Mapping:
    try:
        return Mapping.model_validate(said)
    except ValidationError as error:
        faults = "; ".join(_sentence(one["loc"], one["msg"]) for one in error.errors())
    # Raised out here: Pydantic's error would keep the whole stack alive, and no collector frees it.
    raise WrongMapping(mapping=name, faults=faults)


def _with_suggestion(kind: RecordKind, column: str) -> str:
    close = get_close_matches(column, names_of(kind), n=1)
    return f"“{column}” (did you mean “{close[0]}”?)" if close else f"“{column}”"


def _existing_zone(zone: str | None) -> str | None:
    if zone is None:
        return None
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"there is no time zone “{zone}”"
        raise ValueError(message) from error
    return zone


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    at = ".".join(str(part) for part in place)
    said = message.removeprefix("Value error, ")
    return f"{at}: {said}" if at else said
