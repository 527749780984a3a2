"""Tells a condition as the sentence an operator would write, in Chinese or in English."""

from collections.abc import Set as AbstractSet
from typing import assert_never

from huitong.platform.conditions.amounts import (
    last_day_before,
    written_amount,
    written_days,
    written_edge,
    written_list,
)
from huitong.platform.conditions.fact_sentences import facts_sentence
from huitong.platform.conditions.ranges import Edge
from huitong.platform.conditions.tree import (
    AllOf,
    Anniversary,
    AnyOf,
    Condition,
    FieldLeaf,
    HasAll,
    InSegment,
    IsKnown,
    LastDays,
    NextDays,
    NotOf,
    OfFacts,
    OneOf,
    Within,
)
from huitong.platform.conditions.vocabulary import (
    NO_SEGMENTS,
    Definitions,
    FactKind,
    Field,
    FieldType,
    Language,
    Names,
    Vocabulary,
)

_BOTH: frozenset[bool | str] = frozenset({True, False})


def sentence(
    condition: Condition,
    vocabulary: Vocabulary,
    *,
    language: Language,
    segments: Definitions = NO_SEGMENTS,
) -> str:
    """Tell a checked condition in one sentence without a full stop."""
    return _Teller(vocabulary, language, segments).told(condition)


