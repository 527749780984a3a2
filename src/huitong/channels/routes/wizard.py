"""HTTP in: what a file seems to be, how a mapping would read it, and what columns can fill."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from huitong import channels, org
from huitong.channels.connectors.file import (
    Import,
    Mapping,
    find_mapping,
    own_mappings,
    read_mapping,
    shipped_document,
    shipped_mappings,
)
from huitong.channels.connectors.file.forms import FileUnreadable, UnknownForm
from huitong.channels.connectors.file.layout import MissingColumns
from huitong.channels.connectors.file.looking import (
    ROWS_PREVIEWED,
    Look,
    SeenColumn,
    look_at,
    preview_file,
    targets_of,
)
from huitong.channels.connectors.file.mapping import UnknownColumns, WrongMapping
from huitong.channels.connectors.file.targets import ValueSort, choices_of
from huitong.channels.connectors.file.uploaded import opened_beginning
from huitong.channels.model import Arrival, MappingNotFound, RecordKind
from huitong.channels.model.uploads import Upload, UploadForgotten, UploadForm, UploadNotFound
from huitong.channels.queries.uploads import find_upload, key_of_upload
from huitong.channels.routes.told import RecordFieldOut, UploadId, fields_out
from huitong.channels.routes.uploads import shelf_of
from huitong.channels.rules.telling import masked_value, may_name_somebody, told_fields
from huitong.platform.auth import Permission
from huitong.platform.crypto import Cipher
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, Router, Running

router = Router(tag="mappings")

DOCUMENT_LENGTH_MAX = 200_000


class ColumnOut(BaseModel):
    """A column of a file, with the first different values in it.

    They are masked unless the best guess reads the column as something that names nobody.
    """

    name: str
    samples: list[str]


class GuessOut(BaseModel):
    """A mapping that shares headings with a file; the share of its fields that have a column."""

    mapping: str
    kind: RecordKind
    description: str
    is_shipped: bool
    fits_percent: int
    missing: list[str]


class LookOut(BaseModel):
    """What a file seems to be, before anybody says it.

    `canonical` are the kinds whose fields all columns are named after: these need no mapping.
    """

    form: UploadForm
    encoding: str | None
    delimiter: str | None
    sheets: list[str]
    sheet: str | None
    header_row: int | None
    columns: list[ColumnOut]
    canonical: list[RecordKind]
    guesses: list[GuessOut]


class PreviewIn(BaseModel):
    """How a file is to be read: by a mapping document, a mapping's name, or canonical names."""

    kind: RecordKind
    document: str | None = Field(default=None, max_length=DOCUMENT_LENGTH_MAX)
    mapping: str | None = Field(default=None, max_length=120)
    sheet: str | None = Field(default=None, max_length=100)


class PreviewedOut(BaseModel):
    """One record as an import would read it, or why it would be refused."""

    row: int | None
    fields: list[RecordFieldOut]
    code: str | None
    reason: str | None


class PreviewOut(BaseModel):
    """The first records of a file; `looked_at` is how many stand in its beginning."""

    items: list[PreviewedOut]
    looked_at: int
    refused: int


class MappingDocumentOut(BaseModel):
    """A mapping with its document, as text and as what it says."""

    name: str
    kind: RecordKind
    version: int | None
    description: str
    document: str
    content: dict[str, object]


class TargetOut(BaseModel):
    """A field that a column can fill; `choices` are the only values that it takes."""

    path: str
    sort: ValueSort
    is_key: bool
    is_identifier: bool
    choices: list[str]


class TargetsOut(BaseModel):
    """The fields of a kind of record; names of items of lists are examples."""

    items: list[TargetOut]


@router.route(
    "GET",
    "/v1/uploads/{upload_id}/look",
    permission=Permission.INBOX_READ,
    errors=[UploadNotFound, UploadForgotten, FileUnreadable],
)
def look(
    platform: Running,
    caller: Calling,
    upload_id: Annotated[UploadId, Path()],
    sheet: Annotated[str | None, Query(max_length=100)] = None,
) -> LookOut:
    """Look at the beginning of a file: how it is written, its columns, which mappings fit it."""
    with platform.database.reading(caller.scope()) as tx:
        upload, cipher = _opened(tx, upload_id)
        own = own_mappings(tx)
    names = {one.name.rpartition("@")[0] for one in own}
    known = [*own, *(one for one in shipped_mappings() if one.name not in names)]
    shelf = shelf_of(platform, caller.scope().group_id)
    try:
        with opened_beginning(shelf, upload, cipher) as path:
            found = look_at(path, known, sheet=sheet or None)
    except (FileUnreadable, UnknownForm) as unreadable:
        unreadable.file = upload.name
        raise
    return _look(upload, found)


