"""Reads of identity."""

from huitong.identity.queries.explaining import explain, most_linked, reviews, shown_by_ids, stats
from huitong.identity.queries.people import (
    ciphers_of,
    erased_before,
    export,
    find,
    follow,
    identifiers_of,
    merges_of,
    recognise,
)
from huitong.identity.queries.policies import policy_of

__all__ = [
    "ciphers_of",
    "erased_before",
    "explain",
    "export",
    "find",
    "follow",
    "identifiers_of",
    "merges_of",
    "most_linked",
    "policy_of",
    "recognise",
    "reviews",
    "shown_by_ids",
    "stats",
]
