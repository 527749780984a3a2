"""Builders of signals."""

from datetime import datetime

from huitong.channels.model import Identifier, IdentifierKind, Signal, Subject


def make_signal(
    event_id: str, *names: Identifier, at: datetime, kind: str = "view", sku: str | None = None
) -> Signal:
    """Return a signal of whoever has these names."""
    return Signal(
        event_id=event_id,
        kind=kind,
        occurred_at=at,
        identifiers=names,
        subject=Subject(sku=sku) if sku else None,
        properties={"page": "home"},
    )


def openid(value: str) -> Identifier:
    return Identifier(kind=IdentifierKind.OPENID, value=value)


def card(value: str) -> Identifier:
    return Identifier(kind=IdentifierKind.POS_CARD, value=value)
