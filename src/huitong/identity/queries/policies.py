"""Reads of policies."""

from huitong.identity.model import PolicyDocument, PolicyVersion
from huitong.identity.rules import DEFAULT_VERSION
from huitong.identity.tables import evidence as tables
from huitong.platform.db import ReadTx


def policy_of(tx: ReadTx, *, domain_id: int) -> PolicyVersion:
    """Return the policy in effect of an identity domain; version 0 is what the platform brings."""
    row = tx.row(tables.NEWEST_POLICY, {"group_id": tx.scope.group_id, "domain_id": domain_id})
    if row is None:
        return DEFAULT_VERSION
    version, document, digest, actor, reason, recorded_at = row
    return PolicyVersion(
        version, PolicyDocument.model_validate(document), digest, actor, reason, recorded_at
    )
