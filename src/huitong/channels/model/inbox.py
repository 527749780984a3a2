"""The nouns of the inbox: deliveries, arrivals, what became of them, and what appliers meet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from huitong.channels.model.records import Record, RecordKind
from huitong.org.model import ChannelAccount
from huitong.platform.errors import DomainError, Kind, Refused


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record on its way through the appliers: what came, from where, and its inbox id."""

    account: ChannelAccount
    record: Record
    record_id: int


class Way(StrEnum):
    """How a delivery reached the inbox."""

    FILE = "file"
    PUSH = "push"
    PULL = "pull"
    FIX = "fix"


class DeliveryState(StrEnum):
    """How far a delivery has come; one that was killed stays `running` until it is run again."""

    RUNNING = "running"
    DONE = "done"


class RecordState(StrEnum):
    """What became of a record version; `known` is answered, never stored: it had come before."""

    APPLIED = "applied"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One record version as it came, before the inbox knows it.

    `external_id` and `version` are its key in the inbox; `version_at` is the source's time of the
    version where it has one. Exactly one of `record` and `refused` is set.
    """

    external_id: str
    version: str
    version_at: datetime | None
    text: bytes
    row: int | None
    record: Record | None
    refused: Refused | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What the inbox did with one arrival it did not refuse."""

    record_id: int
    state: RecordState


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file, push batch or pull run; its counts are those of its latest run."""

    id: int
    brand_id: int
    channel_account_id: int
    kind: RecordKind
    way: Way
    source: str
    mapping: str
    state: DeliveryState
    runs: int
    applied_count: int
    refused_count: int
    superseded_count: int
    known_count: int
    record_count: int | None
    recorded_at: datetime
    run_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxRecord:
    """One version of one record with what became of it; a member's `external_id` is blind."""

    id: int
    channel_account_id: int
    kind: RecordKind
    external_id: str
    version: str
    state: RecordState
    code: str | None
    reason: str | None
    delivery_id: int
    source_row: int | None
    occurred_at: datetime | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RefusedSource:
    """A refused version as the inbox holds it: whose it is, where its row stood, and its text.

    The text is empty when it is no longer kept.
    """

    record_id: int
    account_id: int
    kind: RecordKind
    row: int | None
    text: bytes


class Standing(StrEnum):
    """How a record on its way in stands to what the inbox holds of it."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten for good: the keys of so many days, and so many pages."""

    day_count: int
    body_count: int


@dataclass(eq=False)
class DeliveryNotFound(DomainError):
    """No delivery has this id."""

    code: ClassVar[str] = "channels.delivery_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "The inbox has no such delivery."


@dataclass(eq=False)
class RecordNotFound(DomainError):
    """No record version has this id."""

    code: ClassVar[str] = "channels.record_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "The inbox has no such record."


@dataclass(eq=False)
class NotRefused(DomainError):
    """Only a refused record can be retried; this one is not, or not any more."""

    code: ClassVar[str] = "channels.not_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "The record is not refused (any more), so there is nothing to retry."


@dataclass(eq=False)
class TextForgotten(DomainError):
    """The text of the record is not kept any more."""

    code: ClassVar[str] = "channels.text_forgotten"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The text of the record is no longer kept: its days are over or its person was erased."
        " Send it again if it is still wanted."
    )
