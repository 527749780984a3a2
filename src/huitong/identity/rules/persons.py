"""Who belongs together: the connected parts of a page's identifiers over proving mentions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a page says: identifiers by place, and which of them each record gives its buyer.

    `persons` holds one value an identifier: whom it belongs to already. `of_record` holds the
    places of each record's identifiers, and `proving` those among them that may join persons.
    """

    persons: Sequence[int | None]
    of_record: Sequence[Sequence[int]]
    proving: Sequence[Sequence[int]]


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
    The answer is that of the same records coming one by one.
    """
    parts = _Parts(len(mentions.persons))
    _join_known(parts, mentions)
    anchors = _join_named(parts, mentions)
    decisions: dict[int, Decision] = {}
    seen: set[int] = set()
    for record, places in enumerate(mentions.of_record):
        if not places:
            continue
        anchor = anchors[record]
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


def _join_named(parts: "_Parts", mentions: Mentions) -> list[int]:
    """Join what each record names, in their order; return the identifier that says most of each.

    The answer for a record that names nobody is -1.
    """
    taken = {place for place, person in enumerate(mentions.persons) if person is not None}
    anchors = []
    for places, proving in zip(mentions.of_record, mentions.proving, strict=True):
        anchor = _anchor(places, proving, taken) if places else -1
        for place in places:
            if place in proving or place not in taken:
                parts.join(anchor, place)
        taken.update(places)
        anchors.append(anchor)
    return anchors


def _anchor(places: Sequence[int], proving: Sequence[int], taken: Collection[int]) -> int:
    """Return the identifier that says most of a record: one that proves, is known, comes first."""
    if proving:
        return proving[0]
    return next((place for place in places if place in taken), places[0])


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
