"""Puts policies into effect, and knows which one is."""

from datetime import datetime

import orjson

from huitong.identity.model import PolicyChanged, PolicyDocument, PolicyVersion
from huitong.identity.queries.policies import policy_of
from huitong.identity.rules import (
    NO_DIGEST,
    PLATFORM_POLICY,
    EffectivePolicy,
    completed,
    digest_of,
    packed,
    policy_of_document,
)
from huitong.identity.tables import evidence as tables
from huitong.platform.db import ReadTx, Tx

# A process serves few groups with few domains each; what is forgotten is read again.
POLICIES_KEPT_MAX = 1_000
# Policies by their digest, and the digest that was last seen of each domain. Both are only guesses
# that save a look: every page learns the digest in effect together with its identifiers.
_by_digest: dict[str, EffectivePolicy] = {NO_DIGEST: PLATFORM_POLICY}
_last_seen: dict[tuple[int, int], str] = {}


def set_policy(
    tx: Tx,
    domain_id: int,
    *,
    document: PolicyDocument,
    actor: str,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> PolicyVersion:
    """Put a policy into effect for what comes from now on; the same one again changes nothing.

    Who is one person already stays so until evidence of them comes, or until they are weighed anew.

    :raises PolicyChanged: when the policy in effect is not the expected version.
    """
    tx.rows(tables.LOCK_POLICY, {"domain_id": domain_id})
    known = policy_of(tx, domain_id=domain_id)
    if expected_version is not None and known.version != expected_version:
        raise PolicyChanged(version=known.version, expected=expected_version)
    digest = digest_of(document)
    if digest == known.digest:
        return known
    version = PolicyVersion(known.version + 1, document, digest, actor, reason, now)
    tx.execute(
        tables.INSERT_POLICY,
        {
            "group_id": tx.scope.group_id,
            "domain_id": domain_id,
            "version": version.version,
            "digest": digest,
            "document": orjson.dumps(orjson.loads(packed(document))).decode(),
            "actor": actor,
            "reason": reason,
            "now": now,
        },
    )
    return version


def presumed_policy(tx: ReadTx, domain_id: int) -> EffectivePolicy:
    """Return the policy that was in effect when this process last looked; it asks nobody."""
    digest = _last_seen.get((tx.scope.group_id, domain_id), NO_DIGEST)
    return _by_digest.get(digest, PLATFORM_POLICY)


def effective_policy(tx: ReadTx, domain_id: int) -> EffectivePolicy:
    """Return the policy that is in effect, and remember it."""
    known = policy_of(tx, domain_id=domain_id)
    if len(_by_digest) > POLICIES_KEPT_MAX:
        _by_digest.clear()
        _last_seen.clear()
        _by_digest[NO_DIGEST] = PLATFORM_POLICY
    policy = _by_digest.get(known.digest)
    if policy is None:
        policy = policy_of_document(
            completed(known.document), version=known.version, digest=known.digest
        )
        _by_digest[known.digest] = policy
    _last_seen[tx.scope.group_id, domain_id] = known.digest
    return policy
