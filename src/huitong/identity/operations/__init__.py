"""Writes of identity: resolving records, weighing evidence, merging and splitting, forgetting."""

from huitong.identity.operations.by_hand import merge, split
from huitong.identity.operations.deciding import (
    accept_review,
    reject_review,
    undo_identifier,
    weigh_anew,
    withdraw_evidence,
)
from huitong.identity.operations.forgetting import (
    bury,
    drop_tombstones,
    erase,
    erase_unclaimed,
)
from huitong.identity.operations.locking import Overtaken, hold_living
from huitong.identity.operations.merging import reassign
from huitong.identity.operations.policies import set_policy
from huitong.identity.operations.resolving import resolve_people

__all__ = [
    "Overtaken",
    "accept_review",
    "bury",
    "drop_tombstones",
    "erase",
    "erase_unclaimed",
    "hold_living",
    "merge",
    "reassign",
    "reject_review",
    "resolve_people",
    "set_policy",
    "split",
    "undo_identifier",
    "weigh_anew",
    "withdraw_evidence",
]
