"""Typed readers of platform payloads: yuan to fen, local times to instants, words to meanings."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import ClassVar, TypeAlias, TypeVar

from pydantic import ValidationError

from huitong.channels.model import Identifier, IdentifierKind, Record
from huitong.platform.errors import DomainError, Kind

Meaning = TypeVar("Meaning")
Payload: TypeAlias = Mapping[str, object]

# Every platform here writes local times of China, which has had no summer time since 1991.
CHINA = timezone(timedelta(hours=8))
# JD writes the first two where others leave the field out.
UNSET_TIMES = frozenset({"0001-01-01 00:00:00", "1970-01-01 00:00:00"})
# Seconds outside 2000-2100 are milliseconds or nonsense.
EPOCH_SECONDS_MIN = 946_684_800
EPOCH_SECONDS_MAX = 4_102_444_800
YUAN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")
WHOLE = re.compile(r"[0-9]{1,18}")
LOCAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
PLAIN_PHONE = re.compile(r"1[3-9][0-9]{9}")


@dataclass(eq=False)
class UnreadablePayload(DomainError):
    """A platform's payload lacks or misstates something that a canonical record needs."""

    code: ClassVar[str] = "channels.unreadable_payload"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The {platform} payload cannot be read at “{path}”: {problem}."
    platform: str
    path: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """Where the identifiers of one channel account are valid: its shop, its app, its brand."""

    shop: str
    app: str
    brand: str


