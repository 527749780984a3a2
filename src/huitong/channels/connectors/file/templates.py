"""The mappings that come with Huitong, and which of several mappings fits a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from huitong.channels.connectors.file.folder import private_folder
from huitong.channels.connectors.file.forms import form_of
from huitong.channels.connectors.file.headings import find_headings
from huitong.channels.connectors.file.mapping import Mapping, read_mapping
from huitong.channels.connectors.file.plain import first_rows
from huitong.channels.model import MappingNotFound, SavedMapping
from huitong.channels.queries import saved_mapping, saved_mappings
from huitong.platform.db import ReadTx

SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class Guess:
    """How well a mapping fits a file: the share of its fields that have a column there.

    `missing` are the columns that have to be there and are not, so it cannot be used as it is.
    """

    mapping: Mapping
    score: float
    missing: tuple[str, ...]


@cache
def shipped_mappings() -> tuple[Mapping, ...]:
    """Return the mappings that come with Huitong, by name."""
    return tuple(read_mapping(document.encode(), name) for name, document in _documents().items())


def shipped_document(name: str) -> str | None:
    """Return the text of a mapping that comes with Huitong, None when none has the name."""
    return _documents().get(name)


def own_mappings(tx: ReadTx) -> list[Mapping]:
    """Return the latest version of each mapping that the group keeps, by name."""
    return [_own(one) for one in saved_mappings(tx)]


def find_mapping(tx: ReadTx | None, name: str) -> Mapping:
    """Return the mapping that a name means: the group's own, else the one that comes with Huitong.

    `name@3` means the third version of the group's own; without `tx` only the latter are looked at.

    :raises MappingNotFound: when there is none.
    """
    plain, at, version = name.rpartition("@")
    is_versioned = bool(at) and version.isdecimal()
    if tx is not None:
        wanted = (plain, int(version)) if is_versioned else (name, None)
        saved = saved_mapping(tx, wanted[0], version=wanted[1])
        if saved is not None:
            return _own(saved)
    document = shipped_document(name)
    if document is None:
        raise MappingNotFound(name=name)
    return read_mapping(document.encode(), name)


def guess_mappings(
    path: Path, mappings: Iterable[Mapping], *, sheet: str | None = None
) -> list[Guess]:
    """Return the mappings that share a heading with a file, the one that fits best first.

    :raises UnknownForm, FileUnreadable: when the file has no headings that could be read.
    """
    with private_folder() as folder:
        rows = first_rows(path, folder, sheet)
    form = form_of(path)
    guesses = []
    for mapping in mappings:
        headings = find_headings(path.name, form, rows, mapping.kind, _plainly(mapping))
        guess = _guess(mapping, frozenset(headings.names))
        if guess.score:
            guesses.append(guess)
    return sorted(guesses, key=lambda one: (bool(one.missing), -one.score, one.mapping.name))


def _own(saved: SavedMapping) -> Mapping:
    """Return a mapping under the name that the group keeps it by."""
    document = read_mapping(saved.document.encode(), saved.name)
    return document.model_copy(update={"name": f"{saved.name}@{saved.version}"})


def _guess(mapping: Mapping, present: frozenset[str]) -> Guess:
    reading = [rule for rule in mapping.fields.values() if rule.names()]
    found = [rule for rule in reading if present.intersection(rule.names())]
    missing = dict.fromkeys(
        rule.names()[0] for rule in reading if rule not in found and not rule.optional
    )
    return Guess(mapping, len(found) / len(reading), tuple(missing))


def _plainly(mapping: Mapping) -> Mapping:
    """Return the mapping without the row of its headings: another file may have them elsewhere."""
    return mapping.model_copy(update={"header_row": None})


@cache
def _documents() -> dict[str, str]:
    found = sorted(files(__package__).joinpath("templates").iterdir(), key=lambda one: one.name)
    return {
        one.name.removesuffix(SUFFIX): one.read_text(encoding="utf-8")
        for one in found
        if one.name.endswith(SUFFIX)
    }
