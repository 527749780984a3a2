"""Turns a generated population into what the batch engine links, and measures the result."""

import numpy as np

from huitong.channels.model import IdentifierKind
from huitong.identity.graph.arrays import (
    PROVES,
    EvidenceArrays,
    IdentifierArrays,
    Linked,
    Numbers,
)
from huitong.identity.graph.linking import link
from huitong.identity.graph.quality import Quality, measure
from huitong.identity.rules.default_policy import DEFAULT_POLICY
from huitong.identity.rules.evidence import PartitionPolicy
from huitong_sandbox.population import CLASSES, Cause, Population, Tellings, provable

CLASSES_TOLD = [(IdentifierKind(kind), scope) for kind, scope in CLASSES]


def arrays_of(tellings: Tellings) -> tuple[EvidenceArrays, IdentifierArrays]:
    """Return tellings as evidence."""
    evidence = EvidenceArrays(
        one=tellings.own.astype(np.int32),
        other=tellings.other.astype(np.int32),
        first_at=tellings.first_at.astype(np.uint32),
        last_at=tellings.last_at.astype(np.uint32),
        verified=tellings.other_verified.astype(np.uint8) * np.uint8(2),
    )
    at_most = np.full(len(tellings.class_of), PROVES, np.uint8)
    return evidence, IdentifierArrays(tellings.class_of, at_most, CLASSES_TOLD)


def link_tellings(tellings: Tellings, policy: PartitionPolicy = DEFAULT_POLICY) -> Linked:
    """Return who is one person by the batch engine."""
    evidence, identifiers = arrays_of(tellings)
    return link(evidence, identifiers, policy)


def quality_of(population: Population, tellings: Tellings, label: Numbers) -> Quality:
    """Return how well accounts were recognised; `label` has one entry an account, or more."""
    accounts = population.accounts
    return measure(
        found=label[: len(accounts)].astype(np.int64),
        true=accounts.person,
        provable=provable(population, tellings),
        cause=accounts.cause,
        causes=[cause.name.lower() for cause in Cause],
    )
