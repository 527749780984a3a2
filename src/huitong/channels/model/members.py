"""Members as every connector tells them."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from huitong.channels.model.parties import Identifier
from huitong.channels.model.records import (
    Attributes,
    Day,
    Instant,
    Key,
    Part,
    Record,
    RecordKind,
    Text,
)


class ConsentGiven(Part):
    """A consent as the source holds it: purpose, policy version and when it was given."""

    purpose: Text
    policy_version: Text
    given_at: Instant


class Gender(StrEnum):
    """What the source says of a person's gender."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class MemberStatus(StrEnum):
    """What the source says somebody is to the brand (decision 1)."""

    FAN = "fan"
    MEMBER = "member"
    EXITED = "exited"


class Member(Record):
    """A person as one channel knows them, keyed by the channel's own id of them."""

    kind_of_record: ClassVar[RecordKind] = RecordKind.MEMBER

    member_no: Key
    status: MemberStatus = MemberStatus.MEMBER
    identifiers: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=50)]
    name: Text | None = None
    gender: Gender | None = None
    birthday_on: Day | None = None
    city: Text | None = None
    enrolled_at: Instant | None = None
    card_no: Key | None = None
    store: Text | None = None
    touchpoint: Text | None = None
    guide: Text | None = None
    consents: Annotated[tuple[ConsentGiven, ...], Field(max_length=50)] = ()
    tags: Annotated[tuple[Text, ...], Field(max_length=200)] = ()
    attributes: Attributes = Field(default_factory=dict)

    def external_id(self) -> str:
        """Return the channel's own id of the person."""
        return self.member_no
