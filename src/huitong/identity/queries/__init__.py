"""Reads of identity."""

from huitong.identity.queries.explaining import explain, most_linked, shown_by_ids, stats
from huitong.identity.queries.looking import (
    find_merge,
    journal,
    living_persons,
    owners_of,
    person,
    policies_of,
    seen,
    sightings,
    soundness,
)
from huitong.identity.queries.people import (
    ciphers_of,
    erased_before,
    export,
    find,
    find_proved,
    follow,
    identifiers_of,
    merges_of,
    recognise,
)
from huitong.identity.queries.policies import policy_of
from huitong.identity.queries.reviewing import review, reviews, reviews_of_person
from huitong.identity.queries.searching import search

__all__ = [
    "ciphers_of",
    "erased_before",
    "explain",
    "export",
    "find",
    "find_merge",
    "find_proved",
    "follow",
    "identifiers_of",
    "journal",
    "living_persons",
    "merges_of",
    "most_linked",
    "owners_of",
    "person",
    "policies_of",
    "policy_of",
    "recognise",
    "review",
    "reviews",
    "reviews_of_person",
    "search",
    "seen",
    "shown_by_ids",
    "sightings",
    "soundness",
    "stats",
]
