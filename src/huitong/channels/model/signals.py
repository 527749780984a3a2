"""Signals: what people do without buying, as the channels see it."""

from enum import StrEnum
from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field

from huitong.channels.model.parties import Identifier
from huitong.channels.model.records import Instant, Key, Part, Record, RecordKind, Text

PROPERTIES_MAX = 50
SIGNAL_KIND_PATTERN = r"^[a-z][a-z0-9_]{0,49}$"

# A source may tell of kinds that nobody has thought of yet, so the list below is not a closed one.
SignalWord: TypeAlias = Annotated[str, Field(pattern=SIGNAL_KIND_PATTERN)]
Properties: TypeAlias = Annotated[dict[Key, Text], Field(max_length=PROPERTIES_MAX)]


class SignalKind(StrEnum):
    """The kinds of signal that the platform itself speaks of; sources may tell of others."""

    VIEW = "view"
    LIKE = "like"
    FAVOURITE = "favourite"
    SHARE = "share"
    ADD_TO_CART = "add_to_cart"
    TRY_ON = "try_on"
    SCAN = "scan"
    CHECK_IN = "check_in"
    VISIT = "visit"
    REVIEW = "review"
    MESSAGE_IN = "message_in"
    MESSAGE_OUT = "message_out"
    FRIEND_ADDED = "friend_added"
    FRIEND_DELETED = "friend_deleted"
    GROUP_JOINED = "group_joined"
    GROUP_LEFT = "group_left"


class Subject(Part):
    """What a signal is about: an item, a store, a piece of content, or none of them."""

    sku: Key | None = None
    store: Text | None = None
    content: Text | None = None


class Signal(Record):
    """Something that somebody did without buying; who it was may become known later."""

    kind_of_record: ClassVar[RecordKind] = RecordKind.SIGNAL

    event_id: Key
    kind: SignalWord
    occurred_at: Instant
    identifiers: Annotated[tuple[Identifier, ...], Field(max_length=20)] = ()
    subject: Subject | None = None
    touchpoint: Text | None = None
    guide: Text | None = None
    properties: Properties = Field(default_factory=dict)

    def external_id(self) -> str:
        """Return the channel's own id of the event."""
        return self.event_id
