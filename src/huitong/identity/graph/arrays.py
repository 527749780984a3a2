"""Evidence of a whole identity domain as arrays: what the batch engine reads and answers.

Identifiers are numbered in the order of their blind indexes, so a number settles every tie as
`partition` settles it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huitong.channels.model import IdentifierKind
from huitong.identity.model import Strength
from huitong.identity.rules.evidence import (
    DAY_SECONDS,
    NO_DECISIONS,
    Decisions,
    Evidence,
    IdentifierFacts,
    Partition,
    PartitionPolicy,
)
from huitong.identity.rules.partition import partition

Bytes: TypeAlias = NDArray[np.uint8]
Words: TypeAlias = NDArray[np.uint64]
Numbers: TypeAlias = NDArray[np.int32]
Wide: TypeAlias = NDArray[np.int64]
Seconds: TypeAlias = NDArray[np.uint32]
Flags: TypeAlias = NDArray[np.bool_]

ONE_VERIFIED, OTHER_VERIFIED = 1, 2
NEVER, SUGGESTS, PROVES = 0, 1, 2
STRENGTH_CODES = {Strength.NEVER: NEVER, Strength.SUGGESTS: SUGGESTS, Strength.PROVES: PROVES}
NO_LIMIT = (1 << 31) - 1
FOREVER_SECONDS = 1 << 40
KINDS = tuple(IdentifierKind)
CLASSES_MAX = 1 << 16

# What a row of evidence means: its strength, and flags of the one end; those of the other end are
# the next bit. The place of a meaning is made of kind and cap of both ends and what was verified.
STRENGTH = 3
EXPIRES, UNPROVEN, HAS_ANCHOR, MAY_SUGGEST = 4, 16, 64, 256
CAPS = (NEVER, SUGGESTS, PROVES)
MEANING_SIDE = 64
_End: TypeAlias = tuple[IdentifierKind, int]


@dataclass(frozen=True, slots=True)
class IdentifierArrays:
    """Identifiers by number: the place of kind and scope in `classes`, what each says at most."""

    class_of: NDArray[np.uint16]
    at_most: Bytes
    classes: Sequence[tuple[IdentifierKind, str]]

    def __len__(self) -> int:
        return len(self.class_of)


class EvidenceArrays(NamedTuple):
    """Evidence by row, as `rules.evidence.Evidence`; instants are whole seconds since 1970."""

    one: Numbers
    other: Numbers
    first_at: Seconds
    last_at: Seconds
    verified: Bytes


@dataclass(frozen=True, slots=True)
class DecisionArrays:
    """Pairs that operators decided, each a row of two numbers, the smaller first."""

    accepted: Numbers
    rejected: Numbers


@dataclass(frozen=True, slots=True)
class Linked:
    """Whom each identifier belongs to: the smallest number of the same person today.

    `held` has a row for each pair that waits for an operator; `is_shared` one entry an identifier.
    """

    label: Numbers
    is_shared: Flags
    held: Numbers


class PolicyArrays(NamedTuple):
    """A policy by class of identifiers; what has no limit has one that nothing reaches.

    `meaning` says what a row is worth, by `place_of_meaning`.
    """

    kind_of: Bytes
    meaning: NDArray[np.uint16]
    living_max: Numbers
    living_seconds: Wide
    neighbours_max: Numbers
    window_seconds: Wide
    expires_seconds: Wide
    priority: Numbers
    person_identifiers_max: int


def no_decisions() -> DecisionArrays:
    """Return that nobody decided anything."""
    return DecisionArrays(np.empty((0, 2), np.int32), np.empty((0, 2), np.int32))


def policy_arrays(
    policy: PartitionPolicy, classes: Sequence[tuple[IdentifierKind, str]]
) -> PolicyArrays:
    """Return a policy as arrays with one entry a class."""
    assert len(classes) <= CLASSES_MAX, "Kinds and scopes are numbered in 16 bits."
    kinds = [policy.kinds[kind] for kind, _ in classes]
    size_max = policy.person_identifiers_max
    return PolicyArrays(
        kind_of=np.array([KINDS.index(kind) for kind, _ in classes], np.uint8),
        meaning=_meanings(policy),
        living_max=_limits([each.living_max for each in kinds]),
        living_seconds=np.array([_seconds(each.living_days) for each in kinds], np.int64),
        neighbours_max=_limits([each.neighbours_max for each in kinds]),
        window_seconds=np.array([each.window_days * DAY_SECONDS for each in kinds], np.int64),
        expires_seconds=np.array([_seconds(each.expires_after_days) for each in kinds], np.int64),
        priority=np.array([each.priority for each in kinds], np.int32),
        person_identifiers_max=NO_LIMIT if size_max is None else size_max,
    )


def _meanings(policy: PartitionPolicy) -> NDArray[np.uint16]:
    """Return what a row means, for all kinds and caps of both ends and what was verified."""
    table = np.zeros(MEANING_SIDE * MEANING_SIDE * 4, np.uint16)
    ends = [(kind, cap) for kind in KINDS if kind in policy.kinds for cap in CAPS]
    for one in ends:
        for other in ends:
            place = (_side(one) * MEANING_SIDE + _side(other)) * 4
            for verified in range(4):
                table[place + verified] = _meaning(policy, one, other, verified)
    return table


def _side(end: _End) -> int:
    return KINDS.index(end[0]) * len(CAPS) + end[1]


def _meaning(policy: PartitionPolicy, one: _End, other: _End, verified: int) -> int:
    says = [_says(policy, one, verified & ONE_VERIFIED), _says(policy, other, verified >> 1)]
    strength = said = min(says)
    if strength == NEVER:
        return NEVER
    for place, (end, neighbour) in enumerate(((one, other), (other, one))):
        of_kind = policy.kinds[end[0]]
        flags = (
            (EXPIRES, of_kind.expires_after_days is not None),
            (UNPROVEN, says[place] == SUGGESTS),
            (HAS_ANCHOR, strength == PROVES and neighbour[0] in of_kind.anchors),
            (MAY_SUGGEST, SUGGESTS in {_says(policy, end, told) for told in (0, 1)}),
        )
        limited = of_kind.neighbours_max is not None
        for flag, holds in flags:
            said |= (flag << place) if holds and (flag != HAS_ANCHOR or limited) else 0
    return said


def _says(policy: PartitionPolicy, end: _End, verified: int) -> int:
    of_kind = policy.kinds[end[0]]
    return min(STRENGTH_CODES[of_kind.verified if verified else of_kind.unverified], end[1])


def link_by_rule(
    evidence: EvidenceArrays,
    identifiers: IdentifierArrays,
    policy: PartitionPolicy,
    decisions: DecisionArrays,
) -> Linked:
    """Return what `partition` says of arrays: slow, for small ones and where numba is missing."""
    found = partition(evidence_of(evidence), facts_of(identifiers), policy, decisions_of(decisions))
    return as_linked(found, len(identifiers))


def evidence_of(arrays: EvidenceArrays) -> list[Evidence]:
    """Return the rows of arrays one by one."""
    return [
        Evidence(
            one, other, first, last, bool(verified & ONE_VERIFIED), bool(verified & OTHER_VERIFIED)
        )
        for one, other, first, last, verified in zip(
            *(column.tolist() for column in arrays), strict=True
        )
    ]


def facts_of(arrays: IdentifierArrays) -> Mapping[int, IdentifierFacts]:
    """Return what is known of each identifier; its number stands for its blind index."""
    said = {code: strength for strength, code in STRENGTH_CODES.items()}
    return {
        number: IdentifierFacts(
            kind=arrays.classes[place][0],
            scope=arrays.classes[place][1],
            blind_index=number.to_bytes(8, "big"),
            at_most=said[at_most],
        )
        for number, (place, at_most) in enumerate(
            zip(arrays.class_of.tolist(), arrays.at_most.tolist(), strict=True)
        )
    }


def decisions_of(arrays: DecisionArrays) -> Decisions:
    """Return decisions as pairs."""
    if not len(arrays.accepted) and not len(arrays.rejected):
        return NO_DECISIONS
    return Decisions(
        frozenset((one, other) for one, other in arrays.accepted.tolist()),
        frozenset((one, other) for one, other in arrays.rejected.tolist()),
    )


def as_linked(found: Partition, count: int) -> Linked:
    """Return a partition of numbers as arrays."""
    label = np.array([found.label_of[number] for number in range(count)], np.int32)
    is_shared = np.zeros(count, np.bool_)
    is_shared[sorted(found.shared)] = True
    held = np.array(sorted(found.rule_of), np.int32).reshape(-1, 2)
    return Linked(label, is_shared, held)


def _limits(limits: Sequence[int | None]) -> Numbers:
    return np.array([NO_LIMIT if limit is None else limit for limit in limits], np.int32)


def _seconds(days: int | None) -> int:
    return FOREVER_SECONDS if days is None else days * DAY_SECONDS
