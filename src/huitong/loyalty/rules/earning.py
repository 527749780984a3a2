"""What an order earns under a programme, rule by rule, with the reason kept beside the number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huitong.catalog.model import Sku
from huitong.channels.model import OrderStatus
from huitong.loyalty.model import Asset, EarningBase, EarningRule, ItemFilter, Programme, RuleShare
from huitong.orders.model import LineSnapshot, Snapshot
from huitong.platform.money import split

EARNING_STATUSES = frozenset(
    {
        OrderStatus.PAID,
        OrderStatus.PART_SHIPPED,
        OrderStatus.SHIPPED,
        OrderStatus.COMPLETED,
    }
)

# Filters ask the catalogue by SKU code; an item it does not know is in no category.
Skus = Mapping[str, Sku]


@dataclass(frozen=True, slots=True)
class Earned:
    """What an order earns of one asset: the sum, the shares of the rules, the value behind it.

    `earning_minor` is the value of all lines that entered any rule, `returned_minor` what of that
    value came back; both in fen.
    """

    amount: int
    shares: tuple[RuleShare, ...]
    earning_minor: int
    returned_minor: int


def earns(order: Snapshot) -> bool:
    """Tell whether an order has come far enough to earn, and was not closed."""
    return order.status in EARNING_STATUSES


def earned(
    order: Snapshot, programme: Programme, asset: Asset, skus: Skus, *, net: bool = False
) -> Earned:
    """Return what an order earns of one asset, as if nothing had come back of it.

    `net` leaves out what came back: the same rules over what stays with the buyer.
    """
    bases = line_bases(order, programme, net=net)
    shares = []
    held: set[int] = set()
    for rule in programme.rules:
        if rule.asset is not asset or order.kind in rule.except_kinds:
            continue
        places = [
            place for place, line in enumerate(order.lines) if holds(rule.items, line.sku, skus)
        ]
        share = _share(rule, [_rule_base(rule, order.lines[place], bases[place])
                              for place in places])  # fmt: skip
        if share is not None:
            shares.append(share)
            held.update(places)
    return Earned(
        amount=sum(share.amount for share in shares),
        shares=tuple(shares),
        earning_minor=sum(order.lines[place].paid_minor for place in held),
        returned_minor=sum(order.lines[place].returned_minor for place in held),
    )


def line_bases(order: Snapshot, programme: Programme, *, net: bool) -> list[int]:
    """Return the amount of each line that earns, in fen.

    Points are no payment in this sense, stored bonus only if the programme says so: their share is
    taken off line by line in proportion, to the fen.
    """
    amounts = [_line_amount(line, programme.base) for line in order.lines]
    if net:
        amounts = [
            amount - min(amount, line.returned_minor)
            for amount, line in zip(amounts, order.lines, strict=True)
        ]
    unearning = order.points_paid_minor
    if not programme.stored_bonus_earns:
        unearning += order.bonus_paid_minor
    if not unearning or not sum(amounts):
        return amounts
    off = split(min(unearning, sum(amounts)), amounts)
    return [amount - part for amount, part in zip(amounts, off, strict=True)]


def holds(items: ItemFilter, sku: str, skus: Skus) -> bool:
    """Tell whether a filter is about an item."""
    if items.is_empty():
        return True
    known = skus.get(sku)
    path = tuple(known.category) if known else ()
    named = sku in items.skus or any(path[: len(prefix)] == prefix for prefix in items.categories)
    return named is not items.except_for


def asks_catalogue(programme: Programme) -> bool:
    """Tell whether any rule needs to know more of an item than its code."""
    return any(rule.items.categories for rule in programme.rules)


def _line_amount(line: LineSnapshot, base: EarningBase) -> int:
    reimbursed = line.platform_minor if base is EarningBase.MERCHANT_RECEIVES else 0
    return line.paid_minor + reimbursed


def _rule_base(rule: EarningRule, line: LineSnapshot, base_minor: int) -> int:
    return base_minor if rule.order_discounts_reduce else base_minor + line.order_discount_minor


def _share(rule: EarningRule, bases: Sequence[int]) -> RuleShare | None:
    """Return what the rule gives for lines of these bases, capped per order; None for nothing."""
    if not bases:
        return None
    base_minor = sum(bases)
    if rule.per_minor is None:
        amount = rule.points * sum(1 for base in bases if base > 0)
    else:
        amount = base_minor * rule.points // rule.per_minor
    cap = rule.caps.per_order
    if cap is not None and amount > cap:
        return RuleShare(rule.code, base_minor, cap, capped_by="per_order")
    return RuleShare(rule.code, base_minor, amount)
