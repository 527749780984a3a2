"""What orders tells the rest of the platform."""

from dataclasses import dataclass

from huitong.platform.errors import Refused


@dataclass(frozen=True, slots=True)
class WaitingRefused:
    """A refund that had waited for its order was refused when the order came."""

    record_id: int
    refused: Refused


@dataclass(frozen=True, slots=True)
class ErasedToldAgain:
    """A record told once more of an order whose person was erased; its text must go too."""

    record_id: int


@dataclass(frozen=True, slots=True)
class OrdersClassified:
    """What kind of sale an order is changed."""

    order_id: int
    brand_id: int
