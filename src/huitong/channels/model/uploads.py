"""The nouns of uploads: files that somebody handed in, and what was done with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from huitong.channels.model.records import RecordKind
from huitong.platform.errors import DomainError, Kind

UPLOAD_PREFIX = "upl"
RUN_PREFIX = "run"
# Below the home: the sealed files of uploads, in a folder for each group.
UPLOADS_FOLDER = "uploads"
UPLOAD_BYTES_MAX = 512 << 20
# So much all kept files of a group may have together.
KEPT_BYTES_MAX = 16 << 30
# Files wait for whoever works on them, no longer: what was taken from them is in the inbox.
UPLOAD_DAYS = 7
LABEL_LENGTH_MAX = 200

IMPORT_UPLOAD = "channels.import_upload"
CHECK_UPLOAD = "channels.check_upload"
SWEEP_UPLOADS = "channels.sweep_uploads"
RETRY_REFUSED = "channels.retry_refused"


class UploadForm(StrEnum):
    """In which form a file is, as its bytes say."""

    CSV = "csv"
    EXCEL = "excel"
    PARQUET = "parquet"
    NDJSON = "ndjson"


class RunPurpose(StrEnum):
    """What a run does with an upload."""

    IMPORT = "import"
    CHECK = "check"
    COMPARE = "compare"


class RunState(StrEnum):
    """How far a run has come; the last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in; `name` is what its sender calls it, and never a path.

    It is kept sealed until `kept_until`, or until it is forgotten before that.
    """

    id: int
    brand_id: int
    channel_account_id: int
    name: str
    form: UploadForm
    is_packed: bool
    byte_count: int
    content_hash: bytes
    actor: str
    recorded_at: datetime
    kept_until: datetime
    forgotten_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunCounts:
    """How many rows and records a run has gone over, and what became of the records.

    `row_count` and `record_count` are None until the file is read through.
    """

    row_count: int | None = None
    rows_done: int = 0
    record_count: int | None = None
    records_done: int = 0
    applied: int = 0
    refused: int = 0
    superseded: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class UploadRun:
    """One thing that was done with an upload; `mapping` is empty for canonical names.

    `report` tells what was found, `fault` why the file as a whole could not be taken.
    """

    id: int
    upload_id: int
    brand_id: int
    purpose: RunPurpose
    kind: RecordKind
    mapping: str
    sheet: str | None
    job_id: int | None
    actor: str
    recorded_at: datetime
    state: RunState
    counts: RunCounts
    delivery_id: int | None
    report: Mapping[str, object] | None
    has_rejects: bool
    fault_code: str | None
    fault: str | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class WantedRun:
    """What somebody wants done with an upload."""

    purpose: RunPurpose
    kind: RecordKind
    mapping: str
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One refused row of a file: where it stands there, and why it was refused."""

    row: int | None
    code: str
    reason: str


@dataclass(eq=False)
class UploadNotFound(DomainError):
    """No upload has this id."""

    code: ClassVar[str] = "channels.upload_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is no such upload."


@dataclass(eq=False)
class RunNotFound(DomainError):
    """No run of this upload has this id."""

    code: ClassVar[str] = "channels.run_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "The upload has no such run."


@dataclass(eq=False)
class UploadForgotten(DomainError):
    """The file is no longer kept."""

    code: ClassVar[str] = "channels.upload_forgotten"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The file “{name}” is no longer kept: files are kept for {days} days at most, and not once"
        " nothing in them waits any more. Upload it again."
    )
    name: str
    days: int = UPLOAD_DAYS


@dataclass(eq=False)
class UploadEmpty(DomainError):
    """The file has no bytes."""

    code: ClassVar[str] = "channels.upload_empty"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The file “{name}” is empty: export it again and upload that."
    name: str


@dataclass(eq=False)
class UploadsFull(DomainError):
    """The kept files of the group have as many bytes as they may."""

    code: ClassVar[str] = "channels.uploads_full"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The uploaded files that are kept have {gigabytes} GB together, which is the most: delete"
        " some that are not needed any more, or wait until their days are over."
    )
    gigabytes: int = KEPT_BYTES_MAX >> 30


@dataclass(eq=False)
class UploadOfNoForm(DomainError):
    """The bytes of the file are of no form that can be read."""

    code: ClassVar[str] = "channels.upload_of_no_form"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The file “{name}” is {looks}; upload CSV (UTF-8 or GBK), an Excel workbook (.xlsx),"
        " Parquet or NDJSON."
    )
    name: str
    looks: str


@dataclass(eq=False)
class NoRejects(DomainError):
    """The run has no file of refused rows (any more)."""

    code: ClassVar[str] = "channels.no_rejects"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "This run has no file of refused rows: none was refused, it is not finished yet, or the"
        " file is no longer kept."
    )


@dataclass(eq=False)
class RunKeyTaken(DomainError):
    """The key of the request was used for another run."""

    code: ClassVar[str] = "channels.run_key_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "The key of this request was used for another run: use a new key."
