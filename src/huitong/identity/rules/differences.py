"""What has to happen to persons, so that they are as the evidence says: undone, carved, merged."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

Label: TypeAlias = int
"""Whom identifiers should belong to: the smallest identifier that belongs there too."""


class StandingMerge(NamedTuple):
    """A merge of the journal that nobody undid; `depth` is its distance from who lives."""

    id: int
    source_id: int
    target_id: int
    identifier_ids: Sequence[int]
    depth: int


class Going(NamedTuple):
    """Identifiers on the way to where `label` is at home; without a `to_id`, to a new person."""

    from_id: int
    label: Label
    to_id: int | None
    identifier_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Who is who before anything changes.

    `owner_of` has every identifier that was weighed, and those that only keep one company;
    `label_of` says where each should be, and leaves out what follows its person wherever it goes.
    `quiet` names identifiers that say least of where a person is at home: new, shared,
    blocked and given-on ones.
    """

    owner_of: Mapping[int, int]
    label_of: Mapping[int, Label]
    merges: Sequence[StandingMerge]
    quiet: frozenset[int]


@dataclass(slots=True)
class Difference:
    """The steps in their order: merges to undo, outermost first, then carvings, then merges."""

    undone: list[StandingMerge] = field(default_factory=list)
    carved: list[Going] = field(default_factory=list)
    merged: list[tuple[int, int]] = field(default_factory=list)

    def is_empty(self) -> bool:
        """Tell whether everything is as it should be."""
        return not (self.undone or self.carved or self.merged)


def difference(known: Known) -> Difference:
    """Return the fewest steps that bring persons to where their identifiers should be.

    A merge is undone where its two sides belong apart, and every merge that carried it on, which
    is then made again. What was one from the start is carved out.
    """
    undone = _to_undo(known)
    owner_of = _after(known.owner_of, undone)
    homes = _homes(owner_of, known)
    stays: dict[Label, int] = {}
    merged = []
    for person, label in sorted(homes.items()):
        if label in stays:
            merged.append((person, stays[label]))
        else:
            stays[label] = person
    going: defaultdict[tuple[int, Label], list[int]] = defaultdict(list)
    for identifier, label in known.label_of.items():
        owner = owner_of[identifier]
        if homes[owner] != label:
            going[owner, label].append(identifier)
    carved = [
        Going(owner, label, stays.get(label), tuple(sorted(identifiers)))
        for (owner, label), identifiers in sorted(going.items())
    ]
    return Difference(undone, carved, merged)


def _to_undo(known: Known) -> list[StandingMerge]:
    if not known.merges:
        return []
    outermost_first = sorted(known.merges, key=lambda merge: (merge.depth, -merge.id))
    natives = _after(known.owner_of, outermost_first)
    homes = _homes(natives, known)
    by_source = {merge.source_id: merge for merge in known.merges}
    wanted: set[int] = set()
    for merge in outermost_first:
        if _parts(merge, homes, by_source):
            above: StandingMerge | None = merge
            while above is not None and above.id not in wanted:
                wanted.add(above.id)
                above = by_source.get(above.target_id)
    return [merge for merge in outermost_first if merge.id in wanted]


def _parts(
    merge: StandingMerge, homes: Mapping[int, Label], by_source: Mapping[int, StandingMerge]
) -> bool:
    """Tell whether a merge joins what belongs apart; who has nothing of their own stays."""
    here = homes.get(merge.source_id)
    target: int | None = merge.target_id
    while target is not None:
        there = homes.get(target)
        if there is not None:
            return here is not None and here != there
        above = by_source.get(target)
        target = above.target_id if above else None
    return False


def _after(owner_of: Mapping[int, int], undone: Iterable[StandingMerge]) -> dict[int, int]:
    """Return who owns what once merges are undone in this order."""
    owners = dict(owner_of)
    for merge in undone:
        for identifier in merge.identifier_ids:
            if owners.get(identifier) == merge.target_id:
                owners[identifier] = merge.source_id
    return owners


def _homes(owner_of: Mapping[int, int], known: Known) -> dict[int, Label]:
    """Return where each person is at home: where most of what speaks for them belongs."""
    votes: defaultdict[int, Counter[Label]] = defaultdict(Counter)
    for identifier, label in known.label_of.items():
        # One loud identifier outweighs any number of quiet ones.
        votes[owner_of[identifier]][label] += 1 if identifier in known.quiet else 1 << 20
    return {
        person: min(counted, key=lambda label: (-counted[label], label))
        for person, counted in votes.items()
    }