@router.route(
    "POST",
    "/v1/uploads/{upload_id}/preview",
    permission=Permission.INBOX_READ,
    errors=[
        UploadNotFound, UploadForgotten, FileUnreadable, UnknownColumns, MissingColumns,
        MappingNotFound, WrongMapping,
    ],
)  # fmt: skip
def preview(
    platform: Running, caller: Calling, upload_id: Annotated[UploadId, Path()], wanted: PreviewIn
) -> PreviewOut:
    """Read the first 20 records of a file as an import would; nothing is taken in.

    Values that may be a person's are masked: the file is there for who may see them.
    """
    with platform.database.reading(caller.scope()) as tx:
        upload, cipher = _opened(tx, upload_id)
        mapping = _mapping(tx, wanted)
        accounts = {one.id: one for one in org.channel_accounts(tx)}
    shelf = shelf_of(platform, caller.scope().group_id)
    try:
        with opened_beginning(shelf, upload, cipher) as path:
            reading = Import(
                path=path,
                kind=wanted.kind,
                account=accounts[upload.channel_account_id],
                mapping=mapping,
                sheet=wanted.sheet or None,
                label=upload.name,
                rows_max=ROWS_PREVIEWED,
            )
            found, looked_at = preview_file(reading)
    except (FileUnreadable, UnknownForm) as unreadable:
        unreadable.file = upload.name
        raise
    items = [_previewed(wanted.kind, one) for one in found]
    refused = sum(1 for one in items if one.code is not None)
    return PreviewOut(items=items, looked_at=looked_at, refused=refused)


@router.route("GET", "/v1/inbox/targets/{kind}", permission=Permission.INBOX_READ)
def list_targets(kind: Annotated[RecordKind, Path()]) -> TargetsOut:
    """List the fields of a kind of record that the columns of a file can fill."""
    return TargetsOut(
        items=[
            TargetOut(
                path=path,
                sort=target.sort,
                is_key=target.is_key(),
                is_identifier=target.is_identifier(),
                choices=choices_of(kind, path),
            )
            for path, target in targets_of(kind)
        ]
    )


@router.route(
    "GET",
    "/v1/inbox/mappings/{name}",
    permission=Permission.INBOX_READ,
    errors=[MappingNotFound],
)
def show_mapping(
    platform: Running,
    caller: Calling,
    name: Annotated[str, Path(pattern=r"^[^/]{1,120}$")],
) -> MappingDocumentOut:
    """Show a mapping with its document: one of the group, by name or name@version, or a shipped."""
    plain, at, number = name.rpartition("@")
    is_versioned = bool(at) and number.isdecimal()
    with platform.database.reading(caller.scope()) as tx:
        saved = channels.saved_mapping(
            tx, plain if is_versioned else name, version=int(number) if is_versioned else None
        )
    document = shipped_document(name) if saved is None else saved.document
    if document is None:
        raise MappingNotFound(name=name)
    mapping = read_mapping(document.encode(), name)
    return MappingDocumentOut(
        name=name if saved is None else saved.name,
        kind=mapping.kind,
        version=None if saved is None else saved.version,
        description=mapping.description,
        document=document,
        content=mapping.model_dump(mode="json", exclude_defaults=True),
    )


def _opened(tx: ReadTx, upload_id: int) -> tuple[Upload, Cipher]:
    return find_upload(tx, upload_id=upload_id), key_of_upload(tx, upload_id=upload_id)


def _mapping(tx: ReadTx, wanted: PreviewIn) -> Mapping | None:
    if wanted.document is None:
        mapping = find_mapping(tx, wanted.mapping) if wanted.mapping else None
    else:
        mapping = read_mapping(wanted.document.encode(), "draft")
    if mapping is not None and mapping.kind is not wanted.kind:
        faults = f"it reads records of the kind “{mapping.kind}”, not “{wanted.kind}”"
        raise WrongMapping(mapping=mapping.name, faults=faults)
    return mapping


def _look(upload: Upload, found: Look) -> LookOut:
    shipped = {one.name for one in shipped_mappings()}
    return LookOut(
        form=upload.form,
        encoding=found.encoding,
        delimiter=found.delimiter,
        sheets=list(found.sheets),
        sheet=found.sheet,
        header_row=found.header_row,
        columns=[_column(one, found) for one in found.columns],
        canonical=list(found.canonical),
        guesses=[
            GuessOut(
                mapping=one.mapping.name,
                kind=one.mapping.kind,
                description=one.mapping.description,
                is_shipped=one.mapping.name in shipped,
                fits_percent=round(one.score * 100),
                missing=list(one.missing),
            )
            for one in found.guesses
        ],
    )


def _column(column: SeenColumn, found: Look) -> ColumnOut:
    """Return a column with samples that name nobody, as far as the best guess can tell."""
    return ColumnOut(
        name=column.name,
        samples=[
            masked_value(one) if _may_be_personal(column.name, found, one) else one
            for one in column.samples
        ],
    )


def _may_be_personal(column: str, found: Look, sample: str) -> bool:
    if found.canonical:
        return may_name_somebody(found.canonical[0], column, sample)
    if not found.guesses:
        return True
    mapping = found.guesses[0].mapping
    paths = [path for path, rule in mapping.fields.items() if column in rule.names()]
    return not paths or any(may_name_somebody(mapping.kind, path, sample) for path in paths)


def _previewed(kind: RecordKind, one: Arrival) -> PreviewedOut:
    return PreviewedOut(
        row=one.row,
        fields=fields_out(told_fields(kind, one.text), is_unmasked=False),
        code=None if one.refused is None else one.refused.code,
        reason=None if one.refused is None else one.refused.reason,
    )
