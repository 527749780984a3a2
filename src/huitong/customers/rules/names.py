"""Names as they are searched: one spelling for all that people type; pure."""

import unicodedata

# What people put between the parts of a name, or leave out.
BETWEEN = frozenset("·•・‧.-'’ ")


def normal_name(name: str) -> str:
    """Return the one form of a name that its spellings share: width, case, gaps do not matter."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in text if one not in BETWEEN and not one.isspace())