@dataclass(frozen=True, slots=True)
class Reader:
    """One object inside a payload, with the way to it, so that a refusal can say where."""

    platform: str
    payload: Payload
    path: str = ""

    def way(self, name: str) -> str:
        """Return the dotted path of a field from the top of the payload."""
        return f"{self.path}.{name}" if self.path else name

    def unreadable(self, *, at: str, problem: str) -> UnreadablePayload:
        """Return the refusal that names the field and says what is wrong with it."""
        return UnreadablePayload(platform=self.platform, path=self.way(at), problem=problem)

    def needed(self, name: str, value: Meaning | None) -> Meaning:
        """Return the value, refusing when the field is missing or empty.

        :raises UnreadablePayload: there is no value.
        """
        if value is None:
            raise self.unreadable(at=name, problem="the field is missing or empty")
        return value

    def text_or_none(self, name: str) -> str | None:
        """Return a text or a whole number as text; an empty text is none.

        :raises UnreadablePayload: the field holds anything else.
        """
        value = self.payload.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.unreadable(
                at=name, problem=f"a text was expected, not {type(value).__name__}"
            )
        return str(value)

    def text(self, name: str) -> str:
        """Return a text that must be there.

        :raises UnreadablePayload: it is missing or is not a text.
        """
        return self.needed(name, self.text_or_none(name))

    def first_text(self, *names: str) -> str:
        """Return the first of several fields that has a text.

        :raises UnreadablePayload: none has one.
        """
        found = next((text for text in map(self.text_or_none, names) if text is not None), None)
        return self.needed(" | ".join(names), found)

    def number_or_none(self, name: str) -> str | None:
        """Return a key as text where the platform writes 0 for none."""
        text = self.text_or_none(name)
        return None if text == "0" else text

    def whole_or_none(self, name: str) -> int | None:
        """Return a whole number >= 0; fen, pieces and points are read so.

        :raises UnreadablePayload: the field holds a fraction, a sign or a word.
        """
        text = self.text_or_none(name)
        if text is None:
            return None
        if WHOLE.fullmatch(text) is None:
            raise self.unreadable(
                at=name, problem=f"“{text}” is not a whole number of zero or more"
            )
        return int(text)

    def whole(self, name: str) -> int:
        """Return a whole number that must be there.

        :raises UnreadablePayload: it is missing or not whole.
        """
        return self.needed(name, self.whole_or_none(name))

    def flag(self, name: str) -> bool:
        """Return a boolean; a missing one is false.

        :raises UnreadablePayload: the field holds anything else.
        """
        value = self.payload.get(name, False)
        if not isinstance(value, bool):
            raise self.unreadable(at=name, problem=f"true or false was expected, not “{value}”")
        return value

    def fen_of_yuan_or_none(self, name: str) -> int | None:
        """Return the fen of an amount written as yuan text, digit by digit, never by a float.

        :raises UnreadablePayload: the amount is no text of at most two decimals.
        """
        value = self.payload.get(name)
        if value is None or value == "":
            return None
        written = YUAN.fullmatch(value) if isinstance(value, str) else None
        if written is None:
            problem = f"“{value}” is not an amount in yuan with at most two decimals, as text"
            raise self.unreadable(at=name, problem=problem)
        return int(written[1]) * 100 + int((written[2] or "").ljust(2, "0"))

    def fen_of_yuan(self, name: str) -> int:
        """Return the fen of a yuan amount that must be there.

        :raises UnreadablePayload: it is missing or not an amount.
        """
        return self.needed(name, self.fen_of_yuan_or_none(name))

    def local_time_or_none(self, name: str) -> datetime | None:
        """Return the instant of a `yyyy-MM-dd HH:mm:ss` text in China's time.

        :raises UnreadablePayload: the text has another form or is no date.
        """
        text = self.text_or_none(name)
        if text is None or text in UNSET_TIMES:
            return None
        if LOCAL_TIME.fullmatch(text) is None:
            raise self.unreadable(
                at=name, problem=f"“{text}” is not a time like 2026-01-01 10:00:00"
            )
        return self._instant(name, text).replace(tzinfo=CHINA)

    def local_time(self, name: str) -> datetime:
        """Return the instant of a local time that must be there.

        :raises UnreadablePayload: it is missing or no time.
        """
        return self.needed(name, self.local_time_or_none(name))

    def zoned_time_or_none(self, name: str) -> datetime | None:
        """Return the instant of an ISO time that carries its own zone.

        :raises UnreadablePayload: the text is no time or names no zone.
        """
        text = self.text_or_none(name)
        if text is None:
            return None
        instant = self._instant(name, text)
        if instant.tzinfo is None:
            raise self.unreadable(
                at=name, problem=f"“{text}” does not say its zone, such as +08:00"
            )
        return instant

    def zoned_time(self, name: str) -> datetime:
        """Return the instant of a zoned time that must be there.

        :raises UnreadablePayload: it is missing, no time, or without a zone.
        """
        return self.needed(name, self.zoned_time_or_none(name))

    def _instant(self, name: str, text: str) -> datetime:
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise self.unreadable(at=name, problem=f"“{text}” is not a time") from error

    def epoch_or_none(self, name: str) -> datetime | None:
        """Return the instant of seconds since 1970; 0 is none.

        :raises UnreadablePayload: the number is no instant between 2000 and 2100.
        """
        seconds = self.whole_or_none(name)
        if not seconds:
            return None
        if not EPOCH_SECONDS_MIN <= seconds < EPOCH_SECONDS_MAX:
            raise self.unreadable(at=name, problem=f"{seconds} is not a time in seconds since 1970")
        return datetime.fromtimestamp(seconds, tz=CHINA)

    def epoch(self, name: str) -> datetime:
        """Return the instant of seconds since 1970 that must be there.

        :raises UnreadablePayload: it is missing or no instant.
        """
        return self.needed(name, self.epoch_or_none(name))

    def meaning(self, name: str, meanings: Mapping[str, Meaning]) -> Meaning:
        """Return what a word or code of the platform means to us.

        :raises UnreadablePayload: the word is missing or unknown.
        """
        word = self.text(name)
        if word not in meanings:
            known = ", ".join(meanings)
            raise self.unreadable(at=name, problem=f"“{word}” is not known; known are {known}")
        return meanings[word]

    def part_or_none(self, name: str) -> "Reader | None":
        """Return the reader of an object inside this one.

        :raises UnreadablePayload: the field holds something else.
        """
        value = self.payload.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.unreadable(
                at=name, problem=f"an object was expected, not {type(value).__name__}"
            )
        return Reader(self.platform, value, self.way(name))

    def part(self, name: str) -> "Reader":
        """Return the reader of an object that must be there.

        :raises UnreadablePayload: it is missing or no object.
        """
        return self.needed(name, self.part_or_none(name))

    def parts(self, name: str) -> tuple["Reader", ...]:
        """Return the readers of a list of objects; a missing list is empty.

        :raises UnreadablePayload: the field is no list of objects.
        """
        value = self.payload.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise self.unreadable(at=name, problem="a list of objects was expected")
        return tuple(
            Reader(self.platform, item, f"{self.way(name)}.{place}")
            for place, item in enumerate(value)
        )

    def kept(self, *names: str) -> dict[str, str]:
        """Return the named fields as attributes, each as the platform wrote it.

        Only what is named is kept: an unknown field may be personal and stays in the raw inbox.

        :raises UnreadablePayload: a field is an object, a list or a fraction.
        """
        written = {name: self._written(name) for name in names}
        return {name: text for name, text in written.items() if text is not None}

    def kept_by_way(self, *names: str) -> dict[str, str]:
        """Return the named fields as attributes whose names tell the whole way to them.

        :raises UnreadablePayload: a field is an object, a list or a fraction.
        """
        return {self.way(name): text for name, text in self.kept(*names).items()}

    def _written(self, name: str) -> str | None:
        if isinstance(value := self.payload.get(name), bool):
            return "true" if value else "false"
        return self.text_or_none(name)

    def identifier(
        self, name: str, kind: IdentifierKind, scope: str = ""
    ) -> tuple[Identifier, ...]:
        """Return the field as an identifier, or nothing when it is empty."""
        value = self.text_or_none(name)
        return () if value is None else (Identifier(kind=kind, value=value, scope=scope),)

    def plain_phone(self, name: str) -> tuple[Identifier, ...]:
        """Return a phone number as an identifier; a masked or encrypted one names nobody."""
        value = self.text_or_none(name)
        if value is None or PLAIN_PHONE.fullmatch(value) is None:
            return ()
        return (Identifier(kind=IdentifierKind.PHONE, value=value),)


Reading: TypeAlias = Callable[[Reader, Scopes], tuple[Record, ...]]


@dataclass(frozen=True, slots=True)
class Mapper:
    """How payloads of one kind of one platform become canonical records."""

    platform: str
    reading: Reading

    def records_of(self, payload: Payload, *, scopes: Scopes) -> tuple[Record, ...]:
        """Return the canonical records of one payload.

        :raises UnreadablePayload: a field is missing, unknown, or outside the limits of a record.
        """
        try:
            return self.reading(Reader(self.platform, payload), scopes)
        except ValidationError as refused:
            first = refused.errors()[0]
            path = ".".join(map(str, first["loc"])) or refused.title
            problem = f"the {refused.title.lower()} made of it is not valid, {first['msg'].lower()}"
            raise UnreadablePayload(platform=self.platform, path=path, problem=problem) from refused
