"""What a signal is to people who look at a customer."""

from dataclasses import dataclass
from datetime import datetime

SIGNAL_PREFIX = "sig"


@dataclass(frozen=True, slots=True)
class SignalShown:
    """Something a customer did without buying; nothing in it names a person."""

    id: int
    channel_account_id: int
    kind: str
    occurred_at: datetime
    sku: str | None
    store: str | None
    content: str | None
    touchpoint: str | None
    guide: str | None