class _Teller:
    """Tells conditions in one language; `within` are the facts whose fields they are about."""

    def __init__(self, vocabulary: Vocabulary, language: Language, segments: Definitions) -> None:
        self.vocabulary = vocabulary
        self.language = language
        self.segments = segments

    def say(self, zh: str, en: str) -> str:
        return zh if self.language is Language.ZH else en

    def told(self, condition: Condition, within: FactKind | None = None) -> str:
        match condition:
            case AllOf(all=parts):
                told = self.say("，且", ", and ").join(self._parts(parts, "any", within))
                return told or self.say("所有顾客", "everyone")
            case AnyOf(any=parts):
                told = self.say("，或", ", or ").join(self._parts(parts, "all", within))
                return told or self.say("没有任何顾客", "nobody")
            case NotOf(not_=part):
                return self._denied(part, within)
            case InSegment(segment=code):
                name = self.segments.names.get(code, Names(code, code)).told(self.language)
                return self.say(f"属于人群“{name}”", f"in the segment “{name}”")
            case OfFacts():
                kind = self.vocabulary.fact_by_code[condition.facts]
                where = None if condition.where is None else self.told(condition.where, kind)
                return facts_sentence(condition, kind, where, self.language)
            case _:
                return self._leaf(condition, self._field(condition, within))

    def _parts(
        self, parts: tuple[Condition, ...], other: str, within: FactKind | None
    ) -> list[str]:
        """Tell parts, with those in brackets that join their own parts by the other word."""
        told = [(self.told(part, within), len(parts) > 1 and _joined_by(part)) for part in parts]
        return [
            self.say(f"（{inner}）", f"({inner})") if word == other else inner
            for inner, word in told
        ]

    def _field(self, leaf: FieldLeaf, within: FactKind | None) -> Field:
        known = self.vocabulary.field_by_code if within is None else within.by_code
        return known[leaf.field]

    def _denied(self, part: Condition, within: FactKind | None) -> str:
        """Tell a negation; that of a field holds of the unknown too, and says so."""
        if isinstance(part, IsKnown):
            turned = IsKnown(field=part.field, is_known=not part.is_known)
            return self._leaf(turned, self._field(part, within))
        if not isinstance(part, OneOf):
            told = self.told(part, within)
            return self.say(f"不符合（{told}）", f"not ({told})")
        field = self._field(part, within)
        name = field.names.told(self.language)
        if field.type is FieldType.BOOL:
            told = self._boolean(name, _BOTH - set(part.in_))
        else:
            values = self._values(field, part.in_, ("或", "or"))
            verb = "不含" if field.type is FieldType.CODES else "不是"
            told = self.say(f"{name}{verb}{values}", f"{name} is not {values}")
        return told + self.say("（或未知）", " (or unknown)")

    def _leaf(self, leaf: FieldLeaf, field: Field) -> str:
        name = field.names.told(self.language)
        match leaf:
            case OneOf(in_=values) if field.type is FieldType.BOOL:
                return self._boolean(name, set(values))
            case OneOf(in_=values):
                told = self._values(field, values, ("或", "or"))
                verb = "含" if field.type is FieldType.CODES else "为"
                return self.say(f"{name}{verb}{told}", f"{name} is {told}")
            case HasAll(has_all=values):
                told = self._values(field, values, ("和", "and"))
                return self.say(f"{name}同时含{told}", f"{name} has all of {told}")
            case IsKnown(is_known=known):
                zh, en = ("已知", "known") if known else ("未知", "unknown")
                return self.say(f"{name}{zh}", f"{name} is {en}")
            case LastDays() | NextDays() | Anniversary():
                return self._near_today(leaf, name)
            case Within():
                return self._range(leaf, field, name)
            case _ as never:
                assert_never(never)

    def _near_today(self, leaf: LastDays | NextDays | Anniversary, name: str) -> str:
        match leaf:
            case LastDays(last_days=days):
                return self.say(
                    f"{name}在近{days}天内", f"{name} within the last {written_days(days)}"
                )
            case NextDays(next_days=days):
                ahead = written_days(days)
                return self.say(
                    f"{name}在今天起的{days}天内", f"{name} within {ahead} from today on"
                )
            case Anniversary(anniversary_in_days=days):
                zh = f"{name}（按月日）在今天起的{days}天内"
                en = f"month and day of {name} within {written_days(days)} from today on"
                return self.say(zh, en)
            case _ as never:
                assert_never(never)

    def _boolean(self, name: str, wanted: AbstractSet[bool | str]) -> str:
        if len(wanted) != 1:
            answer = self.say("已知", "known") if wanted else self.say("未知", "unknown")
            return self.say(f"是否{name}{answer}", f"whether {name} is {answer}")
        zh, en = ("是", "is") if True in wanted else ("不是", "is not")
        return self.say(f"{zh}{name}", f"{en} {name}")

    def _values(self, field: Field, values: tuple[bool | str, ...], word: tuple[str, str]) -> str:
        names = [field.label_of(str(value), self.language) for value in values]
        return written_list(names, self.language, word=word)

    def _range(self, leaf: Within, field: Field, name: str) -> str:
        low, high = leaf.at_least, leaf.less_than
        if field.type is not FieldType.INTEGER:
            return self._dates(low, high, name)
        if isinstance(low, int) and high == low + 1:
            exactly = written_amount(low, field.unit, self.language)
            return self.say(f"{name}为{exactly}", f"{name} is {exactly}")
        told = []
        if low is not None:
            amount = written_edge(low, field.unit, self.language)
            told.append(self.say(f"不低于{amount}", f"at least {amount}"))
        if high is not None:
            amount = written_edge(high, field.unit, self.language)
            told.append(self.say(f"低于{amount}", f"less than {amount}"))
        bounds = self.say("且", " and ").join(told)
        return self.say(f"{name}{bounds}", f"{name} is {bounds}")

    def _dates(self, low: Edge | None, high: Edge | None, name: str) -> str:
        first = "" if low is None else written_edge(low, None, self.language)
        if high is None:
            return self.say(f"{name}在{first}或以后", f"{name} on or after {first}")
        end = written_edge(high, None, self.language)
        if low is None:
            return self.say(f"{name}早于{end}", f"{name} before {end}")
        last = last_day_before(high)
        if last is None:
            zh = f"{name}在{first}或以后、{end}以前"
            return self.say(zh, f"{name} from {first} on and before {end}")
        if last.isoformat() == first:
            return self.say(f"{name}在{first}", f"{name} on {first}")
        return self.say(f"{name}在{first}至{last}", f"{name} from {first} to {last}")


def _joined_by(condition: Condition) -> str | None:
    """Return by which word the sentence of a condition joins parts, if it does."""
    match condition:
        case AllOf(all=(part,)) | AnyOf(any=(part,)):
            return _joined_by(part)
        case AllOf(all=(_, *_)):
            return "all"
        case AnyOf(any=(_, *_)):
            return "any"
        case _:
            return None
