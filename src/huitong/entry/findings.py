"""What a check of the platform found, and how well that is."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How well something is."""

    WELL = "well"
    LOOK = "look"
    BROKEN = "broken"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it."""

    check: str
    state: State
    found: str
    remedy: str = ""
