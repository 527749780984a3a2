"""Batches of point-of-sale tickets, our own contract: sales, returns and exchanges."""

from huitong.channels.connectors.discounts import discount_of, explained, list_of
from huitong.channels.connectors.payload import Reader, Scopes
from huitong.channels.model import (
    Allocation,
    Bearer,
    Identifier,
    IdentifierKind,
    Line,
    Order,
    OrderKind,
    OrderStatus,
    Party,
    PartyRole,
    Payment,
    PaymentKind,
    Record,
    Refund,
    RefundKind,
    RefundLine,
)

SALES_MAX = 100
TENDER = {kind.value: kind for kind in PaymentKind}
BEARER = {bearer.value: bearer for bearer in Bearer}
MEMBER_KIND = {
    "mobile": IdentifierKind.PHONE,
    "card": IdentifierKind.POS_CARD,
    "unionid": IdentifierKind.UNIONID,
}


def read_batch(batch: Reader, scopes: Scopes) -> tuple[Record, ...]:
    """Return the records of a batch in the order of its tickets.

    :raises UnreadablePayload: the batch holds more tickets than the contract allows.
    """
    sales = batch.parts("orders")
    if len(sales) > SALES_MAX:
        raise batch.unreadable(
            at="orders", problem=f"{len(sales)} sales, a batch holds {SALES_MAX}"
        )
    attributes = batch.kept("batch_id")
    records: list[Record] = []
    for sale in sales:
        records += sale.meaning("type", TICKETS)(sale, scopes, attributes)
    return tuple(records)


def _sale(sale: Reader, scopes: Scopes, attributes: dict[str, str]) -> tuple[Record, ...]:
    return (_order(sale, scopes, attributes, OrderKind.NORMAL),)


def _return(sale: Reader, _scopes: Scopes, attributes: dict[str, str]) -> tuple[Record, ...]:
    goods_back = any(line.whole("qty") for line in sale.parts("lines"))
    kind = RefundKind.RETURN if goods_back else RefundKind.MONEY_ONLY
    return (_refund(sale, sale.parts("lines"), attributes, kind),)


def _exchange(sale: Reader, scopes: Scopes, attributes: dict[str, str]) -> tuple[Record, ...]:
    """Return what came back as a refund and what went out as an order, each naming the other."""
    refund = _refund(sale, sale.parts("returned_lines"), attributes, RefundKind.EXCHANGE)
    return (refund, _order(sale, scopes, attributes, OrderKind.EXCHANGE))


TICKETS = {"S": _sale, "R": _return, "C": _exchange}


def _ticket_no(store: str, sale_no: str) -> str:
    """Return the key of a ticket; its number is unique in its store only."""
    return f"{store}/{sale_no}"


def _own_no(sale: Reader) -> str:
    return _ticket_no(sale.text("store_code"), sale.text("sale_no"))


def _sold_no(sale: Reader) -> str:
    """Return the ticket that is given back, of another store where it says so."""
    store = sale.text_or_none("ref_store_code") or sale.text("store_code")
    return _ticket_no(store, sale.text("ref_sale_no"))


def _order(sale: Reader, scopes: Scopes, attributes: dict[str, str], kind: OrderKind) -> Order:
    lines = tuple(_line(line) for line in sale.parts("lines"))
    sold_at = sale.zoned_time("sold_at")
    paid_minor = sale.fen_of_yuan("pay_amount")
    return Order(
        order_no=_own_no(sale),
        kind=kind,
        store=sale.text("store_code"),
        ordered_at=sold_at,
        paid_at=sold_at,
        completed_at=sold_at,
        status=OrderStatus.COMPLETED,
        parties=_buyer(sale, scopes),
        list_minor=list_of(lines),
        discount_minor=discount_of(lines),
        paid_minor=paid_minor,
        payments=_tenders(sale) + _credit(sale, kind, paid_minor),
        checkout_id=sale.text_or_none("checkout_id"),
        exchange_of_refund_no=_own_no(sale) if kind is OrderKind.EXCHANGE else None,
        lines=lines,
        attributes=attributes | sale.kept("points_used", "offline"),
    )


def _buyer(sale: Reader, scopes: Scopes) -> tuple[Party, ...]:
    """Return the member, or nobody: a sale without one is kept and may be claimed later."""
    member = sale.part_or_none("member_ref")
    if member is None:
        return ()
    kind = member.meaning("kind", MEMBER_KIND)
    scope = scopes.brand if kind is IdentifierKind.POS_CARD else ""
    named = Identifier(kind=kind, value=member.text("value"), scope=scope)
    return (Party(role=PartyRole.BUYER, identifiers=(named,)),)


def _tenders(sale: Reader) -> tuple[Payment, ...]:
    return tuple(
        Payment(
            kind=tender.meaning("kind", TENDER),
            amount_minor=tender.fen_of_yuan("amount"),
            paid_at=sale.zoned_time("sold_at"),
            reference=tender.text_or_none("reference"),
        )
        for tender in sale.parts("tenders")
    )


def _credit(sale: Reader, kind: OrderKind, paid_minor: int) -> tuple[Payment, ...]:
    """Return what the goods that came back paid of an exchange; the tenders paid the rest."""
    if kind is not OrderKind.EXCHANGE:
        return ()
    returned = sum(line.fen_of_yuan("net") for line in sale.parts("returned_lines"))
    amount = min(returned, paid_minor)
    credit = Payment(
        kind=PaymentKind.OTHER,
        amount_minor=amount,
        paid_at=sale.zoned_time("sold_at"),
        reference=_own_no(sale),
    )
    return (credit,) if amount else ()


def _line(line: Reader) -> Line:
    list_minor, paid_minor = line.fen_of_yuan("list"), line.fen_of_yuan("net")
    named = [
        Allocation(
            kind=discount.text("kind"),
            bearer=discount.meaning("bearer", BEARER),
            amount_minor=discount.fen_of_yuan("amount"),
        )
        for discount in line.parts("discounts")
    ]
    return Line(
        line_id=line.text("line_no"),
        sku=line.text("sku"),
        name=line.text_or_none("name"),
        quantity=line.whole("qty"),
        list_minor=list_minor,
        paid_minor=paid_minor,
        serving_guide=line.text_or_none("serving_guide"),
        source_guide=line.text_or_none("source_guide"),
        source_store=line.text_or_none("source_store"),
        exchanged_line_id=line.text_or_none("exchanged_line_no"),
        allocations=explained(line, named, list_minor=list_minor, paid_minor=paid_minor),
    )


def _refund(
    sale: Reader, returned: tuple[Reader, ...], attributes: dict[str, str], kind: RefundKind
) -> Refund:
    """Return a refund; that its sale may arrive later is for the inbox to bear."""
    lines = tuple(
        RefundLine(
            line_id=line.text("ref_line_no"),
            quantity=line.whole("qty"),
            amount_minor=line.fen_of_yuan("net"),
        )
        for line in returned
    )
    exchange = kind is RefundKind.EXCHANGE
    return Refund(
        refund_no=_own_no(sale),
        order_no=_sold_no(sale),
        kind=kind,
        refunded_at=sale.zoned_time("sold_at"),
        amount_minor=sum(line.amount_minor for line in lines),
        reason=sale.text_or_none("reason"),
        return_store=sale.text("store_code"),
        exchange_order_no=_own_no(sale) if exchange else None,
        payments=() if exchange else _tenders(sale),
        lines=lines,
        attributes=attributes | sale.kept("offline"),
    )
