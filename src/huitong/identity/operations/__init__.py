"""Writes of identity: resolving records, merging and splitting persons, forgetting them."""

from huitong.identity.operations.forgetting import drop_tombstones, erase
from huitong.identity.operations.locking import Overtaken, hold_living
from huitong.identity.operations.merging import merge, reassign, split
from huitong.identity.operations.resolving import resolve_people

__all__ = [
    "Overtaken",
    "drop_tombstones",
    "erase",
    "hold_living",
    "merge",
    "reassign",
    "resolve_people",
    "split",
]
