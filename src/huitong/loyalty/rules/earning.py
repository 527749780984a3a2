"""What an order earns under a programme, rule by rule, with the reason kept beside the number."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from huitong.channels.model import OrderStatus
from huitong.loyalty.model import (
    Asset,
    Days,
    EarningBase,
    EarningRule,
    ItemFilter,
    Programme,
    RuleShare,
)
from huitong.orders.model import Snapshot
from huitong.platform.money import split

EARNING_STATUSES = frozenset(
    {
        OrderStatus.PAID,
        OrderStatus.PART_SHIPPED,
        OrderStatus.SHIPPED,
        OrderStatus.COMPLETED,
    }
)

EVERY_DAY = Days()

# The category paths of items by SKU code, of those below a category that some filter names; an item
# that is not there is in none of them.
Paths = Mapping[str, Sequence[str]]


class Earned(NamedTuple):
    """What an order earns of one asset: the sum, the shares of the rules, the value behind it.

    `earning_minor` is the value of all lines that entered any rule, `returned_minor` what of that
    value came back; both in fen.
    """

    amount: int
    shares: tuple[RuleShare, ...]
    earning_minor: int
    returned_minor: int


class Filter:
    """An item filter ready to be asked about many items."""

    def __init__(self, items: ItemFilter) -> None:
        """Take the filter as the programme writes it."""
        self._prefixes = frozenset(items.categories)
        self._depths = sorted({len(prefix) for prefix in items.categories})
        self._skus = frozenset(items.skus)
        self._except_for = items.except_for

    def holds(self, sku: str, paths: Paths) -> bool:
        """Tell whether the filter is about an item; an unknown item is in no category."""
        named = sku in self._skus
        if not named and self._prefixes and sku in paths:
            path = tuple(paths[sku])
            named = not self._prefixes.isdisjoint([path[:depth] for depth in self._depths])
        return named is not self._except_for


class Terms:
    """A programme ready to meet a batch of orders: each item is held against each filter once."""

    def __init__(self, programme: Programme, paths: Paths, zone: ZoneInfo) -> None:
        """Take the programme with what the catalogue knows of the batch's items.

        `zone` is the brand's calendar.
        """
        self.programme = programme
        self._zone = zone
        self._paths = paths
        self._held: dict[str, dict[str, bool]] = {rule.code: {} for rule in programme.rules}
        self._filters = {rule.code: Filter(rule.items) for rule in programme.rules}
        self._rules = {
            asset: [rule for rule in programme.rules if rule.asset is asset] for asset in Asset
        }

    def rules(self, asset: Asset) -> list[EarningRule]:
        """Return the rules that give one asset, in the order of the document."""
        return self._rules[asset]

    def is_about(self, rule: EarningRule, order: Snapshot) -> bool:
        """Tell whether a rule is about an order at all, by its kind, its classes and its day."""
        if order.kind in rule.except_kinds or not order.classes.isdisjoint(rule.except_classes):
            return False
        if rule.days == EVERY_DAY:
            return True
        return rule.days.hold(order.ordered_at.astimezone(self._zone).date())

    def places(self, rule: EarningRule, order: Snapshot) -> Sequence[int]:
        """Return which lines of an order a rule is about."""
        if rule.items.is_empty():
            return range(len(order.lines))
        known, items = self._held[rule.code], self._filters[rule.code]
        held = []
        for place, line in enumerate(order.lines):
            sku = line.sku
            is_held = known.get(sku)
            if is_held is None:
                is_held = known[sku] = items.holds(sku, self._paths)
            if is_held:
                held.append(place)
        return held


def earns(order: Snapshot) -> bool:
    """Tell whether an order has come far enough to earn, and was not closed."""
    return order.status in EARNING_STATUSES


def earned(order: Snapshot, terms: Terms, asset: Asset, *, net: bool = False) -> Earned:
    """Return what an order earns of one asset, as if nothing had come back of it.

    `net` leaves out what came back: the same rules over what stays with the buyer.
    """
    bases = line_bases(order, terms.programme, net=net)
    shares = []
    held: set[int] = set()
    for rule in terms.rules(asset):
        if not terms.is_about(rule, order):
            continue
        places = terms.places(rule, order)
        if places:
            shares.append(_share(rule, order, bases, places))
            held.update(places)
    lines = order.lines
    return Earned(
        amount=sum([share.amount for share in shares]),
        shares=tuple(shares),
        earning_minor=sum([lines[place].paid_minor for place in held]),
        returned_minor=sum([lines[place].returned_minor for place in held]),
    )


def line_bases(order: Snapshot, programme: Programme, *, net: bool) -> list[int]:
    """Return the amount of each line that earns, in fen.

    Points are no payment in this sense, stored bonus only if the programme says so: their share is
    taken off line by line in proportion, to the fen.
    """
    amounts = (
        [line.paid_minor for line in order.lines]
        if programme.base is EarningBase.BUYER_PAID
        else [line.paid_minor + line.platform_minor for line in order.lines]
    )
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


def top_categories(programme: Programme) -> set[str]:
    """Return the top of every category that a rule names; the catalogue is asked for no others."""
    return {prefix[0] for rule in programme.rules for prefix in rule.items.categories}


def _share(
    rule: EarningRule, order: Snapshot, bases: Sequence[int], places: Sequence[int]
) -> RuleShare:
    """Return what the rule gives for the lines at these places, capped per order."""
    lines = order.lines
    mine = (
        [bases[place] for place in places]
        if rule.order_discounts_reduce
        else [bases[place] + lines[place].order_discount_minor for place in places]
    )
    base_minor = sum(mine)
    if rule.per_minor is None:
        amount = rule.points * len([base for base in mine if base > 0])
    else:
        amount = base_minor * rule.points // rule.per_minor
    cap = rule.caps.per_order
    if cap is not None and amount > cap:
        return RuleShare(rule.code, base_minor, cap, capped_by="per_order")
    return RuleShare(rule.code, base_minor, amount)
