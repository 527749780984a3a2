"""Tells what is asked of facts: 近90天内下单不少于2次."""

from collections.abc import Callable
from typing import TypeAlias, assert_never

from huitong.platform.conditions.amounts import (
    last_day_before,
    written_amount,
    written_days,
    written_edge,
)
from huitong.platform.conditions.tree import DistinctOf, MaxOf, OfFacts, SumOf
from huitong.platform.conditions.vocabulary import FactKind, Language, Unit

Written: TypeAlias = Callable[[int], str]


def facts_sentence(leaf: OfFacts, kind: FactKind, where: str | None, language: Language) -> str:
    """Tell a leaf on facts; `where` is its inner condition, told already."""
    if language is Language.ZH:
        return _window_zh(leaf) + _zh(leaf, kind, "" if where is None else f"（仅{where}）")
    told = _en(leaf, kind, "" if where is None else f" (only where {where})")
    return told + _window_en(leaf)


def _zh(leaf: OfFacts, kind: FactKind, where: str) -> str:
    verb = f"{kind.verb.zh}{where}"
    match leaf.measure:
        case "count":
            times = _few_zh(leaf, lambda number: f"{number:,}{kind.counter.zh}")
            return f"没有{verb}" if _is_none(leaf) else f"{verb}{times}"
        case DistinctOf(distinct=name):
            different = kind.by_code[name].names.zh
            return f"{verb}涉及的{different}" + _few_zh(leaf, lambda number: f"{number:,}种")
        case SumOf(sum=name):
            return f"{verb}的{kind.by_code[name].names.zh}合计" + _low_zh(leaf, kind, name)
        case MaxOf(max=name):
            return f"{verb}的最高{kind.by_code[name].names.zh}" + _low_zh(leaf, kind, name)
        case "days_since_last" | "days_since_first":
            which = "最近一次" if leaf.measure == "days_since_last" else "首次"
            return f"{which}{verb}距今" + _few_zh(leaf, _days(Language.ZH))
        case _ as never:
            assert_never(never)


def _en(leaf: OfFacts, kind: FactKind, where: str) -> str:
    verb = f"{kind.verb.en}{where}"
    match leaf.measure:
        case "count":
            times = _bounds_en(leaf, _times(kind), "fewer than")
            return f"has not {verb}" if _is_none(leaf) else f"{verb} {times}"
        case DistinctOf(distinct=name):
            bounds = _bounds_en(leaf, lambda number: f"{number:,}", "fewer than")
            return f"{verb} with {bounds} different {kind.by_code[name].names.en}"
        case SumOf(sum=name):
            bounds = _bounds_en(leaf, _amounts(kind, name, Language.EN), "less than")
            return f"{verb} with a total {kind.by_code[name].names.en} of {bounds}"
        case MaxOf(max=name):
            bounds = _bounds_en(leaf, _amounts(kind, name, Language.EN), "less than")
            return f"{verb} with a highest {kind.by_code[name].names.en} of {bounds}"
        case "days_since_last" | "days_since_first":
            which = "last" if leaf.measure == "days_since_last" else "first"
            return f"{which} {verb} {_bounds_en(leaf, _days(Language.EN), 'less than')} ago"
        case _ as never:
            assert_never(never)


def _is_none(leaf: OfFacts) -> bool:
    return leaf.at_least is None and leaf.less_than == 1


def _few_zh(leaf: OfFacts, written: Written) -> str:
    return _bounds(leaf, written, ("恰好", "不少于", "少于", "且"))


def _low_zh(leaf: OfFacts, kind: FactKind, name: str) -> str:
    written = _amounts(kind, name, Language.ZH)
    return _bounds(leaf, written, ("恰好", "不低于", "低于", "且"))


def _bounds_en(leaf: OfFacts, written: Written, less: str) -> str:
    return _bounds(leaf, written, ("exactly ", "at least ", f"{less} ", " and "))


def _bounds(leaf: OfFacts, written: Written, words: tuple[str, str, str, str]) -> str:
    exactly, at_least, less_than, both = words
    low, high = leaf.at_least, leaf.less_than
    if low is not None and high == low + 1:
        return f"{exactly}{written(low)}"
    told = [] if low is None else [f"{at_least}{written(low)}"]
    told += [] if high is None else [f"{less_than}{written(high)}"]
    return both.join(told)


def _window_zh(leaf: OfFacts) -> str:
    if leaf.last_days is not None:
        return f"近{leaf.last_days}天内"
    first, last = _edges(leaf)
    if leaf.since is not None and leaf.until is not None:
        return f"{first}至{last}"
    if leaf.since is not None:
        return f"{first}以来"
    return "" if leaf.until is None else f"截至{last}"


def _window_en(leaf: OfFacts) -> str:
    if leaf.last_days is not None:
        return f" within the last {written_days(leaf.last_days)}"
    first, last = _edges(leaf)
    if leaf.since is not None and leaf.until is not None:
        return f" from {first} to {last}"
    if leaf.since is not None:
        return f" since {first}"
    return "" if leaf.until is None else f" up to {last}"


def _edges(leaf: OfFacts) -> tuple[str, str]:
    """Return the first moment that counts and the last one; the last day of a span is in it."""
    first = "" if leaf.since is None else written_edge(leaf.since, None, Language.ZH)
    if leaf.until is None:
        return first, ""
    return first, written_edge(last_day_before(leaf.until) or leaf.until, None, Language.ZH)


def _amounts(kind: FactKind, name: str, language: Language) -> Written:
    return lambda number: written_amount(number, kind.by_code[name].unit, language)


def _days(language: Language) -> Written:
    return lambda number: written_amount(number, Unit.DAYS, language)


def _times(kind: FactKind) -> Written:
    counter = kind.counter
    return lambda number: f"{number:,} {counter.one if number == 1 else counter.many}"
