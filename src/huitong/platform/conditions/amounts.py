"""Writes numbers, days and lists of names as people of a shop read them."""

from datetime import date, datetime
from decimal import Decimal

from huitong.platform.conditions.days import ONE_DAY
from huitong.platform.conditions.ranges import Edge
from huitong.platform.conditions.vocabulary import Language, Unit

ZH_SUFFIX = {Unit.FEN: "元", Unit.POINTS: "积分", Unit.DAYS: "天", Unit.PIECES: "件"}
EN_WORDS = {
    Unit.POINTS: ("point", "points"),
    Unit.DAYS: ("day", "days"),
    Unit.PIECES: ("piece", "pieces"),
}
HUNDREDTH = Decimal("0.01")
# Longer lists are cut: a sentence with a thousand names is not read.
NAMES_MAX = 10


def written_amount(number: int, unit: Unit | None, language: Language) -> str:
    """Write a number with its unit: fen as yuan, basis points as per cent."""
    if unit is Unit.BASIS_POINTS:
        return f"{_plain(Decimal(number) * HUNDREDTH)}%"
    if unit is Unit.FEN:
        yuan = _plain(Decimal(number) * HUNDREDTH)
        if language is Language.ZH:
            return f"{yuan}元"
        return f"-¥{yuan[1:]}" if number < 0 else f"¥{yuan}"
    if unit is None:
        return f"{number:,}"
    if language is Language.ZH:
        return f"{number:,}{ZH_SUFFIX[unit]}"
    one, many = EN_WORDS[unit]
    return f"{number:,} {one if number == 1 else many}"


def written_edge(edge: Edge, unit: Unit | None, language: Language) -> str:
    """Write a number, a day, or an instant with the offset it was given with."""
    if isinstance(edge, datetime):
        exact = edge.second or edge.microsecond
        return edge.isoformat(sep=" ", timespec="auto" if exact else "minutes")
    if isinstance(edge, date):
        return edge.isoformat()
    return written_amount(edge, unit, language)


def last_day_before(edge: Edge) -> date | None:
    """Return the last day that lies wholly before a day; before an instant there is none."""
    return edge - ONE_DAY if type(edge) is date else None


def written_days(days: int) -> str:
    """Write a number of days in English."""
    return written_amount(days, Unit.DAYS, Language.EN)


def written_list(names: list[str], language: Language, *, word: tuple[str, str]) -> str:
    """Write names with a word before the last, in Chinese and in English; the first ten of many."""
    zh, en = word
    shown, left = names[:NAMES_MAX], len(names) - NAMES_MAX
    if language is Language.EN:
        last = [f"{left} others"] if left > 0 else shown[1:][-1:]
        first = shown if left > 0 else shown[: len(shown) - len(last)]
        return f" {en} ".join([", ".join(first), *last])
    if left > 0:
        return f"{'、'.join(shown)}{zh}另外{left}项"
    return zh.join(["、".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def _plain(number: Decimal) -> str:
    text = f"{number:,.2f}"
    return text.rstrip("0").rstrip(".")
