"""A whole programme in words, part by part."""

from collections.abc import Mapping
from typing import NamedTuple

from huitong.loyalty.model import Programme, Section, Words
from huitong.loyalty.rules import wording
from huitong.loyalty.rules.differing import FIELDS


class Statement(NamedTuple):
    """One thing that a programme says as a whole: what it is about, and what it says."""

    field: str
    section: Section
    name: Words
    value: Words


class Told(NamedTuple):
    """A programme in words: rules, tiers and document gifts by their codes, and the rest."""

    rules: Mapping[str, Words]
    tiers: Mapping[str, Words]
    document_gifts: Mapping[str, Words]
    statements: tuple[Statement, ...]


def told(programme: Programme) -> Told:
    """Return what a programme says, in words."""
    return Told(
        rules={one.code: wording.rule_in_words(one) for one in programme.rules},
        tiers={one.code: wording.tier_in_words(one) for one in programme.tiers},
        document_gifts={
            one.kind: wording.document_gift_in_words(one) for one in programme.document_gifts
        },
        statements=tuple(
            Statement(field, section, name, tell(getattr(programme, field)))
            for field, (section, name, tell) in FIELDS.items()
        ),
    )
