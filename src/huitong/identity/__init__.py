"""Identity: which identifiers are one person, across every channel of a data controller."""

from huitong.identity.operations import (
    drop_tombstones,
    erase,
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
    "ciphers_of",
    "drop_tombstones",
    "erase",
    "erased_before",
    "find",
    "follow",
    "identifiers_of",
    "merge",
    "merges_of",
    "reassign",
    "resolve_people",
    "split",
]
