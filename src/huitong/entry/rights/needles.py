"""What to look for when somebody must be forgotten: every spelling of what identifies them.

A needle is a run of bytes. Long numbers are sought in each spelling that people and platforms use,
in the digests that platforms make of them, and in our own blind indexes.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeAlias, cast

import orjson

from huitong.channels.model import IdentifierKind
from huitong.platform.crypto import Keyring
from huitong.platform.errors import DomainError, Kind

Document: TypeAlias = Mapping[str, object]
MAINLAND = "+86"
MAINLAND_DIGITS = 11
FULL_WIDTH_ZERO = 0xFF10
DIGITS = re.compile(r"\d+")
DIGESTS = ("md5", "sha1", "sha256")
PARTS_MIN = frozenset({"form", "exported_at", "identifiers"})
# Shorter texts (“A1”, “上”) stand everywhere and identify nobody by themselves.
CHARACTERS_MIN = 2
BYTES_MIN = 4
# What of an export identifies the person by itself; the rest is facts that may stay, or that many
# people share, such as a city.
IDENTIFYING = frozenset({"value", "name", "cards"})


@dataclass(eq=False)
class NotAnExport(DomainError):
    """The file does not hold the export of a person."""

    code: ClassVar[str] = "platform.not_an_export"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "{path} is not the export of a person: give the personal-data.json that “huitong rights"
        " export” wrote before the erasure."
    )
    path: str


def needles_of(values: Iterable[str]) -> dict[bytes, str]:
    """Return the runs of bytes that would give a value away, each with the value it is of."""
    found: dict[bytes, str] = {}
    for value in values:
        for spelling in {*_spellings(value)}:
            raw = spelling.encode()
            if len(spelling) >= CHARACTERS_MIN and len(raw) >= BYTES_MIN:
                found.setdefault(raw, value)
                escaped = orjson.dumps(spelling).strip(b'"')
                found.setdefault(escaped, value)
                found.setdefault(_ascii(spelling), value)
    return found


def indexes_of(document: Document, *, keyring: Keyring, group_id: int) -> dict[bytes, str]:
    """Return the blind indexes of exported identifiers: keyed digests, but they find somebody."""
    found = {}
    for one in cast("Sequence[Mapping[str, object]]", document.get("identifiers", ())):
        kind, scope, value = str(one["kind"]), str(one["scope"]), str(one["value"])
        index = keyring.blind_index(group_id, IdentifierKind(kind).value, scope, value)
        found[index] = f"the blind index of {value}"
    return found


def read(path: Path) -> Document:
    """Return the document of an export.

    :raises NotAnExport: when the file is none.
    """
    try:
        document = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        raise NotAnExport(path=path.name) from None
    if not isinstance(document, dict) or not document.keys() >= PARTS_MIN:
        raise NotAnExport(path=path.name)
    return document


def values_of(document: Document) -> list[str]:
    """Return what identifies the person in the export of their data."""
    return sorted({value for part in document.values() for value in _identifying(part)})


def _identifying(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        facts = cast("Mapping[str, object]", part)
        for name, value in facts.items():
            if name in IDENTIFYING and isinstance(value, str):
                yield value
            elif name in IDENTIFYING and isinstance(value, list):
                yield from (str(one) for one in value)
            # A store or an item has a name too, but it is not the person's.
            elif name not in {"lines", "packages", "tiers"}:
                yield from _identifying(value)
    elif isinstance(part, list):
        for one in part:
            yield from _identifying(one)


def _spellings(value: str) -> Iterator[str]:
    yield from (value, value.lower(), value.upper())
    local = value.removeprefix(MAINLAND)
    if not DIGITS.fullmatch(local):
        return
    yield local
    yield "".join(chr(FULL_WIDTH_ZERO + int(digit)) for digit in local)
    if value.startswith(MAINLAND) and len(local) == MAINLAND_DIGITS:
        for gap in (" ", "-", "\u00a0"):
            yield gap.join((local[:3], local[3:7], local[7:]))
        yield from (f"86{local}", f"0086{local}", f"{MAINLAND} {local}", f"{MAINLAND}-{local}")
        for digest in DIGESTS:
            for form in (local, value, f"86{local}"):
                yield hashlib.new(digest, form.encode(), usedforsecurity=False).hexdigest()


def _ascii(text: str) -> bytes:
    """Return a text as programs write it that escape all but ASCII."""
    return text.encode("unicode_escape")
