"""Holds a condition against the vocabulary and against what its use allows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeAlias, TypeVar, assert_never

from huitong.platform.conditions.documents import ConditionInvalid, Problem, path_of
from huitong.platform.conditions.tree import (
    DAYS_MAX,
    OPERATORS,
    AllOf,
    Anniversary,
    AnyOf,
    Condition,
    DistinctOf,
    FieldLeaf,
    HasAll,
    InSegment,
    IsKnown,
    LastDays,
    MaxOf,
    NextDays,
    NotOf,
    OfFacts,
    OneOf,
    SumOf,
    Within,
)
from huitong.platform.conditions.vocabulary import (
    NO_SEGMENTS,
    Definitions,
    FactKind,
    Field,
    FieldType,
    Names,
    Vocabulary,
)

# What a condition may come to with the definitions of all segments that it names. Readers and
# databases go down a tree by recursion.
LEAVES_MAX = 5_000
WHOLE_DEPTH_MAX = 32
FITS_MAX = 8

Places: TypeAlias = tuple[str | int, ...]
Known = TypeVar("Known")

_DATED = frozenset({"at_least", "less_than", "is_known", "last_days", "next_days"})
FITTING: Mapping[FieldType, frozenset[str]] = {
    FieldType.BOOL: frozenset({"in", "is_known"}),
    FieldType.CODE: frozenset({"in", "is_known"}),
    FieldType.CODES: frozenset({"in", "has_all", "is_known"}),
    FieldType.INTEGER: frozenset({"at_least", "less_than", "is_known"}),
    FieldType.DAY: _DATED | {"anniversary_in_days"},
    FieldType.INSTANT: _DATED,
    FieldType.TEXT: frozenset({"in", "is_known"}),
}
TODAY_OPERATORS = frozenset({"last_days", "next_days", "anniversary_in_days"})
SUMMABLE = frozenset({FieldType.INTEGER})
COUNTABLE = frozenset({FieldType.CODE, FieldType.TEXT, FieldType.INTEGER, FieldType.DAY})


class Feature(StrEnum):
    """What a use may leave out: facts, segments, and what changes its answer as days go by."""

    FACTS = "facts"
    SEGMENTS = "segments"
    TODAY = "today"


@dataclass(frozen=True, slots=True)
class Use:
    """Where conditions are used, and what they may speak of there.

    `fields` and `facts` are codes; None allows all that the vocabulary has.
    """

    names: Names
    fields: frozenset[str] | None = None
    facts: frozenset[str] | None = None
    features: frozenset[Feature] = frozenset(Feature)


ANY_USE = Use(Names("任何用途", "any use"))


def check_condition(
    condition: Condition,
    vocabulary: Vocabulary,
    *,
    use: Use = ANY_USE,
    segments: Definitions = NO_SEGMENTS,
) -> None:
    """Refuse a condition that the vocabulary or the use does not carry, with every fault in it.

    Segments that it names are looked into as well: their faults are told at the place that names
    them, as are circles.

    :raises ConditionInvalid: when anything does not fit.
    """
    problems = list(problems_of(condition, vocabulary, use=use, segments=segments))
    if problems:
        raise ConditionInvalid.of(problems)


def problems_of(
    condition: Condition,
    vocabulary: Vocabulary,
    *,
    use: Use = ANY_USE,
    segments: Definitions = NO_SEGMENTS,
) -> tuple[Problem, ...]:
    """Return everything about a condition that does not fit, in the order of the document."""
    return tuple(_Check(vocabulary, use, segments).of(condition, ()))


class _Check:
    """One walk over a condition; it counts leaves and depth, and knows the segments it is in."""

    def __init__(self, vocabulary: Vocabulary, use: Use, segments: Definitions) -> None:
        self.vocabulary = vocabulary
        self.use = use
        self.segments = segments
        self.leaves = 0
        self.depth = 0
        self.inside: list[str] = []

    def of(
        self, condition: Condition, at: Places, within: FactKind | None = None
    ) -> Iterator[Problem]:
        """Yield the problems of a condition; `within` are the facts whose fields it is about."""
        if self.depth == WHOLE_DEPTH_MAX:
            reason = f"with its segments the condition is more than {WHOLE_DEPTH_MAX} deep"
            zh = f"连同引用的人群，条件嵌套超过 {WHOLE_DEPTH_MAX} 层；请减少层次"
            yield _problem(at, f"{reason}; make it flatter", zh)
            return
        self.depth += 1
        match condition:
            case AllOf(all=parts):
                for number, part in enumerate(parts):
                    yield from self.of(part, (*at, "all", number), within)
            case AnyOf(any=parts):
                for number, part in enumerate(parts):
                    yield from self.of(part, (*at, "any", number), within)
            case NotOf(not_=part):
                yield from self.of(part, (*at, "not"), within)
            case _:
                yield from self._counted(condition, at, within)
        self.depth -= 1

    def _counted(
        self, leaf: FieldLeaf | OfFacts | InSegment, at: Places, within: FactKind | None
    ) -> Iterator[Problem]:
        self.leaves += 1
        if self.leaves <= LEAVES_MAX:
            yield from self._leaf(leaf, at, within)
        elif self.leaves == LEAVES_MAX + 1:
            reason = f"with its segments the condition has more than {LEAVES_MAX} leaves"
            zh = f"连同引用的人群，条件超过 {LEAVES_MAX} 条；请少引用一些人群"
            yield _problem(at, f"{reason}; name fewer of them", zh)

    def _leaf(
        self, leaf: FieldLeaf | OfFacts | InSegment, at: Places, within: FactKind | None
    ) -> Iterator[Problem]:
        match leaf:
            case OfFacts() | InSegment() if within is not None:
                reason = "“where” speaks of the fields of one fact alone"
                yield _problem(at, reason, "“其中”只能用这一类记录自己的字段", within.by_code)
            case OfFacts():
                yield from self._facts(leaf, at)
            case InSegment():
                yield from self._segment(leaf, at)
            case _:
                yield from self._field(leaf, at, within)

    def _field(self, leaf: FieldLeaf, at: Places, within: FactKind | None) -> Iterator[Problem]:
        if within is not None:
            known: Mapping[str, Field] = within.by_code
        else:
            known = _allowed(self.vocabulary.field_by_code, self.use.fields)
        field = known.get(leaf.field)
        if field is None:
            outside = within is None and leaf.field in self.vocabulary.field_by_code
            reason = (
                f"“{leaf.field}” may not be used here ({self._use_told()})"
                if outside
                else f"there is no field “{leaf.field}”"
            )
            zh = f"这里不能用字段“{leaf.field}”" if outside else f"没有字段“{leaf.field}”"
            yield _problem((*at, "field"), reason, zh, _near(leaf.field, known))
            return
        unfit = _operators(leaf) - FITTING[field.type]
        if unfit:
            reason = f"“{field.code}” holds {_holds(field)}, so “{min(unfit)}” says nothing of it"
            zh = f"“{field.names.zh}”是{_HOLDS[field.type].zh}，不能这样比较"
            yield _problem((*at, min(unfit)), reason, zh, sorted(FITTING[field.type]))
            return
        if isinstance(leaf, LastDays | NextDays | Anniversary):
            yield from self._today(at)
        yield from _arguments(leaf, field, at)

    def _facts(self, leaf: OfFacts, at: Places) -> Iterator[Problem]:
        if Feature.FACTS not in self.use.features:
            reason = f"facts may not be asked for here ({self._use_told()})"
            yield _problem((*at, "facts"), reason, "这里不能用交易与行为记录")
            return
        known = _allowed(self.vocabulary.fact_by_code, self.use.facts)
        kind = known.get(leaf.facts)
        if kind is None:
            reason = f"there are no facts “{leaf.facts}” here"
            zh = f"没有“{leaf.facts}”这一类记录"
            yield _problem((*at, "facts"), reason, zh, _near(leaf.facts, known))
            return
        if leaf.where is not None:
            yield from self.of(leaf.where, (*at, "where"), kind)
        if leaf.last_days is not None:
            yield from self._today(at)
        yield from _window(leaf, kind, at)
        yield from self._measure(leaf, kind, at)

    def _measure(self, leaf: OfFacts, kind: FactKind, at: Places) -> Iterator[Problem]:
        match leaf.measure:
            case "count":
                return
            case "days_since_last" | "days_since_first":
                yield from self._today(at)
                for word, days in (("at_least", leaf.at_least), ("less_than", leaf.less_than)):
                    if days is not None and not 0 <= days <= DAYS_MAX:
                        reason = f"days since are from 0 to {DAYS_MAX}"
                        yield _problem((*at, word), reason, f"距今天数在 0 到 {DAYS_MAX} 之间")
            case SumOf(sum=name):
                yield from _measurable(name, "sum", SUMMABLE, kind, at)
            case MaxOf(max=name):
                yield from _measurable(name, "max", SUMMABLE, kind, at)
            case DistinctOf(distinct=name):
                yield from _measurable(name, "distinct", COUNTABLE, kind, at)
            case _ as never:
                assert_never(never)

    def _segment(self, leaf: InSegment, at: Places) -> Iterator[Problem]:
        place = (*at, "segment")
        if Feature.SEGMENTS not in self.use.features:
            reason = f"segments may not be named here ({self._use_told()})"
            yield _problem(place, reason, "这里不能引用人群")
        elif leaf.segment in self.inside:
            circle = " → ".join([*self.inside, leaf.segment])
            reason = f"a segment cannot depend on itself ({circle})"
            yield _problem(place, reason, f"人群不能引用自己（{circle}）")
        elif leaf.segment not in self.segments.conditions:
            fits = _near(leaf.segment, self.segments.conditions)
            reason = f"there is no segment “{leaf.segment}”"
            yield _problem(place, reason, f"没有人群“{leaf.segment}”", fits)
        else:
            self.inside.append(leaf.segment)
            for inner in self.of(self.segments.conditions[leaf.segment], ()):
                told = f"segment “{leaf.segment}”, at {inner.path or 'its top'}: {inner.reason}"
                zh = f"引用的人群“{leaf.segment}”里：{inner.reason_zh or inner.reason}"
                yield Problem(path_of(place), told, inner.fits, zh)
            self.inside.pop()

    def _today(self, at: Places) -> Iterator[Problem]:
        if Feature.TODAY not in self.use.features:
            reason = f"this changes as days go by, which is not allowed here ({self._use_told()})"
            zh = "这里不能用会随日子变化的条件；请改用固定日期"
            yield _problem(at, reason, zh, ("at_least", "less_than", "since", "until"))

    def _use_told(self) -> str:
        return f"{self.use.names.zh}, {self.use.names.en}"


def _operators(leaf: FieldLeaf) -> set[str]:
    words = {word for word, shape in OPERATORS.items() if isinstance(leaf, shape)}
    if isinstance(leaf, Within):
        words = {word for word in words if getattr(leaf, word) is not None}
    return words


def _arguments(leaf: FieldLeaf, field: Field, at: Places) -> Iterator[Problem]:
    match leaf:
        case OneOf(in_=values):
            yield from _values(values, field, (*at, "in"))
        case HasAll(has_all=values):
            yield from _values(values, field, (*at, "has_all"))
        case Within(at_least=low, less_than=high):
            for word, edge in (("at_least", low), ("less_than", high)):
                if edge is not None and not _fits(edge, field.type):
                    wanted = _bound_of(field.type)
                    reason = f"“{field.code}” is compared with {wanted.en}"
                    yield _problem((*at, word), reason, f"“{field.names.zh}”要与{wanted.zh}比较")
        case IsKnown() | LastDays() | NextDays() | Anniversary():
            return
        case _ as never:
            assert_never(never)


def _values(values: Iterable[bool | str], field: Field, at: Places) -> Iterator[Problem]:
    codes = [value.code for value in field.values]
    for number, value in enumerate(values):
        if isinstance(value, bool) != (field.type is FieldType.BOOL):
            fits = ("true", "false") if field.type is FieldType.BOOL else codes[:FITS_MAX]
            reason = f"“{field.code}” holds {_holds(field)}"
            zh = f"“{field.names.zh}”是{_HOLDS[field.type].zh}"
            yield _problem((*at, number), reason, zh, fits)
        elif codes and value not in codes:
            reason = f"“{field.code}” has no value “{value}”"
            zh = f"“{field.names.zh}”没有“{value}”这个值"
            yield _problem((*at, number), reason, zh, _near(str(value), codes))


def _measurable(
    name: str, word: str, types: frozenset[FieldType], kind: FactKind, at: Places
) -> Iterator[Problem]:
    fitting = [each.code for each in kind.fields if each.type in types]
    if name not in fitting:
        reason = f"“{name}” is no field of “{kind.code}” that “{word}” can be taken of"
        zh = f"“{kind.names.zh}”的字段“{name}”不能这样统计"
        yield _problem((*at, "measure", word), reason, zh, fitting)


def _window(leaf: OfFacts, kind: FactKind, at: Places) -> Iterator[Problem]:
    for word, moment in (("since", leaf.since), ("until", leaf.until)):
        if moment is not None and not _fits(moment, kind.time_field.type):
            reason = f"“{kind.code}” are dated by the day; give a day without a time"
            yield _problem((*at, word), reason, f"“{kind.names.zh}”按天记录，请填不带时刻的日期")


def _fits(edge: object, kind: FieldType) -> bool:
    if kind is FieldType.INTEGER:
        return isinstance(edge, int)
    return not isinstance(edge, int) and (
        kind is FieldType.INSTANT or not isinstance(edge, datetime)
    )


def _bound_of(kind: FieldType) -> Names:
    match kind:
        case FieldType.INTEGER:
            return Names("整数", "a whole number")
        case FieldType.DAY:
            return Names("日期（如 2026-11-11）", "a day, written as 2026-11-11")
        case _:
            return Names(
                "日期或时刻（如 2026-11-11 或 2026-11-11T20:00:00+08:00）",
                "a day or an instant, written as 2026-11-11 or 2026-11-11T20:00:00+08:00",
            )


_HOLDS: Mapping[FieldType, Names] = {
    FieldType.BOOL: Names("是或否", "yes or no"),
    FieldType.CODE: Names("列出的值之一", "one of its listed values"),
    FieldType.CODES: Names("列出的若干值", "any of its listed values"),
    FieldType.INTEGER: Names("整数", "a whole number"),
    FieldType.DAY: Names("日期", "a day"),
    FieldType.INSTANT: Names("时刻", "an instant"),
    FieldType.TEXT: Names("文字", "a text"),
}


def _holds(field: Field) -> str:
    return _HOLDS[field.type].en


def _allowed(known: Mapping[str, Known], codes: frozenset[str] | None) -> Mapping[str, Known]:
    return {code: each for code, each in known.items() if codes is None or code in codes}


def _near(word: str, known: Iterable[str]) -> list[str]:
    """Return what somebody who wrote `word` may have meant, else the first that there are."""
    codes = list(known)
    return get_close_matches(word, codes, n=FITS_MAX, cutoff=0.5) or codes[:FITS_MAX]


def _problem(at: Places, reason: str, zh: str, fits: Iterable[str] = ()) -> Problem:
    return Problem(path_of(at), reason, tuple(fits)[:FITS_MAX], zh)
