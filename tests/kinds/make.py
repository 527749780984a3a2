"""Builders of openings and stock."""

from datetime import date, datetime

from huitong.channels.model import (
    Identifier,
    IdentifierKind,
    Opening,
    OpeningKind,
    OpeningLot,
    Stock,
)


def make_opening(
    name: str,
    *amounts: int | OpeningLot,
    at: datetime,
    kind: OpeningKind = OpeningKind.POINTS,
    number: str | None = None,
    **changes: object,
) -> Opening:
    """Return an opening of who has the card of that name; a bare amount lives for ever."""
    lots = tuple(one if isinstance(one, OpeningLot) else OpeningLot(amount=one) for one in amounts)
    made = Opening(
        opening_no=number or name,
        kind=kind,
        identifiers=(Identifier(kind=IdentifierKind.POS_CARD, value=name),),
        as_of=at,
        lines=lots,
        reason="taken over",
    )
    return made.model_copy(update=changes)


def lot(amount: int, *, until: datetime | None = None, since: datetime | None = None) -> OpeningLot:
    return OpeningLot(amount=amount, active_from=since, expires_at=until)


def make_stock(
    sku: str, store: str, quantity: int, *, day: date, updated_at: datetime | None = None
) -> Stock:
    return Stock(
        sku=sku,
        store=store,
        day=day,
        quantity=quantity,
        cost_minor=max(0, quantity) * 1_000,
        updated_at=updated_at,
    )
