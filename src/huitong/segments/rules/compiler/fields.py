"""The fields that a brand's tags may speak of: those of the lake, and what packs make of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from huitong.segments.model.tags import Festival, Lookup, TagFault
from huitong.segments.rules.compiler.facts import (
    ATTRIBUTES,
    DAY_PARTS,
    FIELDS,
    FieldKind,
    TagField,
)

# The room that a word's number has in the key of a mode.
WORD_BITS = 20
WORDS_MAX = (1 << WORD_BITS) - 1
EPOCH = date(1970, 1, 1)
FESTIVAL, DAY_PART = "festival", "day_part"


class Refused(Exception):
    """A document asks for something that is not there; told with its place."""

    def __init__(self, path: str, message: str) -> None:
        """Keep where and what."""
        super().__init__(message)
        self.fault = TagFault(path, message)


@dataclass(frozen=True)
class Fields:
    """Fields with their words; `words` are numbers by field and text, from 1 on."""

    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    festivals: tuple[Festival, ...] = ()
    words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def of_facts(self, facts: str, name: str, path: str) -> TagField:
        """Return a field of facts.

        :raises Refused: when there is none.
        """
        known = FIELDS[facts]
        made = self.lookups.get(name)
        if made is not None and made.source in known:
            return known[made.source]
        if name not in known:
            fitting = [*known, *(one for one, it in self.lookups.items() if it.source in known)]
            message = f"“{facts}” have no field “{name}”; {_named(fitting)}."
            raise Refused(path, message)
        return known[name]

    def of_customer(self, name: str, path: str) -> TagField:
        """Return a field of the customer.

        :raises Refused: when there is none.
        """
        if name not in ATTRIBUTES:
            message = f"Customers have no field “{name}”; {_named(ATTRIBUTES)}."
            raise Refused(path, message)
        return ATTRIBUTES[name]

    def numbers_of(self, name: str) -> Mapping[str, int]:
        """Return the numbers of a field's words."""
        if name in self.lookups:
            return {code: number for number, code in enumerate(codes_of(self.lookups[name]), 1)}
        if name == FESTIVAL:
            return {one.code: number for number, one in enumerate(self.festivals, 1)}
        if name == DAY_PART:
            return {code: number for number, code in enumerate(DAY_PARTS, 1)}
        return self.words.get(name, {})

    def texts_of(self, name: str) -> Mapping[int, str]:
        """Return the words of a field by their numbers."""
        return {number: text for text, number in self.numbers_of(name).items()}


def codes_of(lookup: Lookup) -> list[str]:
    """Return the codes that a lookup gives, in the order of their numbers."""
    codes = list(lookup.codes)
    return codes if lookup.other is None or lookup.other in codes else [*codes, lookup.other]


def looked_up(lookup: Lookup, text: str) -> str | None:
    """Return the code of a text, the first that fits, or None when nothing does."""
    for code, texts in lookup.codes.items():
        fits = any(_is_in(one, text) for one in texts) if lookup.contains else text in texts
        if fits:
            return code
    return lookup.other


def _is_in(one: str, text: str) -> bool:
    """Tell whether a text speaks of a word.

    Chinese stands anywhere; of Latin letters it is the whole word or its plural, as “men” is in
    “condiments” and “coat” in “coatings”.
    """
    if not one.isascii():
        return one.lower() in text.lower()
    word = rf"(?<![a-z0-9]){re.escape(one)}(?:e?s)?(?![a-z0-9])"
    return re.search(word, text, re.IGNORECASE) is not None


def numbers_by_key(fields: Fields, name: str) -> Mapping[int, int] | None:
    """Return the number of the word for each day or hour, of a field that goes by them."""
    if name == FESTIVAL:
        found: dict[int, int] = {}
        for number, festival in enumerate(fields.festivals, 1):
            for first, last in festival.days:
                start = (first - EPOCH).days
                for day in range(start, start + (last - first).days + 1):
                    found.setdefault(day, number)
        return found
    if name == DAY_PART:
        starts = list(DAY_PARTS.values())
        return {hour: sum(start <= hour for start in starts) for hour in range(24)}
    return None


def is_word(found: TagField) -> bool:
    """Tell whether a field holds words."""
    return found.kind is FieldKind.WORD


def _named(fields: Iterable[str]) -> str:
    return "there are " + ", ".join(sorted(set(fields)))
