"""Whose discounts a Tmall trade lists, and how they fall on its lines."""

from huitong.channels.connectors.discounts import ORDER_WIDE, UNEXPLAINED, spread
from huitong.channels.connectors.payload import Reader
from huitong.channels.model import Allocation, Bearer

# How a promotion id begins when Tmall, not the shop, pays for it [G].
PLATFORM_PROMOTIONS = ("Tmall$platform", "TmallSubsidy")


def promotions_of(trade: Reader) -> tuple[Reader, ...]:
    """Return the promotions a trade lists, of its lines and of the whole."""
    listed = trade.part_or_none("promotion_details")
    return listed.parts("promotion_detail") if listed else ()


def promotions_by_line(trade: Reader, sub_orders: tuple[Reader, ...]) -> list[list[Allocation]]:
    """Return the discounts of each line: its own, and its part of those on the whole trade."""
    own = {one.text("oid"): list[Allocation]() for one in sub_orders}
    whole = []
    tid = trade.first_text("tid", "tid_str")
    for promotion in promotions_of(trade):
        target = promotion.text("id")
        # A trade with one line gives both the same number: `part_mjz_discount` then tells.
        if target in own and (target != tid or not _parted(sub_orders)):
            own[target].append(_allocation(promotion))
        elif target == tid:
            whole.append(_allocation(promotion, of=ORDER_WIDE))
        else:
            raise promotion.unreadable(
                at="id", problem=f"“{target}” is neither the trade nor one of its lines"
            )
    parted = _part_of_whole(trade, whole, [_parted((one,)) for one in sub_orders])
    return [own[one.text("oid")] + part for one, part in zip(sub_orders, parted, strict=True)]


def _parted(sub_orders: tuple[Reader, ...]) -> int:
    return sum(one.fen_of_yuan_or_none("part_mjz_discount") or 0 for one in sub_orders)


def _allocation(promotion: Reader, *, of: str = "") -> Allocation:
    identity = promotion.text_or_none("promotion_id") or ""
    by_platform = identity.startswith(PLATFORM_PROMOTIONS)
    return Allocation(
        kind=of + promotion.text("promotion_name"),
        bearer=Bearer.PLATFORM if by_platform else Bearer.BRAND,
        amount_minor=promotion.fen_of_yuan("discount_fee"),
    )


def _part_of_whole(
    trade: Reader, whole: list[Allocation], parted: list[int]
) -> list[list[Allocation]]:
    """Return how the trade's own discounts fall on its lines, as `part_mjz_discount` says."""
    unnamed = sum(parted) - sum(one.amount_minor for one in whole)
    if unnamed < 0:
        problem = f"its promotions take off {-unnamed} fen more than its lines"
        raise trade.unreadable(at="promotion_details", problem=problem)
    rest = Allocation(kind=ORDER_WIDE + UNEXPLAINED, bearer=Bearer.BRAND, amount_minor=unnamed)
    causes = [one for one in (*whole, rest) if one.amount_minor]
    table = spread(parted, [one.amount_minor for one in causes])
    return [
        [
            cause.model_copy(update={"amount_minor": cell})
            for cause, cell in zip(causes, cells, strict=True)
            if cell
        ]
        for cells in table
    ]
