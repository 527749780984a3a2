"""Reads who is told with too many others to be one person's, one step far around each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huitong.channels.model import IdentifierKind
from huitong.identity.model import Standing, Strength
from huitong.identity.rules import EffectivePolicy, Evidence, IdentifierFacts, crowded
from huitong.identity.tables import everybody as tables
from huitong.identity.tables import evidence as evidence_tables
from huitong.platform.db import ReadTx, array

# Of an identifier that has more evidence than this on a side, no more is read.
ROWS_AROUND_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Crowds:
    """What identifiers are by how many they are told with.

    `unknown` ones have more evidence than is read, and what was read does not make them shared.
    """

    standings: Mapping[int, Standing]
    shared: frozenset[int]
    unknown: frozenset[int]


def crowds(tx: ReadTx, identifier_ids: Sequence[int], *, policy: EffectivePolicy) -> Crowds:
    """Return which identifiers a policy calls shared: two statements, however many."""
    params = {
        "group_id": tx.scope.group_id,
        "identifier_ids": array(sorted(set(identifier_ids))),
        "rows_max": ROWS_AROUND_MAX,
    }
    known = tx.rows(evidence_tables.FIND_BY_IDS, params)
    standings = {row[0]: Standing(row[5]) for row in known}
    facts = {row[0]: _facts(policy, row[3], standing=row[5], is_virtual=row[6]) for row in known}
    evidence: list[Evidence] = []
    counted: dict[int, int] = {}
    for here, there, first_at, last_at, here_verified, verified, kind, is_virtual, standing in (
        tx.rows(tables.AROUND, params) if known else []
    ):
        counted[here] = counted.get(here, 0) + 1
        facts.setdefault(there, _facts(policy, kind, standing=standing, is_virtual=is_virtual))
        first, last = int(first_at.timestamp()), int(last_at.timestamp())
        evidence.append(Evidence(here, there, first, last, here_verified, verified))
    shared = crowded(evidence, facts, policy.for_partition) & standings.keys()
    unknown = {
        each for each, rows in counted.items() if rows >= ROWS_AROUND_MAX and each not in shared
    }
    return Crowds(standings, frozenset(shared), frozenset(unknown))


def _facts(
    policy: EffectivePolicy, kind: str, *, standing: str, is_virtual: bool
) -> IdentifierFacts:
    """Return what is known of an identifier by itself; for a count its blind index says nothing."""
    of_kind = IdentifierKind(kind)
    at_most = policy.at_most(of_kind, virtual=is_virtual)
    return IdentifierFacts(
        of_kind, "", b"", Strength.NEVER if standing == Standing.BLOCKED else at_most
    )
