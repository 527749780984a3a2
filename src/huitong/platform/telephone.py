"""The way to a telephony bridge: it calls two people and shows neither the other's number.

A bridge is one function. None comes with Huitong: `rehearse` stands in for it, rings nobody, and
says so. A real one (a call centre's or a carrier's) is wired in `entry/wiring.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class CallState(StrEnum):
    """What the bridge did: nothing but rehearse, or connect."""

    REHEARSED = "rehearsed"
    CONNECTING = "connecting"


@dataclass(frozen=True, slots=True)
class WantedCall:
    """A call that somebody asks for: whom to ring, who asks, and the request that the audit names.

    The number is whole and never logged.
    """

    number: str = field(repr=False)
    actor: str
    reference: str


@dataclass(frozen=True, slots=True)
class Dialled:
    """What the bridge answers; a number in between, when it has one that may be shown for a while.

    That number reaches the bridge, which connects: it is not the customer's.
    """

    state: CallState
    bridge_number: str | None = None
    valid_until: datetime | None = None


Dial: TypeAlias = Callable[[WantedCall], Dialled]


def rehearse(_call: WantedCall) -> Dialled:
    """Ring nobody, where no bridge is wired."""
    return Dialled(state=CallState.REHEARSED)
