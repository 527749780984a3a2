"""Pure decisions of customers: what a record changes, who wins, what is shown."""

from huitong.customers.rules.admitting import is_admitted
from huitong.customers.rules.cards import CARD_PLACE, masked_card, normal_card
from huitong.customers.rules.cities import known_city
from huitong.customers.rules.consents import consent
from huitong.customers.rules.facets import NEVER_FOLDED, facets_of, trust_mark
from huitong.customers.rules.names import normal_name
from huitong.customers.rules.profiles import (
    FIELDS,
    MANUAL,
    PROFILE_PLACE,
    Statement,
    Trust,
    leading,
    masked_name,
    packed,
    profile_of,
    repeated,
    superseded,
    surviving,
    unpacked,
)
from huitong.customers.rules.showing import shown_values
from huitong.customers.rules.standings import (
    Said,
    Standing,
    earlier,
    higher,
    is_newer,
    standing_after,
    standing_told,
    status_after,
)

__all__ = [
    "CARD_PLACE",
    "FIELDS",
    "MANUAL",
    "NEVER_FOLDED",
    "PROFILE_PLACE",
    "Said",
    "Standing",
    "Statement",
    "Trust",
    "consent",
    "earlier",
    "facets_of",
    "higher",
    "is_admitted",
    "is_newer",
    "known_city",
    "leading",
    "masked_card",
    "masked_name",
    "normal_card",
    "normal_name",
    "packed",
    "profile_of",
    "repeated",
    "shown_values",
    "standing_after",
    "standing_told",
    "status_after",
    "superseded",
    "surviving",
    "trust_mark",
    "unpacked",
]
