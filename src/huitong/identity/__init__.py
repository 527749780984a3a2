"""Identity: which identifiers are one person, across every channel of a data controller."""

from huitong.identity.operations import (
    Overtaken,
    drop_tombstones,
    erase,
    hold_living,
    merge,
    reassign,
    resolve_people,
    split,
)
from huitong.identity.queries import (
    ciphers_of,
    erased_before,
    find,
    follow,
    identifiers_of,
    merges_of,
)

__all__ = [
    "Overtaken",
    "ciphers_of",
    "drop_tombstones",
    "erase",
    "erased_before",
    "find",
    "follow",
    "hold_living",
    "identifiers_of",
    "merge",
    "merges_of",
    "reassign",
    "resolve_people",
    "split",
]
