"""Card numbers: their one spelling, and what of them is shown."""

import unicodedata

SHOWN_CHARACTERS = 4
# Where the sealed value stands; one that is moved elsewhere does not open.
CARD_PLACE = "customers.card"


def normal_card(number: str) -> str:
    """Return the one form of a card number that all its spellings share."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def masked_card(number: str) -> str:
    """Return the end of a card number."""
    return f"****{number[-SHOWN_CHARACTERS:]}" if len(number) > 2 * SHOWN_CHARACTERS else "****"
