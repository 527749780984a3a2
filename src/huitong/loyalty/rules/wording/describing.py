"""What each part of a programme says, as a sentence or a part of one."""

from collections.abc import Sequence

from huitong.loyalty.model import (
    Asset,
    Caps,
    CategoryPath,
    Days,
    DocumentGift,
    EarningRule,
    Expiry,
    ExpiryRounding,
    ItemFilter,
    ReturnWindow,
    Tier,
    WelcomeGift,
    Words,
)
from huitong.loyalty.rules.wording.terms import (
    CLASSES,
    KINDS,
    WEEKDAYS,
    amount,
    document_named,
    listed,
    number,
    same,
    yuan,
)

FOR_EVER = Words("永不过期", "for ever")
BETWEEN_SENTENCES = Words("；", "; ")
BETWEEN_PARTS = Words("，", ", ")


def rule_in_words(rule: EarningRule) -> Words:
    """Return what an earning rule gives for what, all that restricts it included."""
    parts = [rate_in_words(rule)]
    if not rule.items.is_empty() or rule.items.except_for:
        parts.append(items_in_words(rule.items))
    if rule.days != Days():
        parts.append(days_in_words(rule.days))
    if rule.caps != Caps():
        parts.append(caps_in_words(rule.caps, rule.asset))
    if not rule.order_discounts_reduce:
        parts.append(Words("按整单优惠前的金额计", "counted before discounts on the whole order"))
    left_out = [*(KINDS[one] for one in rule.except_kinds)]
    left_out += [CLASSES[one] for one in rule.except_classes]
    if left_out:
        told = listed(left_out)
        parts.append(Words(f"不含{told.zh}", f"without {told.en}"))
    return _joined(parts)


def rate_in_words(rule: EarningRule) -> Words:
    """Return how much a rule gives for how much."""
    given = amount(rule.points, rule.asset)
    if rule.per_minor is None:
        return Words(f"每个商品行得 {given.zh}", f"{given.en} for each order line")
    spent = yuan(rule.per_minor)
    return Words(f"每满 {spent.zh}得 {given.zh}", f"{given.en} for every {spent.en}")


def items_in_words(items: ItemFilter) -> Words:
    """Return which items a rule is about."""
    if items.is_empty():
        nothing = Words("任何商品都不算", "no item at all")
        return nothing if items.except_for else Words("全部商品", "all items")
    categories = listed([path_in_words(path) for path in items.categories])
    skus = listed(same(items.skus))
    chinese = ([f"品类 {categories.zh}"] if items.categories else []) + (
        [f"商品 {skus.zh}"] if items.skus else []
    )
    english = ([f"categories {categories.en}"] if items.categories else []) + (
        [f"items {skus.en}"] if items.skus else []
    )
    told = Words("；".join(chinese), " and ".join(english))
    if items.except_for:
        return Words(f"除 {told.zh} 外的商品", f"everything but {told.en}")
    return Words(f"限 {told.zh}", f"only {told.en}")


def path_in_words(path: CategoryPath) -> Words:
    """Return a category with all that is above it."""
    told = " / ".join(path)
    return Words(told, told)


def days_in_words(days: Days) -> Words:
    """Return on which days a rule gives anything, in the brand's zone."""
    told = []
    if days.weekdays:
        week = listed([WEEKDAYS[one] for one in days.weekdays])
        told.append(Words(f"仅{week.zh}", f"on {week.en} only"))
    if days.first_on:
        told.append(Words(f"自 {days.first_on} 起", f"from {days.first_on} on"))
    if days.last_on:
        told.append(Words(f"到 {days.last_on} 为止（含当日）", f"until {days.last_on} (included)"))
    return _joined(told, BETWEEN_PARTS) if told else Words("每一天", "on every day")


def caps_in_words(caps: Caps, asset: Asset = Asset.POINTS) -> Words:
    """Return the most that a rule gives."""
    told = [
        Words(f"{zh}最多 {amount(value, asset).zh}", f"at most {amount(value, asset).en} {en}")
        for value, zh, en in (
            (caps.per_order, "每单", "an order"),
            (caps.per_day, "每人每天", "a day and member"),
            (caps.per_month, "每人每月", "a month and member"),
        )
        if value is not None
    ]
    return _joined(told, BETWEEN_PARTS) if told else Words("不设上限", "without a cap")


def tier_in_words(tier: Tier) -> Words:
    """Return how a tier is reached."""
    if not tier.growth:
        return Words("入会即有", "from enrolment on")
    return Words(
        f"成长值达到 {number(tier.growth)}", f"reached at {number(tier.growth)} growth value"
    )


def expiry_in_words(expiry: Expiry | None) -> Words:
    """Return how long active points live."""
    if expiry is None:
        return FOR_EVER
    months = number(expiry.months)
    if expiry.rounding is ExpiryRounding.MONTH_END:
        return Words(
            f"生效后 {months} 个月，当月月底过期",
            f"{months} months from when they become active, to the end of that month",
        )
    return Words(
        f"生效后 {months} 个月，当日结束时过期",
        f"{months} months from when they become active, to the end of that day",
    )


def windows_in_words(windows: Sequence[ReturnWindow]) -> Words:
    """Return how long value stays pending; the first that fits decides."""
    return _joined([window_in_words(one) for one in windows])


def window_in_words(window: ReturnWindow) -> Words:
    """Return how long value of some orders stays pending."""
    chinese, english = [], []
    if window.platform is not None:
        chinese.append(f"平台 {window.platform}")
        english.append(f"platform {window.platform}")
    if window.order_kind is not None:
        chinese.append(KINDS[window.order_kind].zh)
        english.append(KINDS[window.order_kind].en)
    whose = Words("的".join(chinese) or "所有订单", ", ".join(english) or "every order")
    begins = (
        Words("付款", "payment") if window.from_payment else Words("订单完成", "its completion")
    )
    if not window.days:
        return Words(f"{whose.zh}：{begins.zh}即生效", f"{whose.en}: active at {begins.en}")
    days = "day" if window.days == 1 else "days"
    return Words(
        f"{whose.zh}：{begins.zh}后 {number(window.days)} 天生效",
        f"{whose.en}: active {number(window.days)} {days} after {begins.en}",
    )


def welcome_in_words(gift: WelcomeGift | None) -> Words:
    """Return what a new member is given."""
    if gift is None:
        return Words("没有入会礼遇", "no welcome gift")
    told = amount(gift.points)
    return Words(f"入会送 {told.zh}", f"{told.en} for becoming a member")


def document_gift_in_words(gift: DocumentGift) -> Words:
    """Return what a document that was found good is worth."""
    told, kind = amount(gift.points), document_named(gift.kind)
    return Words(
        f"证件{kind.zh}审核通过送 {told.zh}，每人最多 {number(gift.most)} 次",
        f"{told.en} for an approved document {kind.en}, at most {number(gift.most)} times a member",
    )


def _joined(parts: Sequence[Words], between: Words = BETWEEN_SENTENCES) -> Words:
    return Words(between.zh.join(one.zh for one in parts), between.en.join(one.en for one in parts))
