"""Who is one person: one pure function of the evidence, the policy and people's decisions.

The order in which evidence came never matters. Both engines answer what `partition` answers: the
incremental one calls it for the neighbourhood that changed, the batch one does the same over arrays
and is held to it by a property test.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from huitong.identity.model import Strength
from huitong.identity.rules.crowds import shared_identifiers
from huitong.identity.rules.episodes import Episodes
from huitong.identity.rules.evidence import (
    NO_DECISIONS,
    Decisions,
    Evidence,
    IdentifierFacts,
    Pair,
    Partition,
    PartitionPolicy,
    Rule,
    Verdict,
)
from huitong.identity.rules.groups import Groups
from huitong.identity.rules.pairs import ToldPair, told_pairs


def partition(
    evidence: Iterable[Evidence],
    identifiers: Mapping[int, IdentifierFacts],
    policy: PartitionPolicy,
    decisions: Decisions = NO_DECISIONS,
) -> Partition:
    """Return whom each identifier belongs to, for whole components of evidence.

    `identifiers` holds every identifier of the evidence; those without any are persons alone. An
    accepted pair is part of a component like evidence, and counts when both of it are there.
    """
    pairs = told_pairs(evidence, identifiers, policy)
    proving = [each for each in pairs if each.strength is Strength.PROVES]
    shared = shared_identifiers(proving, identifiers, policy)
    verdicts = {each.ends: _first_verdict(each, shared, decisions) for each in pairs}
    joining = [each for each in proving if verdicts[each.ends] is Verdict.REDUNDANT]
    episodes = Episodes(joining, identifiers, policy)
    groups = Groups(identifiers, policy, decisions, episodes)
    rules = _join(groups, episodes, joining, verdicts)
    _accept(groups, episodes, decisions, verdicts)
    _release(groups, episodes, joining, verdicts, rules)
    _follow(groups, episodes, pairs, verdicts)
    return Partition(groups.labels(), verdicts, rules, frozenset(shared))


def _first_verdict(pair: ToldPair, shared: Collection[int], decisions: Decisions) -> Verdict:
    """Return the verdict before anything is joined; `redundant` is still open."""
    if pair.ends in decisions.rejected:
        return Verdict.REJECTED
    if pair.strength is Strength.NEVER:
        return Verdict.BLOCKED
    if pair.one in shared or pair.other in shared:
        return Verdict.SHARED
    return Verdict.REDUNDANT if pair.strength is Strength.PROVES else Verdict.SUGGESTS


def _join(
    groups: Groups,
    episodes: Episodes,
    joining: Sequence[ToldPair],
    verdicts: dict[Pair, Verdict],
) -> dict[Pair, Rule]:
    """Join in the canonical order what the limits allow; return which limits held the rest."""
    rules: dict[Pair, Rule] = {}
    for each in sorted(joining, key=lambda pair: pair.canonical):
        one, other = episodes.nodes(each)
        if groups.are_one(one, other):
            continue
        rule = groups.broken_by(one, other)
        if rule is not None:
            rules[each.ends] = rule
            verdicts[each.ends] = Verdict.HELD
            continue
        groups.join(one, other)
        is_past = episodes.is_past(one) or episodes.is_past(other)
        verdicts[each.ends] = Verdict.EXPIRED if is_past else Verdict.JOINED
    return rules


def _accept(
    groups: Groups, episodes: Episodes, decisions: Decisions, verdicts: dict[Pair, Verdict]
) -> None:
    """Join what operators accepted, whatever the limits say, unless a rejection forbids it."""
    known = [each for each in decisions.accepted if all(map(groups.knows, each))]
    for ends in sorted(known, key=groups.blind_indexes):
        one, other = episodes.today(ends[0]), episodes.today(ends[1])
        if groups.are_one(one, other):
            verdicts[ends] = verdicts.get(ends, Verdict.REDUNDANT)
        elif groups.are_apart(one, other):
            verdicts[ends] = Verdict.REJECTED
        else:
            groups.join(one, other)
            verdicts[ends] = Verdict.JOINED


def _release(
    groups: Groups,
    episodes: Episodes,
    joining: Sequence[ToldPair],
    verdicts: dict[Pair, Verdict],
    rules: dict[Pair, Rule],
) -> None:
    """Let go of what was held between those who are one now that operators have spoken."""
    for each in joining:
        if each.ends in rules and groups.are_one(*episodes.nodes(each)):
            del rules[each.ends]
            if verdicts[each.ends] is Verdict.HELD:
                verdicts[each.ends] = Verdict.REDUNDANT


def _follow(
    groups: Groups,
    episodes: Episodes,
    pairs: Sequence[ToldPair],
    verdicts: dict[Pair, Verdict],
) -> None:
    """Give identifiers that nobody proved to those who named them first."""
    suggesting = [each for each in pairs if verdicts[each.ends] is Verdict.SUGGESTS]
    for each in sorted(suggesting, key=lambda pair: (pair.first_at, pair.blind_indexes)):
        one, other = episodes.today(each.one), episodes.today(each.other)
        alone = any(groups.is_alone(episodes.today(end)) for end in each.unproven)
        if alone and not groups.are_one(one, other) and groups.broken_by(one, other) is None:
            groups.join(one, other)
            verdicts[each.ends] = Verdict.FOLLOWS
