"""The policy that the platform brings along, and what a policy says of a value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

import orjson

from huitong.channels.model import IdentifierKind
from huitong.identity.model import KindRules, PolicyDocument, PolicyVersion, Strength
from huitong.identity.rules.default_policy import DEFAULT_POLICY
from huitong.identity.rules.evidence import KindPolicy, PartitionPolicy
from huitong.identity.rules.kinds import MAINLAND

# Numbers of operators without a network; many are bought by the hundred.
VIRTUAL_PREFIXES = tuple(f"{MAINLAND}{digits}" for digits in ("162", "165", "167", "170", "171"))
# The number of every printed example, and what people type to get past a field.
BLOCKED_PHONES = frozenset({f"{MAINLAND}13800138000"})
# What people and faulty exports write where nothing is known, in any kind's normal form. Six equal
# digits and more: a small shop's card 111 is somebody's.
FILLERS = (
    r"(?i:unknown|undefined|null|none|nil|nan|n/?a|no|tests?|xx+|匿名|未知|无|没有|空|暂无|测试\w*"
    r"|0+|(\d)\1{5,}|[\W_]+)"
)
FILLERS_AS_MAILBOX = rf"{FILLERS}@.*"
REPEATED_DIGITS = r".*?(\d)\1{8,}"


class Worth(Enum):
    """What a value is worth beside its kind."""

    PLAIN = "plain"
    VIRTUAL = "virtual"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """A policy in effect, ready to be asked."""

    version: int
    digest: str
    rules: Mapping[IdentifierKind, KindRules]
    for_partition: PartitionPolicy
    patterns: Mapping[IdentifierKind, tuple[re.Pattern[str], ...]]
    priority: Mapping[str, int]

    def worth(self, kind: IdentifierKind, value: str) -> Worth:
        """Return what a value in its normal form is worth beside its kind."""
        rules = self.rules[kind]
        if value in rules.blocked_values:
            return Worth.BLOCKED
        if any(pattern.fullmatch(value) for pattern in self.patterns[kind]):
            return Worth.BLOCKED
        return Worth.VIRTUAL if value.startswith(rules.virtual_prefixes) else Worth.PLAIN

    @property
    def identifiers_without_question(self) -> int:
        """How many identifiers, each of a kind of its own, no limit can keep apart."""
        limits = [
            rules.neighbours_max
            for rules in self.rules.values()
            if rules.neighbours_max is not None
        ]
        size_max = self.for_partition.person_identifiers_max
        return min([*limits, *([] if size_max is None else [size_max]), len(self.rules)])

    def is_plain(self, kind: IdentifierKind) -> bool:
        """Tell whether no value of a kind is worth less than others."""
        rules = self.rules[kind]
        return not (rules.blocked_values or rules.blocked_patterns or rules.virtual_prefixes)

    def at_most(self, kind: IdentifierKind, *, virtual: bool) -> Strength:
        """Return what an identifier says at most, whatever was verified."""
        return self.rules[kind].virtual if virtual else Strength.PROVES

    def proves(self, kind: IdentifierKind, *, verified: bool, virtual: bool) -> bool:
        """Tell whether an identifier proves who somebody is."""
        rules = self.rules[kind]
        said = rules.verified if verified else rules.unverified
        return said is Strength.PROVES and self.at_most(kind, virtual=virtual) is Strength.PROVES


def _default_rules(kind: IdentifierKind) -> KindRules:
    known = DEFAULT_POLICY.kinds[kind]
    plain = KindRules(
        verified=known.verified,
        unverified=known.unverified,
        living_max=known.living_max,
        living_days=known.living_days,
        neighbours_max=known.neighbours_max,
        window_days=known.window_days,
        anchors=known.anchors,
        expires_after_days=known.expires_after_days,
        priority=known.priority,
        blocked_patterns=(FILLERS_AS_MAILBOX if kind is IdentifierKind.EMAIL else FILLERS,),
    )
    if kind is not IdentifierKind.PHONE:
        return plain
    return plain.model_copy(
        update={
            "blocked_values": BLOCKED_PHONES,
            "blocked_patterns": (REPEATED_DIGITS,),
            "virtual_prefixes": VIRTUAL_PREFIXES,
        }
    )


DEFAULT_DOCUMENT = PolicyDocument(
    person_identifiers_max=DEFAULT_POLICY.person_identifiers_max,
    kinds={kind: _default_rules(kind) for kind in IdentifierKind},
)


def completed(document: PolicyDocument) -> PolicyDocument:
    """Return a document that names every kind: those it leaves out as the platform has them."""
    return PolicyDocument(
        person_identifiers_max=document.person_identifiers_max,
        kinds={**DEFAULT_DOCUMENT.kinds, **document.kinds},
    )


def digest_of(document: PolicyDocument) -> str:
    """Return what tells two documents apart."""
    return sha256(packed(document)).hexdigest()


def packed(document: PolicyDocument) -> bytes:
    """Return a document in the one form that is stored: every set in order."""
    said = document.model_dump(mode="json", exclude_unset=True)
    for rules in said.get("kinds", {}).values():
        for name in ("anchors", "blocked_values"):
            if name in rules:
                rules[name] = sorted(rules[name])
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def policy_of_document(document: PolicyDocument, *, version: int, digest: str) -> EffectivePolicy:
    """Return a document as the functions that decide want it."""
    whole = completed(document).kinds
    return EffectivePolicy(
        version=version,
        digest=digest,
        rules=whole,
        for_partition=PartitionPolicy(
            kinds={kind: _for_partition(rules) for kind, rules in whole.items()},
            person_identifiers_max=document.person_identifiers_max,
        ),
        patterns={
            kind: tuple(re.compile(text) for text in rules.blocked_patterns)
            for kind, rules in whole.items()
        },
        priority={kind.value: rules.priority for kind, rules in whole.items()},
    )


def _for_partition(rules: KindRules) -> KindPolicy:
    return KindPolicy(
        verified=rules.verified,
        unverified=rules.unverified,
        living_max=rules.living_max,
        living_days=rules.living_days,
        neighbours_max=rules.neighbours_max,
        window_days=rules.window_days,
        anchors=rules.anchors,
        expires_after_days=rules.expires_after_days,
        priority=rules.priority,
    )


NO_DIGEST = ""
PLATFORM_POLICY = policy_of_document(DEFAULT_DOCUMENT, version=0, digest=NO_DIGEST)
DEFAULT_VERSION = PolicyVersion(0, DEFAULT_DOCUMENT, NO_DIGEST, "platform", "", None)
