"""The batch engine says what the rule says, over whatever evidence, policy and decisions."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from huitong.channels.model import IdentifierKind
from huitong.identity.graph.arrays import (
    DecisionArrays,
    EvidenceArrays,
    IdentifierArrays,
    Linked,
    link_by_rule,
    no_decisions,
)
from huitong.identity.graph.linking import link
from huitong.identity.model import Strength
from huitong.identity.rules.default_policy import DEFAULT_POLICY
from huitong.identity.rules.evidence import DAY_SECONDS, KindPolicy, PartitionPolicy
from tests.identity_graph.make import CARD, EMAIL, OUID, PHONE

IDENTIFIERS_MAX = 14
CLASSES = ((PHONE, ""), (CARD, "brand:1"), (OUID, "tmall:a"), (OUID, "tmall:b"), (EMAIL, ""))
DAYS_MAX = 400
BORN = 20_000 * DAY_SECONDS

strengths = st.sampled_from(Strength)
limits = st.none() | st.integers(1, 4)
kind_policies = st.builds(
    KindPolicy,
    verified=st.sampled_from([Strength.PROVES, Strength.PROVES, Strength.SUGGESTS]),
    unverified=strengths,
    living_max=limits,
    living_days=st.none() | st.integers(0, 100),
    neighbours_max=limits,
    window_days=st.integers(0, 60),
    anchors=st.just(frozenset(IdentifierKind))
    | st.frozensets(st.sampled_from([PHONE, CARD, OUID, EMAIL])),
    expires_after_days=st.none() | st.integers(3, 90),
    priority=st.integers(1, 3),
)
policies = st.builds(
    PartitionPolicy,
    kinds=st.fixed_dictionaries({kind: kind_policies for kind, _ in CLASSES}),
    person_identifiers_max=st.none() | st.integers(2, 8),
)


@st.composite
def domains(draw: st.DrawFn) -> tuple[EvidenceArrays, IdentifierArrays, DecisionArrays]:
    """Draw identifiers of a few classes, evidence among them, and some decisions."""
    count = draw(st.integers(2, IDENTIFIERS_MAX))
    classes = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    said = st.sampled_from([2, 2, 2, 2, 1, 0])
    at_most = draw(st.lists(said, min_size=count, max_size=count))
    # The last identifier is told with many, so that it is crowded or reused now and then.
    anybody = st.integers(0, count - 1)
    pair = st.tuples(anybody, anybody | st.just(count - 1)).filter(lambda ends: ends[0] != ends[1])
    day = st.integers(0, DAYS_MAX)
    row = st.tuples(pair, day, st.just(0) | st.integers(0, 40), st.integers(0, 3))
    rows = draw(st.lists(row, max_size=40))
    evidence = EvidenceArrays(
        one=np.array([ends[0] for ends, _, _, _ in rows], np.int32),
        other=np.array([ends[1] for ends, _, _, _ in rows], np.int32),
        first_at=np.array([BORN + first * DAY_SECONDS for _, first, _, _ in rows], np.uint32),
        last_at=np.array(
            [BORN + (first + length) * DAY_SECONDS for _, first, length, _ in rows], np.uint32
        ),
        verified=np.array([verified for _, _, _, verified in rows], np.uint8),
    )
    decided = st.lists(pair.map(sorted), max_size=3)
    decisions = DecisionArrays(_pairs(draw(decided)), _pairs(draw(decided)))
    identifiers = IdentifierArrays(
        np.array(classes, np.uint16), np.array(at_most, np.uint8), CLASSES
    )
    return evidence, identifiers, decisions


@settings(max_examples=600)
@given(domains(), policies)
def test_the_batch_engine_says_what_the_rule_says(
    domain: tuple[EvidenceArrays, IdentifierArrays, DecisionArrays], policy: PartitionPolicy
) -> None:
    evidence, identifiers, decisions = domain
    wanted = link_by_rule(evidence, identifiers, policy, decisions)
    assert shown(link(evidence, identifiers, policy, decisions)) == shown(wanted)
    sliced = link(evidence, identifiers, policy, decisions, rows_a_slice=3)
    assert shown(sliced) == shown(wanted)


def test_time_that_no_word_can_hold_is_looked_at_exactly() -> None:
    days = [0, 10, 30 * 365]
    evidence = told_together([(0, 1), (0, 2), (0, 3)], days)
    identifiers = IdentifierArrays(
        np.array([0, 1, 2, 3], np.uint16), np.full(4, 2, np.uint8), CLASSES
    )
    phones = replace(DEFAULT_POLICY.kinds[PHONE], expires_after_days=30)
    policy = replace(DEFAULT_POLICY, kinds={**DEFAULT_POLICY.kinds, PHONE: phones})
    found = link(evidence, identifiers, policy)
    assert found.label.tolist() == [0, 1, 1, 0]
    assert shown(found) == shown(link_by_rule(evidence, identifiers, policy, no_decisions()))


def test_more_limits_than_one_word_counts_are_all_kept() -> None:
    scopes = [(OUID, str(number)) for number in range(100)]
    evidence = told_together([(0, 1), (0, 2)], [0, 0])
    classes = [(IdentifierKind.PHONE, ""), *scopes]
    last = len(classes) - 1
    identifiers = IdentifierArrays(
        np.array([0, last, last], np.uint16), np.full(3, 2, np.uint8), classes
    )
    found = link(evidence, identifiers, DEFAULT_POLICY)
    assert found.label.tolist() == [0, 0, 2]
    assert found.held.tolist() == [[0, 2]]


def test_whoever_speaks_beside_somebody_shared_is_not_given_to_who_suggests_them() -> None:
    told = told_together([(0, 1), (0, 2), (1, 2)], [0, 0, 0])
    evidence = told._replace(verified=np.array([0, 0, 2], np.uint8))
    identifiers = IdentifierArrays(np.array([0, 0, 2], np.uint16), np.full(3, 2, np.uint8), CLASSES)
    anybody = frozenset(IdentifierKind)
    phones = replace(
        DEFAULT_POLICY.kinds[PHONE],
        verified=Strength.PROVES,
        unverified=Strength.PROVES,
        neighbours_max=1,
        anchors=anybody,
    )
    buyers = replace(
        DEFAULT_POLICY.kinds[OUID],
        verified=Strength.PROVES,
        unverified=Strength.SUGGESTS,
        neighbours_max=None,
        anchors=anybody,
    )
    kinds = {**DEFAULT_POLICY.kinds, PHONE: phones, OUID: buyers}
    policy = replace(DEFAULT_POLICY, kinds=kinds)
    found = link(evidence, identifiers, policy)
    assert found.is_shared.tolist() == [False, True, False]
    assert found.label.tolist() == [0, 1, 2]
    assert shown(found) == shown(link_by_rule(evidence, identifiers, policy, no_decisions()))


def test_nobody_is_nobody() -> None:
    evidence = told_together([], [])
    nobody = IdentifierArrays(np.empty(0, np.uint16), np.empty(0, np.uint8), CLASSES)
    assert len(link(evidence, nobody, DEFAULT_POLICY).label) == 0


def told_together(pairs: list[tuple[int, int]], days: list[int]) -> EvidenceArrays:
    at = np.array([BORN + day * DAY_SECONDS for day in days], np.uint32)
    ends = _pairs([list(pair) for pair in pairs])
    return EvidenceArrays(ends[:, 0], ends[:, 1], at, at, np.zeros(len(at), np.uint8))


def shown(linked: Linked) -> tuple[list[int], list[bool], list[list[int]]]:
    return linked.label.tolist(), linked.is_shared.tolist(), sorted(linked.held.tolist())


def _pairs(pairs: list[list[int]]) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    return np.array(pairs, np.int32).reshape(-1, 2)
