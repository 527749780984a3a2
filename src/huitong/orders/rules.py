"""Pure decisions about orders: what came back of a line, and what the rules above see of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from huitong.channels.model import (
    Allocation,
    Bearer,
    Line,
    Order,
    OrderStatus,
    Payment,
    PaymentKind,
    Refund,
    RefundLine,
)
from huitong.orders.model import LineSnapshot, RefundBeyondSale, SaleBelowRefund

# A discount on the whole order is told from one on an item by the first word of its kind.
ORDER_DISCOUNT_PREFIX = "order"
REIMBURSED_BEARERS = frozenset({Bearer.PLATFORM, Bearer.PARTNER})


@dataclass(frozen=True, slots=True)
class LinePosition:
    """What of one line has been given back so far; quantities in pieces, amounts in fen."""

    line_id: str
    quantity: int
    paid_minor: int
    refunded_quantity: int
    refunded_minor: int
    # What money-only refunds gave back; the rest of `refunded_minor` came with goods.
    money_only_minor: int

    def returned_minor(self) -> int:
        """Return the value that counts as given back: by quantity, plus amounts without goods."""
        by_quantity = share(self.paid_minor, self.refunded_quantity, self.quantity)
        return min(self.paid_minor, by_quantity + self.money_only_minor)


def share(amount: int, part: int, whole: int) -> int:
    """Return `amount` x `part` / `whole`, rounded half up; nothing of a whole of nothing.

    The whole part gives the whole amount, so pieces returned one by one add up to the line.
    """
    return (2 * amount * part + whole) // (2 * whole) if whole else 0


def after_refund(
    position: LinePosition, line: RefundLine, *, refund_no: str, order_no: str
) -> LinePosition:
    """Return the line's position once the refund line is given back.

    :raises RefundBeyondSale: when more pieces or more money would come back than were sold.
    """
    after = LinePosition(
        line_id=position.line_id,
        quantity=position.quantity,
        paid_minor=position.paid_minor,
        refunded_quantity=position.refunded_quantity + line.quantity,
        refunded_minor=position.refunded_minor + line.amount_minor,
        money_only_minor=position.money_only_minor + (0 if line.quantity else line.amount_minor),
    )
    if after.refunded_quantity > after.quantity or after.refunded_minor > after.paid_minor:
        raise RefundBeyondSale(
            refund_no=refund_no,
            order_no=order_no,
            line_id=line.line_id,
            quantity=after.refunded_quantity,
            quantity_sold=after.quantity,
            amount_minor=after.refunded_minor,
            paid_minor=after.paid_minor,
        )
    return after


def before_refund(position: LinePosition, line: RefundLine) -> LinePosition:
    """Return the line's position as if a refund line, given back before, had not been."""
    return LinePosition(
        line_id=position.line_id,
        quantity=position.quantity,
        paid_minor=position.paid_minor,
        refunded_quantity=position.refunded_quantity - line.quantity,
        refunded_minor=position.refunded_minor - line.amount_minor,
        money_only_minor=position.money_only_minor - (0 if line.quantity else line.amount_minor),
    )


def fresh_lines(order: Order) -> tuple[LineSnapshot, ...]:
    """Return the lines of a new order as the rules see them: nothing has come back yet."""
    return tuple(
        [
            LineSnapshot(line.line_id, line.sku, line.quantity, line.paid_minor, 0, 0, 0)
            if not line.allocations
            else LineSnapshot(
                line_id=line.line_id,
                sku=line.sku,
                quantity=line.quantity,
                paid_minor=line.paid_minor,
                returned_minor=0,
                platform_minor=platform_minor(line.allocations),
                order_discount_minor=order_discount_minor(line.allocations),
            )
            for line in order.lines
        ]
    )


def platform_minor(allocations: Iterable[Allocation]) -> int:
    """Return what platform and partners reimburse of a line's discounts, in fen."""
    return sum([part.amount_minor for part in allocations if part.bearer in REIMBURSED_BEARERS])


def order_discount_minor(allocations: Iterable[Allocation]) -> int:
    """Return a line's share of discounts on the whole order, in fen."""
    return sum(
        [part.amount_minor for part in allocations if part.kind.startswith(ORDER_DISCOUNT_PREFIX)]
    )


def allocations_of(stored: Sequence[Mapping[str, object]] | None) -> list[Allocation]:
    """Return the discount shares of a line from the form in which they are stored."""
    return [Allocation.model_validate(part) for part in stored or ()]


def paid_with(payments: Iterable[Payment], kind: PaymentKind) -> int:
    """Return how much of an order was paid with one kind of tender, in fen."""
    return sum([payment.amount_minor for payment in payments if payment.kind is kind])


def check_sale(order: Order, positions: Mapping[str, LinePosition]) -> None:
    """Refuse a newer version of an order that sells less of a line than has come back of it.

    :raises SaleBelowRefund: with the first such line.
    """
    for line in order.lines:
        back = positions.get(line.line_id)
        if back is None:
            continue
        if back.refunded_quantity > line.quantity or back.refunded_minor > line.paid_minor:
            raise SaleBelowRefund(
                order_no=order.order_no,
                line_id=line.line_id,
                quantity=line.quantity,
                paid_minor=line.paid_minor,
                refunded_quantity=back.refunded_quantity,
                refunded_minor=back.refunded_minor,
            )


def completed_at(order: Order) -> datetime | None:
    """Return when an order was completed: as it says itself, else with the last of its lines."""
    if order.completed_at is not None:
        return order.completed_at
    told = [line.completed_at for line in order.lines if line.status is not OrderStatus.CLOSED]
    done = [at for at in told if at is not None]
    return max(done) if done and len(done) == len(told) else None


class SignedPackage(NamedTuple):
    """When a package was signed for, and its pieces by line; no line means the whole order."""

    signed_at: datetime
    pieces: Mapping[str, int]


def signed_for_at(kept: Mapping[str, int], packages: Sequence[SignedPackage]) -> datetime | None:
    """Return when the last piece of an order was signed for; None while one was not.

    `kept` says how many pieces of each line did not come back.
    """
    if not packages:
        return None
    if all(package.pieces for package in packages):
        signed: Counter[str] = Counter()
        for package in packages:
            signed.update(package.pieces)
        if any(signed[line_id] < pieces for line_id, pieces in kept.items()):
            return None
    return max(package.signed_at for package in packages)


def sums_match(order: Order) -> bool:
    """Tell whether the lines and the freight add up to what the order says was paid."""
    return sum(_paid(order.lines)) + order.freight_minor == order.paid_minor


def _paid(lines: Sequence[Line]) -> Iterable[int]:
    return (line.paid_minor for line in lines)


def order_without_person(order: Order) -> Order:
    """Return an order with nothing left that points at a person; the sale stays as told."""
    return order.model_copy(
        update={
            "parties": (),
            "origin": None,
            "receiver_city": None,
            "close_reason": None,
            "attributes": {},
            "payments": tuple(_unreferenced(one) for one in order.payments),
            "lines": tuple(one.model_copy(update={"attributes": {}}) for one in order.lines),
        }
    )


def refund_without_person(refund: Refund) -> Refund:
    """Return a refund with nothing left that points at a person."""
    return refund.model_copy(
        update={
            "reason": None,
            "attributes": {},
            "payments": tuple(_unreferenced(one) for one in refund.payments),
        }
    )


def _unreferenced(payment: Payment) -> Payment:
    return payment.model_copy(update={"reference": None})
