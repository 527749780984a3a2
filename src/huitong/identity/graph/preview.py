"""What another policy would change: who would merge, who would split; nothing is changed."""

from dataclasses import dataclass

import numpy as np

from huitong.identity.graph.arrays import Linked, Numbers, Wide
from huitong.identity.graph.linking import link
from huitong.identity.graph.loading import Domain, load_domain
from huitong.identity.model import PolicyDocument, PolicyVersion
from huitong.identity.queries import policy_of
from huitong.identity.rules import EffectivePolicy, policy_of_document
from huitong.platform.db import ReadTx

CASES_SHOWN = 10
_CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class Case:
    """One of the largest changes: persons that become one, or one that becomes several.

    `person_ids` holds the persons concerned who exist today; `identifiers` counts all of theirs,
    and `parts` how many persons they were, or would be.
    """

    person_ids: tuple[int, ...]
    identifiers: int
    parts: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a candidate policy would change in an identity domain."""

    identifiers: int
    evidence: int
    persons_now: int
    persons_then: int
    persons_that_merge: int
    merged_into: int
    persons_that_split: int
    split_into: int
    shared_now: int
    shared_then: int
    held_now: int
    held_then: int
    largest_merges: tuple[Case, ...]
    largest_splits: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A whole identity domain, and the policy in effect."""

    domain: Domain
    current: PolicyVersion


def preview(tx: ReadTx, *, domain_id: int, candidate: PolicyDocument) -> Preview:
    """Return what a candidate policy would change, from all evidence that stands.

    Both sides are computed anew, so that only the policies differ. Lists of blocked and virtual
    values say something of values that come in; they change nothing here, where values are sealed.
    """
    asked = read(tx, domain_id=domain_id)
    return compare(asked.domain, linked_now(asked), linked_then(asked, candidate))


def read(tx: ReadTx, *, domain_id: int) -> Asked:
    """Return all that a preview reads, so that the computing needs no transaction."""
    return Asked(load_domain(tx, domain_id=domain_id), policy_of(tx, domain_id=domain_id))


def linked_now(asked: Asked) -> Linked:
    """Return who is one person under the policy in effect."""
    current = asked.current
    policy = policy_of_document(current.document, version=current.version, digest=current.digest)
    return _linked(asked.domain, policy)


def linked_then(asked: Asked, candidate: PolicyDocument) -> Linked:
    """Return who would be one person under a candidate."""
    return _linked(asked.domain, policy_of_document(candidate, version=0, digest=_CANDIDATE))


def compare(domain: Domain, now: Linked, then: Linked) -> Preview:
    """Return the difference between two partitions of a domain."""
    counted = domain.persons != 0
    old, new, persons = now.label[counted], then.label[counted], domain.persons[counted]
    merging, parts_merging = _parts(new, old)
    splitting, parts_splitting = _parts(old, new)
    return Preview(
        identifiers=int(counted.sum()),
        evidence=len(domain.evidence.one),
        persons_now=len(np.unique(old)),
        persons_then=len(np.unique(new)),
        persons_that_merge=int(parts_merging.sum()),
        merged_into=len(merging),
        persons_that_split=len(splitting),
        split_into=int(parts_splitting.sum()),
        shared_now=int(now.is_shared.sum()),
        shared_then=int(then.is_shared.sum()),
        held_now=len(now.held),
        held_then=len(then.held),
        largest_merges=_largest(new, persons, merging, parts_merging),
        largest_splits=_largest(old, persons, splitting, parts_splitting),
    )


def _linked(domain: Domain, policy: EffectivePolicy) -> Linked:
    return link(domain.evidence, domain.identifiers(policy), policy.for_partition, domain.decisions)


def _parts(whole: Numbers, part: Numbers) -> tuple[Numbers, Wide]:
    """Return the labels that are made of more than one part, and of how many."""
    pairs = np.unique(np.stack([whole, part], axis=1), axis=0)
    labels, counts = np.unique(pairs[:, 0], return_counts=True)
    several = counts > 1
    return labels[several], counts[several].astype(np.int64)


def _largest(label: Numbers, persons: Wide, changed: Numbers, parts: Wide) -> tuple[Case, ...]:
    order = np.argsort(-parts, kind="stable")[:CASES_SHOWN]
    cases = []
    for place in order.tolist():
        of_case = label == changed[place]
        ids = tuple(np.unique(persons[of_case]).tolist()[:CASES_SHOWN])
        cases.append(Case(ids, int(of_case.sum()), int(parts[place])))
    return tuple(cases)
