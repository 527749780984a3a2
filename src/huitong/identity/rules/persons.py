"""Who belongs together: the connected parts of a page's identifiers over proving mentions."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a page says: identifiers by place, and which of them each record gives its buyer.

    `proves` and `persons` hold one value an identifier: whether it may join persons, and whom it
    belongs to already. `of_record` holds the places of each record's identifiers.
    """

    proves: Sequence[bool]
    persons: Sequence[int | None]
    of_record: Sequence[Sequence[int]]


@dataclass(slots=True)
class Decision:
    """One person to be: those who are it already (oldest first), identifiers to join, records."""

    persons: list[int] = field(default_factory=list)
    joining: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)


def decide(mentions: Mentions) -> list[Decision]:
    """Return the persons a page speaks of, in the order of their first record.

    Records that share a proving identifier, or name identifiers of one person, speak of one person.
    An identifier that only suggests follows the first record that names it while nobody has it.
    """
    parts = _Parts(len(mentions.proves))
    _join_known(parts, mentions)
    _join_proven(parts, mentions)
    _join_suggested(parts, mentions)
    decisions: dict[int, Decision] = {}
    seen: set[int] = set()
    for record, places in enumerate(mentions.of_record):
        if not places:
            continue
        anchor = _anchor(mentions, places)
        decision = decisions.setdefault(parts.root(anchor), Decision())
        decision.records.append(record)
        for place in places:
            if place not in seen and parts.root(place) == parts.root(anchor):
                seen.add(place)
                _note(decision, place, mentions.persons[place])
    for decision in decisions.values():
        decision.persons.sort()
    return list(decisions.values())


def _note(decision: Decision, place: int, person: int | None) -> None:
    if person is None:
        decision.joining.append(place)
    elif person not in decision.persons:
        decision.persons.append(person)


def _join_known(parts: "_Parts", mentions: Mentions) -> None:
    first_of: dict[int, int] = {}
    for places in mentions.of_record:
        for place in places:
            person = mentions.persons[place]
            if person is not None:
                parts.join(first_of.setdefault(person, place), place)


def _join_proven(parts: "_Parts", mentions: Mentions) -> None:
    for places in mentions.of_record:
        proving = [place for place in places if mentions.proves[place]]
        for place in proving[1:]:
            parts.join(proving[0], place)


def _join_suggested(parts: "_Parts", mentions: Mentions) -> None:
    taken: set[int] = set()
    for places in mentions.of_record:
        if not places:
            continue
        anchor = _anchor(mentions, places)
        taken.add(anchor)
        for place in places:
            is_free = mentions.persons[place] is None and place not in taken
            if is_free and not mentions.proves[place]:
                taken.add(place)
                parts.join(anchor, place)


def _anchor(mentions: Mentions, places: Sequence[int]) -> int:
    """Return the identifier that says most of a record: one that proves, is known, comes first."""
    for place in places:
        if mentions.proves[place]:
            return place
    for place in places:
        if mentions.persons[place] is not None:
            return place
    return places[0]


class _Parts:
    """Disjoint sets with path halving."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, place: int) -> int:
        parent = self._parent
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    def join(self, one: int, other: int) -> None:
        one, other = self.root(one), self.root(other)
        if one != other:
            self._parent[max(one, other)] = min(one, other)
