"""Writes of identity: resolving records, weighing evidence, merging and splitting, forgetting."""

from huitong.identity.operations.asking import (
    PREVIEW,
    WEIGH_EVERYBODY,
    ask_for_preview,
    ask_to_weigh,
)
from huitong.identity.operations.by_hand import merge, split
from huitong.identity.operations.deciding import (
    accept_review,
    postpone_review,
    reject_review,
    undo_identifier,
    weigh_anew,
    withdraw_evidence,
)
from huitong.identity.operations.everybody import judge_crowds, portions_of, weigh_portion
from huitong.identity.operations.forgetting import bury, drop_tombstones, erase, erase_unclaimed
from huitong.identity.operations.indexing import index_due
from huitong.identity.operations.locking import Overtaken, hold_living, take_hold
from huitong.identity.operations.merging import reassign
from huitong.identity.operations.policies import set_policy
from huitong.identity.operations.resolving import resolve_people
from huitong.identity.operations.suggesting import queue_suggestions

__all__ = [
    "PREVIEW",
    "WEIGH_EVERYBODY",
    "Overtaken",
    "accept_review",
    "ask_for_preview",
    "ask_to_weigh",
    "bury",
    "drop_tombstones",
    "erase",
    "erase_unclaimed",
    "hold_living",
    "index_due",
    "judge_crowds",
    "merge",
    "portions_of",
    "postpone_review",
    "queue_suggestions",
    "reassign",
    "reject_review",
    "resolve_people",
    "set_policy",
    "split",
    "take_hold",
    "undo_identifier",
    "weigh_anew",
    "weigh_portion",
    "withdraw_evidence",
]
