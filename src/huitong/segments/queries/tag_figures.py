"""Reads of how many customers each tag and value has, as of the newest refresh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from huitong.platform.db import ReadTx
from huitong.segments.model.tags import NumberValues, Tag
from huitong.segments.queries.bitmaps import open_bitmaps
from huitong.segments.queries.tags import counts, last_refresh
from huitong.segments.rules.bitmaps import KNOWN, SetCache

KNOWN_CODE = "known"


@dataclass(frozen=True, slots=True)
class ValueFigure:
    """A value of a tag with how many customers have it; of a number one, of whom it is known."""

    code: str
    zh: str
    en: str
    customers: int


@dataclass(frozen=True, slots=True)
class TagFigures:
    """How many customers each tag is known of, and of each tag how many have each number."""

    as_of: date
    customers: int
    known: Mapping[str, int]
    counts: Mapping[str, Mapping[int, int]]


def tag_figures(
    tx: ReadTx, *, brand_id: int, tags: Sequence[Tag], cache: SetCache
) -> TagFigures | None:
    """Return how many customers have the tags; None when they were never computed.

    Who has several values of a tag is counted once.
    """
    last = last_refresh(tx, brand_id=brand_id)
    if last is None:
        return None
    found = counts(tx, brand_id=brand_id)
    known = {tag.code: _known(found.get(tag.code, {})) for tag in tags}
    several = [tag.code for tag in tags if tag.multi and found.get(tag.code)]
    if several:
        bitmaps = open_bitmaps(tx, brand_id=brand_id, cache=cache)
        living = bitmaps.alive()
        known |= {code: bitmaps.count(bitmaps.known(code) & living) for code in several}
    return TagFigures(last.as_of, last.customers, known, found)


def _known(counted: Mapping[int, int]) -> int:
    """Return of how many a tag is known; numbers are counted by binary places beside that."""
    return counted[KNOWN] if KNOWN in counted else sum(counted.values())


def figures_of_values(
    tag: Tag, counted: Mapping[int, int], words: Mapping[str, Mapping[str, int]]
) -> list[ValueFigure]:
    """Return the values of a tag with how many have each; `words` are numbers by field and text.

    Listed values come in their order, words of open ones by how many have them.
    """
    if isinstance(tag.values, NumberValues):
        return [ValueFigure(KNOWN_CODE, "已知", "known", counted.get(KNOWN, 0))]
    if isinstance(tag.values, tuple):
        first = 0 if tag.multi else 1
        return [
            ValueFigure(one.code, one.names.zh, one.names.en, counted.get(number, 0))
            for number, one in enumerate(tag.values, first)
        ]
    own = words.get(getattr(tag.expression, "field", ""), {})
    open_values = [ValueFigure(text, text, text, counted.get(n, 0)) for text, n in own.items()]
    return sorted(open_values, key=lambda one: (-one.customers, one.code))
