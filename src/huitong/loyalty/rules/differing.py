"""In what two programmes differ, as sentences: complete, so that nothing changes unsaid.

Every field of the document is walked. One that nobody wrote words for is told by its name and its
values, so a field that is new can be told clumsily but never be left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from huitong.loyalty.model import (
    Difference,
    Document,
    DocumentGift,
    EarningRule,
    Place,
    Programme,
    Section,
    Tier,
    Turn,
    Words,
)
from huitong.loyalty.rules import wording
from huitong.loyalty.rules.wording import BASES, CLASSES, CLAW_BACKS, DOWNGRADES, KINDS, SURPLUS

Tell: TypeAlias = Callable[[Any], Words]
Part: TypeAlias = EarningRule | Tier | DocumentGift

SAME_MEANING = Words("写法变了，含义不变", "is written differently and means the same")


class Noun(NamedTuple):
    """How a list of the document is told: its section, what one of it is called, its key."""

    section: Section
    words: Words
    key: str
    tell: Tell


def _counted(value: int) -> Words:
    return Words(wording.number(value), wording.number(value))


def _days(value: int) -> Words:
    return Words(f"{wording.number(value)} 天", f"{wording.number(value)} days")


# The fields of the document itself: the section, what it is called, how a value is told.
FIELDS: Mapping[str, tuple[Section, Words, Tell]] = {
    "names": (Section.PROGRAMME, Words("方案名称", "The name of the programme"), wording.both),
    "base": (Section.PROGRAMME, Words("积分基数", "What earns"), BASES.__getitem__),
    "stored_bonus_earns": (
        Section.PROGRAMME,
        Words("储值赠送部分是否计积分", "Whether the bonus part of stored value earns"),
        wording.switched,
    ),
    "return_windows": (
        Section.RETURNS,
        Words("退货观察期", "How long value stays pending"),
        wording.windows_in_words,
    ),
    "claw_back": (
        Section.RETURNS,
        Words("退货扣回方式", "How returns take back"),
        CLAW_BACKS.__getitem__,
    ),
    "expiry": (
        Section.PROGRAMME,
        Words("积分有效期", "How long points live"),
        wording.expiry_in_words,
    ),
    "downgrade": (
        Section.TIERS,
        Words("退货致成长值不足时", "When returns take the growth value of a tier"),
        DOWNGRADES.__getitem__,
    ),
    "earn_before_enrolment_days": (
        Section.PROGRAMME,
        Words("入会前多少天内的订单可补计", "How old an order from before enrolment may be"),
        _days,
    ),
    "welcome": (Section.GIFTS, Words("入会礼遇", "The welcome gift"), wording.welcome_in_words),
    "surplus_gifts": (
        Section.GIFTS,
        Words("合并会员时多发的入会礼遇", "Surplus welcome gifts of members who are merged"),
        SURPLUS.__getitem__,
    ),
}
# The lists whose parts are told apart by a code.
LISTS: Mapping[str, Noun] = {
    "tiers": Noun(Section.TIERS, Words("等级", "Tier"), "code", wording.tier_in_words),
    "rules": Noun(Section.RULES, Words("积分规则", "Earning rule"), "code", wording.rule_in_words),
    "document_gifts": Noun(
        Section.GIFTS, Words("证件礼遇", "Document gift"), "kind", wording.document_gift_in_words
    ),
}
# What the fields of a part are called; a rule's rate and its number are told as one.
PART_FIELDS: Mapping[str, tuple[Words, Tell]] = {
    "names": (Words("名称", "the name"), wording.both),
    "growth": (Words("门槛", "the threshold"), wording.growth),
    "items": (Words("适用商品", "the items"), wording.items_in_words),
    "days": (Words("适用日期", "the days"), wording.days_in_words),
    "caps": (Words("上限", "the caps"), wording.caps_in_words),
    "order_discounts_reduce": (
        Words("是否先扣除整单优惠", "whether discounts on the whole order reduce it"),
        wording.switched,
    ),
    "except_kinds": (
        Words("不含的订单类型", "the kinds of orders left out"),
        lambda value: wording.listed_or_none([KINDS[one] for one in value]),
    ),
    "except_classes": (
        Words("不含的购买性质", "the classes of sales left out"),
        lambda value: wording.listed_or_none([CLASSES[one] for one in value]),
    ),
    "points": (Words("积分", "the points"), wording.amount),
    "most": (Words("每人最多次数", "how often a member gets it"), _counted),
}
RATE = ("asset", "points", "per_minor")


def differences(before: Programme | None, after: Programme) -> tuple[Difference, ...]:
    """Return all in which a programme differs from an earlier one; none when they are equal.

    Without an earlier one, everything that the programme promises is told as added.
    """
    if before is None:
        return tuple(_first(after))
    return tuple(_changes(before, after))


def _first(programme: Programme) -> Iterator[Difference]:
    for field, (section, noun, tell) in FIELDS.items():
        told = tell(getattr(programme, field))
        words = Words(f"{noun.zh}：{told.zh}", f"{noun.en}: {told.en}")
        yield Difference(section, Turn.ADDED, None, (field,), words)
    for field, kind in LISTS.items():
        for at, part in enumerate(getattr(programme, field)):
            yield _whole(kind, part, Turn.ADDED, (field, at))


def _changes(before: Programme, after: Programme) -> Iterator[Difference]:
    for field in Programme.model_fields:
        was, now = getattr(before, field), getattr(after, field)
        if was == now:
            continue
        if field in LISTS:
            yield from _in_list(field, was, now)
            continue
        section, noun, tell = FIELDS.get(field, (Section.PROGRAMME, _called(field), _raw))
        yield Difference(section, Turn.CHANGED, None, (field,), _from_to(noun, tell, was, now))


def _in_list(field: str, before: Sequence[Part], after: Sequence[Part]) -> Iterator[Difference]:
    noun = LISTS[field]
    were = {getattr(part, noun.key): (at, part) for at, part in enumerate(before)}
    are = {getattr(part, noun.key): (at, part) for at, part in enumerate(after)}
    for key, (at, part) in were.items():
        if key not in are:
            yield _whole(noun, part, Turn.REMOVED, (field, at))
    for key, (at, part) in are.items():
        if key not in were:
            yield _whole(noun, part, Turn.ADDED, (field, at))
        elif were[key][1] != part:
            yield from _in_part(noun, were[key][1], part, (field, at))
    stayed = [key for key in were if key in are]
    if stayed != [key for key in are if key in were]:
        told = wording.listed([_name(part) for part in after])
        words = Words(
            f"{noun.words.zh}的先后顺序改为：{told.zh}",
            f"{noun.words.en}s stand in another order: {told.en}",
        )
        yield Difference(noun.section, Turn.CHANGED, None, (field,), words)


def _whole(noun: Noun, part: Part, turn: Turn, place: Place) -> Difference:
    """Return that a part came or went, with all that it says."""
    name, told = _name(part), noun.tell(part)
    verb = Words("新增", "added") if turn is Turn.ADDED else Words("删除", "removed")
    words = Words(
        f"{verb.zh}{noun.words.zh}{name.zh}：{told.zh}",
        f"{noun.words.en} {name.en} {verb.en}: {told.en}",
    )
    return Difference(noun.section, turn, getattr(part, noun.key), place, words)


def _in_part(noun: Noun, before: Part, after: Part, place: Place) -> Iterator[Difference]:
    """Yield in what two parts of one code differ."""
    name = _name(after)
    whose = Words(f"{noun.words.zh}{name.zh}：", f"{noun.words.en} {name.en}: ")
    changed = [
        field
        for field in type(after).model_fields
        if getattr(before, field) != getattr(after, field)
    ]
    if isinstance(before, EarningRule) and not set(RATE).isdisjoint(changed):
        told = _from_to(Words("比例", "the rate"), wording.rate_in_words, before, after)
        yield _changed(noun, after, (*place, "points"), whose, told)
        changed = [field for field in changed if field not in RATE]
    for field in changed:
        called, tell = PART_FIELDS.get(field, (_called(field), _raw))
        told = _from_to(called, tell, getattr(before, field), getattr(after, field))
        yield _changed(noun, after, (*place, field), whose, told)


def _changed(noun: Noun, part: Part, place: Place, whose: Words, told: Words) -> Difference:
    words = Words(whose.zh + told.zh, whose.en + told.en)
    return Difference(noun.section, Turn.CHANGED, getattr(part, noun.key), place, words)


def _from_to(called: Words, tell: Tell, before: object, after: object) -> Words:
    """Return what something was and is; a number tells whether it rose or fell."""
    was, now = tell(before), tell(after)
    if was == now:
        return _unsaid(called, before, after)
    if isinstance(before, int) and isinstance(after, int) and not isinstance(after, bool):
        verb = Words("升为", "rises") if after > before else Words("降为", "falls")
        return Words(
            f"{called.zh}由 {was.zh} {verb.zh} {now.zh}",
            f"{called.en} {verb.en} from {was.en} to {now.en}",
        )
    return Words(
        f"{called.zh}由“{was.zh}”改为“{now.zh}”",
        f"{called.en} changes from “{was.en}” to “{now.en}”",
    )


def _unsaid(called: Words, before: object, after: object) -> Words:
    """Return that values differ which read the same: in their order, or beyond what is listed."""
    was, now = _elements(before), _elements(after)
    gone, new = sorted(was - now), sorted(now - was)
    if not gone and not new:
        return Words(called.zh + SAME_MEANING.zh, f"{called.en} {SAME_MEANING.en}".strip())
    chinese = [f"加上 {'、'.join(new)}"] if new else []
    chinese += [f"去掉 {'、'.join(gone)}"] if gone else []
    english = [f"with {', '.join(new)}"] if new else []
    english += [f"without {', '.join(gone)}"] if gone else []
    return Words(
        f"{called.zh}{'，'.join(chinese)}", f"{called.en} {' and '.join(english)} now".strip()
    )


def _elements(value: object) -> set[str]:
    """Return the single values that something holds, each as a text."""
    if isinstance(value, Document):
        return {
            one for field in type(value).model_fields for one in _elements(getattr(value, field))
        }
    if isinstance(value, tuple) and any(isinstance(one, Document | tuple) for one in value):
        return {
            " / ".join(map(str, one)) if isinstance(one, tuple) else one.model_dump_json()
            for one in value
        }
    return {str(one) for one in value} if isinstance(value, tuple) else {str(value)}


def _name(part: Part) -> Words:
    if isinstance(part, DocumentGift):
        return wording.document_named(part.kind)
    return wording.named(part.names)


def _called(field: str) -> Words:
    return Words(f"「{field}」", f"“{field}”")


def _raw(value: object) -> Words:
    told = value.model_dump_json() if isinstance(value, Document) else str(value)
    return Words(told, told)
