"""Pure decisions of identity: what an identifier is worth, and who belongs together."""

from huitong.identity.rules.kinds import (
    POLICIES,
    SEALED_PLACE,
    Policy,
    ScopeRule,
    Unusable,
    masked,
    normalised,
    scope_in_brand,
    scope_of,
)
from huitong.identity.rules.persons import Decision, Mentions, decide
from huitong.identity.rules.tombstones import tombstone_digest

__all__ = [
    "POLICIES",
    "SEALED_PLACE",
    "Decision",
    "Mentions",
    "Policy",
    "ScopeRule",
    "Unusable",
    "decide",
    "masked",
    "normalised",
    "scope_in_brand",
    "scope_of",
    "tombstone_digest",
]
