"""Pure decisions of identity: what an identifier is worth, and who belongs together."""

from huitong.identity.rules.crowds import crowded
from huitong.identity.rules.differences import (
    Difference,
    Going,
    Known,
    StandingMerge,
    difference,
)
from huitong.identity.rules.episodes import episode_starts
from huitong.identity.rules.evidence import (
    NO_DECISIONS,
    Decisions,
    Evidence,
    IdentifierFacts,
    KindPolicy,
    Partition,
    PartitionPolicy,
    Rule,
    Verdict,
)
from huitong.identity.rules.kinds import (
    POLICIES,
    SEALED_PLACE,
    Reading,
    ScopeRule,
    Unusable,
    masked,
    normalised,
    scope_in_brand,
    scope_of,
)
from huitong.identity.rules.pairs import strength_of
from huitong.identity.rules.partition import partition
from huitong.identity.rules.persons import Decision, Mentions, decide
from huitong.identity.rules.policies import (
    DEFAULT_DOCUMENT,
    DEFAULT_VERSION,
    NO_DIGEST,
    PLATFORM_POLICY,
    EffectivePolicy,
    Worth,
    completed,
    digest_of,
    packed,
    policy_of_document,
)
from huitong.identity.rules.tombstones import tombstone_digest

__all__ = [
    "DEFAULT_DOCUMENT",
    "DEFAULT_VERSION",
    "NO_DECISIONS",
    "NO_DIGEST",
    "PLATFORM_POLICY",
    "POLICIES",
    "SEALED_PLACE",
    "Decision",
    "Decisions",
    "Difference",
    "EffectivePolicy",
    "Evidence",
    "Going",
    "IdentifierFacts",
    "KindPolicy",
    "Known",
    "Mentions",
    "Partition",
    "PartitionPolicy",
    "Reading",
    "Rule",
    "ScopeRule",
    "StandingMerge",
    "Unusable",
    "Verdict",
    "Worth",
    "completed",
    "crowded",
    "decide",
    "difference",
    "digest_of",
    "episode_starts",
    "masked",
    "normalised",
    "packed",
    "partition",
    "policy_of_document",
    "scope_in_brand",
    "scope_of",
    "strength_of",
    "tombstone_digest",
]
