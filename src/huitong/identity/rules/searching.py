"""What identifiers are searched by besides their whole value in its scope; pure."""

import re
from collections.abc import Sequence

from huitong.channels.model import IdentifierKind
from huitong.identity.rules.kinds import POLICIES, ScopeRule, Unusable

TAIL_DIGITS = 4
TAIL = "phone_tail"
_TAIL = re.compile(rf"[0-9]{{{TAIL_DIGITS}}}")

# Ids of platforms are valid in one shop or app only; who types one does not know in which.
PLATFORM_KINDS: Sequence[IdentifierKind] = tuple(
    kind for kind, reading in POLICIES.items() if reading.scope is ScopeRule.ACCOUNT
)


def searched_by(kind: str, value: str) -> tuple[str, str] | None:
    """Return under which label and text an identifier is searched; None where its value does.

    `value` is in its normal form.
    """
    if kind == IdentifierKind.PHONE:
        return TAIL, value[-TAIL_DIGITS:]
    return (kind, value) if kind in PLATFORM_KINDS else None


def searches_of(text: str) -> list[tuple[str, str]]:
    """Return under which labels and texts identifiers may be that somebody typed."""
    found = []
    if _TAIL.fullmatch(text):
        found.append((TAIL, text))
    for kind in PLATFORM_KINDS:
        value = POLICIES[kind].read(text)
        if not isinstance(value, Unusable):
            found.append((kind.value, value))
    return found
