"""Which coarse facets a profile has, and what of a brand's trust they depend on; pure."""

import hashlib

from huitong.customers.model import Facets, Profile
from huitong.customers.rules.cities import known_city
from huitong.customers.rules.profiles import Trust

# The name is no facet, but what it is searched by is folded with them.
FACET_FIELDS = frozenset({"gender", "birthday_on", "city", "name"})
# Facets that were never folded carry this mark; no trust ever does.
NEVER_FOLDED = 0
MARK_BYTES = 7


def facets_of(profile: Profile) -> Facets:
    """Return what of a profile may be counted; a city that is not known may be an address."""
    born_on = profile.birthday_on
    return Facets(
        gender=profile.gender,
        city=known_city(profile.city) if profile.city else None,
        birth_year=born_on.year if born_on else None,
        birth_month=born_on.month if born_on else None,
        birth_day=born_on.day if born_on else None,
    )


def trust_mark(trust: Trust) -> int:
    """Return a number that differs where facets may: facets with another one are folded anew."""
    told = sorted((*key, rank) for key, rank in trust.items() if key[0] in FACET_FIELDS and rank)
    digest = hashlib.blake2b(repr(told).encode(), digest_size=MARK_BYTES).digest()
    return int.from_bytes(digest) + 1
