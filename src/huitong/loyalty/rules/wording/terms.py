"""The words of programmes: numbers, amounts, and what the codes of the document are called."""

from collections.abc import Iterable, Mapping, Sequence

from huitong.channels.model import OrderKind
from huitong.customers.model import Classed
from huitong.loyalty.model import (
    Asset,
    ClawBackPolicy,
    DowngradePolicy,
    EarningBase,
    Names,
    SurplusGifts,
    Weekday,
    Words,
)

SHOWN_MAX = 8
FEN_A_YUAN = 100

BASES: Mapping[EarningBase, Words] = {
    EarningBase.BUYER_PAID: Words("顾客实付金额", "what the buyer paid"),
    EarningBase.MERCHANT_RECEIVES: Words("商家实收金额", "what the merchant receives"),
}
CLAW_BACKS: Mapping[ClawBackPolicy, Words] = {
    ClawBackPolicy.BY_VALUE: Words("按退回商品的金额比例", "by the share of the returned value"),
    ClawBackPolicy.BY_LINE: Words(
        "按剩下的商品重新计算", "by what the lines that stay would have earned"
    ),
}
DOWNGRADES: Mapping[DowngradePolicy, Words] = {
    DowngradePolicy.AT_ONCE: Words("立即降级", "the tier falls at once"),
    DowngradePolicy.KEEP: Words("保留等级", "the tier is kept"),
}
SURPLUS: Mapping[SurplusGifts, Words] = {
    SurplusGifts.CLAW_BACK: Words("收回多发的", "the surplus is taken back"),
    SurplusGifts.KEEP: Words("不收回", "the surplus is kept"),
}
ASSETS: Mapping[Asset, Words] = {
    Asset.POINTS: Words("积分", "points"),
    Asset.GROWTH: Words("成长值", "growth value"),
}
KINDS: Mapping[OrderKind, Words] = {
    OrderKind.NORMAL: Words("普通单", "normal orders"),
    OrderKind.PRESALE: Words("预售单", "presales"),
    OrderKind.EXCHANGE: Words("换货单", "exchanges"),
    OrderKind.GIFT: Words("赠品单", "gift orders"),
    OrderKind.BULK: Words("团购单", "bulk orders"),
    OrderKind.RECHARGE: Words("储值充值单", "top-ups of stored value"),
    OrderKind.VIRTUAL: Words("虚拟商品单", "orders of virtual goods"),
}
CLASSES: Mapping[Classed, Words] = {
    Classed.STAFF_PURCHASE: Words("员工内购", "purchases of staff"),
    Classed.RESELLER: Words("代购", "resellers"),
    Classed.BRUSHING: Words("刷单", "brushing"),
    Classed.BULK: Words("团购顾客", "bulk buyers"),
}
# The kinds of documents that the console names; any other is called by its code.
DOCUMENTS: Mapping[str, Words] = {
    "student_card": Words("学生证", "Student card"),
    "birth_certificate": Words("出生证明", "Birth certificate"),
    "id_card": Words("身份证", "Identity card"),
}
WEEKDAYS: Mapping[Weekday, Words] = {
    Weekday.MONDAY: Words("周一", "Mondays"),
    Weekday.TUESDAY: Words("周二", "Tuesdays"),
    Weekday.WEDNESDAY: Words("周三", "Wednesdays"),
    Weekday.THURSDAY: Words("周四", "Thursdays"),
    Weekday.FRIDAY: Words("周五", "Fridays"),
    Weekday.SATURDAY: Words("周六", "Saturdays"),
    Weekday.SUNDAY: Words("周日", "Sundays"),
}


def number(value: int) -> str:
    """Return a whole number as people write it, such as 1,000."""
    return f"{value:,}"


def yuan(minor: int) -> Words:
    """Return an amount of fen in yuan, such as 1,000 or 0.50."""
    whole, rest = divmod(minor, FEN_A_YUAN)
    told = number(whole) if not rest else f"{number(whole)}.{rest:02}"
    return Words(f"{told} 元", f"{told} yuan")


def amount(value: int, asset: Asset = Asset.POINTS) -> Words:
    """Return points or growth value with the word for it."""
    said = ASSETS[asset]
    english = "point" if asset is Asset.POINTS and value == 1 else said.en
    return Words(f"{number(value)} {said.zh}", f"{number(value)} {english}")


def document_named(kind: str) -> Words:
    """Return a kind of document by its name, marked as one."""
    name = DOCUMENTS.get(kind, Words(kind, kind))
    return Words(f"「{name.zh}」", f"“{name.en}”")


def named(names: Names) -> Words:
    """Return a name as it is set in sentences."""
    return Words(f"「{names.zh}」", f"“{names.en}”")


def both(names: Names) -> Words:
    """Return a name with its other language beside it, so that a change in either shows."""
    return Words(f"「{names.zh}」（{names.en}）", f"“{names.en}” ({names.zh})")


def growth(value: int) -> Words:
    """Return a threshold of growth value."""
    return amount(value, Asset.GROWTH)


def switched(on: bool) -> Words:  # noqa: FBT001 - the value of a switch, not a choice of ours
    """Return whether a switch is on."""
    return Words("是", "yes") if on else Words("否", "no")


def listed(parts: Iterable[Words]) -> Words:
    """Return words as a list in a sentence; of many the first ones, and how many there are."""
    every = list(parts)
    shown = every[:SHOWN_MAX]
    if len(every) == len(shown):
        return Words("、".join(one.zh for one in shown), ", ".join(one.en for one in shown))
    return Words(
        "、".join(one.zh for one in shown) + f" 等 {number(len(every))} 项",
        ", ".join(one.en for one in shown) + f" and more ({number(len(every))} in all)",
    )


def listed_or_none(parts: Sequence[Words]) -> Words:
    """Return words as a list in a sentence, or that there are none."""
    return listed(parts) if parts else Words("无", "none")


def same(texts: Sequence[str]) -> list[Words]:
    """Return texts that read the same in both languages, such as codes."""
    return [Words(text, text) for text in texts]
