"""Loads a whole identity domain from the database into arrays."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np

from huitong.channels.model import IdentifierKind
from huitong.identity.graph.arrays import (
    NEVER,
    PROVES,
    STRENGTH_CODES,
    DecisionArrays,
    EvidenceArrays,
    Flags,
    IdentifierArrays,
    Numbers,
    Wide,
)
from huitong.identity.model import Standing
from huitong.identity.rules import EffectivePolicy
from huitong.identity.tables import graph as tables
from huitong.platform.db import ReadTx

ROWS_A_TRIP = 50_000


@dataclass(frozen=True, slots=True)
class Domain:
    """An identity domain as it stands; `ids` and `persons` say which identifier is whose today.

    A person of 0 is nobody: somebody else on an order, of whom nothing more is known.
    """

    ids: Wide
    persons: Wide
    classes: list[tuple[IdentifierKind, str]]
    class_of: "np.ndarray[tuple[int], np.dtype[np.uint16]]"
    is_blocked: Flags
    is_virtual: Flags
    evidence: EvidenceArrays
    decisions: DecisionArrays

    def identifiers(self, policy: EffectivePolicy) -> IdentifierArrays:
        """Return the identifiers with what each says at most under a policy."""
        virtual = [STRENGTH_CODES[policy.at_most(kind, virtual=True)] for kind, _ in self.classes]
        of_class = np.array(virtual or [PROVES], np.uint8)
        at_most = np.where(self.is_virtual, of_class[self.class_of], np.uint8(PROVES))
        at_most[self.is_blocked] = NEVER
        return IdentifierArrays(self.class_of, at_most.astype(np.uint8), self.classes)


def load_domain(tx: ReadTx, *, domain_id: int) -> Domain:
    """Load identifiers, evidence and decisions of an identity domain: three statements."""
    params = {"group_id": tx.scope.group_id, "domain_id": domain_id}
    places: dict[tuple[IdentifierKind, str], int] = {}
    columns: list[tuple[int, int, int, bool, bool]] = []
    rows = tx.stream(tables.DOMAIN_IDENTIFIERS, params, chunk=ROWS_A_TRIP)
    for identifier, kind, scope, standing, is_virtual, person in rows:
        place = places.setdefault((IdentifierKind(kind), scope), len(places))
        columns.append((identifier, person or 0, place, standing == Standing.BLOCKED, is_virtual))
    table = np.array(columns, np.int64).reshape(-1, 5)
    ids = table[:, 0]
    order = np.argsort(ids)
    evidence = _table(tx.stream(tables.DOMAIN_EVIDENCE, params, chunk=ROWS_A_TRIP), 5)
    one, one_known = _numbers(ids, order, evidence[:, 0])
    other, other_known = _numbers(ids, order, evidence[:, 1])
    kept = one_known & other_known
    decided: dict[str, list[tuple[int, int]]] = {"accepted": [], "rejected": []}
    for first, second, state in tx.rows(tables.DOMAIN_DECISIONS, params):
        decided[state].append((first, second))
    return Domain(
        ids=ids,
        persons=table[:, 1],
        classes=list(places),
        class_of=table[:, 2].astype(np.uint16),
        is_blocked=table[:, 3].astype(np.bool_),
        is_virtual=table[:, 4].astype(np.bool_),
        evidence=EvidenceArrays(
            one=one[kept],
            other=other[kept],
            first_at=evidence[kept, 2].astype(np.uint32),
            last_at=evidence[kept, 3].astype(np.uint32),
            verified=evidence[kept, 4].astype(np.uint8),
        ),
        decisions=DecisionArrays(
            _pairs(ids, order, decided["accepted"]), _pairs(ids, order, decided["rejected"])
        ),
    )


def _table(rows: Iterable[tuple[int, ...]], columns: int) -> Wide:
    """Return rows of numbers as an array, without a list of them in between."""
    return np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, columns)


def _numbers(ids: Wide, order: Wide, wanted: Wide) -> tuple[Numbers, Flags]:
    """Return the number of each wanted id, and which of them are known at all."""
    if not len(ids):
        return np.zeros(len(wanted), np.int32), np.zeros(len(wanted), np.bool_)
    places = np.searchsorted(ids, wanted, sorter=order)
    numbers = order[np.minimum(places, len(ids) - 1)]
    return numbers.astype(np.int32), ids[numbers] == wanted


def _pairs(ids: Wide, order: Wide, pairs: list[tuple[int, int]]) -> Numbers:
    """Return decided pairs as numbers, the smaller first."""
    numbers, known = _numbers(ids, order, np.array(pairs, np.int64).reshape(-1))
    both = np.sort(numbers.reshape(-1, 2), axis=1)
    return both[known.reshape(-1, 2).all(axis=1)]
