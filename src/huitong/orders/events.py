"""What orders tells the rest of the platform."""

from dataclasses import dataclass

from huitong.platform.errors import Refused


@dataclass(frozen=True, slots=True)
class WaitingRefused:
    """A refund that had waited for its order was refused when the order came."""

    record_id: int
    refused: Refused
