"""What is wrong with a document, in words, and at which place of it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from huitong.loyalty.model import Place, Problem, Words

PROBLEMS_SHOWN_MAX = 50

# What the fields of the document are called where a problem is told.
FIELDS: Mapping[str, Words] = {
    "names": Words("名称", "name"),
    "zh": Words("中文", "Chinese"),
    "en": Words("英文", "English"),
    "base": Words("积分基数", "what earns"),
    "stored_bonus_earns": Words("储值赠送是否计积分", "stored bonus earns"),
    "rules": Words("积分规则", "earning rule"),
    "return_windows": Words("退货观察期", "return window"),
    "claw_back": Words("退货扣回方式", "claw-back"),
    "expiry": Words("积分有效期", "expiry"),
    "tiers": Words("等级", "tier"),
    "downgrade": Words("降级方式", "downgrade"),
    "earn_before_enrolment_days": Words("入会前补计天数", "days before enrolment"),
    "welcome": Words("入会礼遇", "welcome gift"),
    "document_gifts": Words("证件礼遇", "document gift"),
    "surplus_gifts": Words("多发的入会礼遇", "surplus gifts"),
    "code": Words("代码", "code"),
    "kind": Words("证件种类", "kind of document"),
    "asset": Words("发放内容", "what it gives"),
    "points": Words("积分数", "points"),
    "per_minor": Words("每多少分钱", "per how many fen"),
    "items": Words("适用商品", "items"),
    "categories": Words("品类", "categories"),
    "skus": Words("商品编码", "SKUs"),
    "except_for": Words("除外", "except for"),
    "days": Words("天数／日期", "days"),
    "weekdays": Words("星期", "weekdays"),
    "first_on": Words("首日", "first day"),
    "last_on": Words("末日", "last day"),
    "caps": Words("上限", "caps"),
    "per_order": Words("每单", "per order"),
    "per_day": Words("每天", "per day"),
    "per_month": Words("每月", "per month"),
    "order_discounts_reduce": Words("先扣整单优惠", "order discounts reduce"),
    "except_kinds": Words("不含的订单类型", "kinds left out"),
    "except_classes": Words("不含的购买性质", "classes left out"),
    "platform": Words("平台", "platform"),
    "order_kind": Words("订单类型", "kind of order"),
    "from_payment": Words("从付款起算", "from payment"),
    "months": Words("月数", "months"),
    "rounding": Words("到期取整", "rounding"),
    "growth": Words("成长值门槛", "growth"),
    "most": Words("最多次数", "most"),
}
# What Pydantic and the document's own rules complain of; the facts of the complaint fill them.
COMPLAINTS: Mapping[str, Words] = {
    "missing": Words("必填", "is missing"),
    "extra_forbidden": Words(
        "方案里没有这一项，请检查拼写或删掉", "is no part of a programme: check its spelling"
    ),
    "greater_than_equal": Words("不能小于 {ge}", "must be {ge} or more"),
    "less_than_equal": Words("不能大于 {le}", "must be {le} or less"),
    "int_type": Words("要填整数", "must be a whole number"),
    "int_parsing": Words("要填整数", "must be a whole number"),
    "int_from_float": Words("要填整数，不能有小数", "must be a whole number, without decimals"),
    "bool_type": Words("只能填是或否", "must be true or false"),
    "bool_parsing": Words("只能填是或否", "must be true or false"),
    "string_type": Words("要填文字", "must be text"),
    "string_too_short": Words("不能为空", "must not be empty"),
    "string_too_long": Words("最多 {max_length} 个字", "has at most {max_length} characters"),
    "string_pattern_mismatch": Words(
        "只能用小写字母、数字和下划线，以字母开头，最多 50 个字符",
        "takes lower-case letters, digits and underscores, begins with a letter, at most 50",
    ),
    "enum": Words("只能是 {expected}", "must be {expected}"),
    "too_short": Words("至少要有 {min_length} 项", "needs {min_length} or more"),
    "too_long": Words("最多 {max_length} 项", "takes at most {max_length}"),
    "tuple_type": Words("要填一个列表", "must be a list"),
    "model_type": Words("要填一组字段", "must be a set of fields"),
    "date_type": Words("要填日期，如 2026-03-01", "must be a day such as 2026-03-01"),
    "date_parsing": Words("要填日期，如 2026-03-01", "must be a day such as 2026-03-01"),
    "date_from_datetime_parsing": Words(
        "要填日期，如 2026-03-01", "must be a day such as 2026-03-01"
    ),
    "first_tier": Words(
        "第一个等级的门槛必须是 0，这样每个会员都有等级",
        "the first tier must be reached at growth 0, so that every member has one",
    ),
    "tiers_rise": Words(
        "等级要按门槛从低到高排列，每级高于前一级",
        "tiers must stand in rising order of growth, each above the one before",
    ),
    "window_for_all": Words(
        "至少要有一条不限平台和订单类型的观察期，作为其余订单的规则",
        "one return window must fit every order: give it no platform and no kind",
    ),
    "code_twice": Words("代码“{code}”出现了两次，请改其中一个", "the code “{code}” is there twice"),
    "days_backwards": Words(
        "末日 {last} 早于首日 {first}", "the last day {last} lies before the first day {first}"
    ),
}


def problems_of(wrong: ValidationError, said: object) -> tuple[Problem, ...]:
    """Return each problem of a document in words, with its place; `said` is the document."""
    found = wrong.errors(include_url=False, include_input=False)
    return tuple(_problem(one, said) for one in found[:PROBLEMS_SHOWN_MAX])


def _problem(one: ErrorDetails, said: object) -> Problem:
    place = one["loc"]
    facts: dict[str, Any] = one.get("ctx", {})
    words = COMPLAINTS.get(one["type"], Words(one["msg"], one["msg"]))
    return Problem(
        place=place,
        where=_where(place, said),
        words=Words(words.zh.format(**facts), words.en.format(**facts)),
    )


def _where(place: Place, said: object) -> Words:
    """Return a place in words: the fields by what they are called, parts of lists by their name."""
    if not place:
        return Words("整份方案", "the programme")
    chinese: list[str] = []
    english: list[str] = []
    at = said
    for step in place:
        at = _step(at, step)
        if isinstance(step, int):
            name = _name(at, step)
            chinese[-1] += name.zh
            english[-1] += name.en
        else:
            called = FIELDS.get(step, Words(f"“{step}”", f"“{step}”"))
            chinese.append(called.zh)
            english.append(called.en)
    return Words(" · ".join(chinese), " · ".join(english))


def _step(at: object, step: str | int) -> object:
    if isinstance(at, dict):
        return at.get(step)
    if isinstance(at, list | tuple) and isinstance(step, int) and step < len(at):
        return at[step]
    return None


def _name(part: object, at: int) -> Words:
    """Return what a part of a list is called, or at which place it stands."""
    names = part.get("names") if isinstance(part, dict) else None
    if isinstance(names, dict) and names.get("zh"):
        return Words(f"「{names['zh']}」", f" “{names.get('en') or names['zh']}”")
    return Words(f"第 {at + 1} 项", f" number {at + 1}")
