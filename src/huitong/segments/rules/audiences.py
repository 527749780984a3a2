"""Tells audiences ready for JSON: why somebody is in one, and as of when it is."""

from collections.abc import Mapping
from datetime import date, datetime

from huitong.platform.conditions import Explained, Language, Reading, Value, sentence
from huitong.platform.conditions.tree import FIELD_LEAVES, OfFacts
from huitong.segments.model.audiences import AsOfTold

# A person reads the first few; the number of all is told beside them.
FACTS_TOLD_MAX = 20


def explained_document(
    explained: Explained, reading: Reading, *, language: Language, tells_facts: bool = True
) -> dict[str, object]:
    """Return a clause as a sentence, whether it holds, what was found, and its inner clauses.

    Who sees some stores only is not told facts, which are of all stores.
    """
    condition = explained.condition
    told: dict[str, object] = {
        "says": sentence(
            condition, reading.vocabulary, language=language, segments=reading.segments
        ),
        "holds": explained.holds,
    }
    if isinstance(condition, FIELD_LEAVES):
        told["found"] = _labelled(explained.found, condition.field, reading, language)
    if isinstance(condition, OfFacts) and tells_facts:
        told["found"] = explained.found
        told["fact_count"] = len(explained.facts)
        told["facts"] = [
            {name: _plain(value) for name, value in fact.items() if value is not None}
            for fact in explained.facts[:FACTS_TOLD_MAX]
        ]
    if explained.parts:
        told["parts"] = [
            explained_document(part, reading, language=language, tells_facts=tells_facts)
            for part in explained.parts
        ]
    return told


def as_of_document(
    as_of: AsOfTold, reading: Reading, *, language: Language
) -> Mapping[str, object]:
    """Return as of when an answer is, and which clauses had to be computed."""
    return {
        "counted_at": as_of.counted_at.isoformat(),
        "tags_version": as_of.bitmap_version,
        "lake_as_of": None if as_of.lake_as_of is None else as_of.lake_as_of.isoformat(),
        "computed": [
            {
                "says": sentence(
                    part.condition,
                    reading.vocabulary,
                    language=language,
                    segments=reading.segments,
                ),
                "by": part.by.value,
                "customers": part.size,
            }
            for part in as_of.computed
        ],
    }


def _labelled(found: Value | None, code: str, reading: Reading, language: Language) -> object:
    field = reading.vocabulary.field_by_code[code]
    if isinstance(found, frozenset):
        return [field.label_of(one, language) for one in sorted(found)]
    if isinstance(found, str):
        return field.label_of(found, language)
    return _plain(found)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value
