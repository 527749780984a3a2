"""Reads documents of segments, finds what they name, and tells two versions apart in words."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from huitong.platform.conditions import (
    Condition,
    ConditionInvalid,
    Definitions,
    Language,
    Problem,
    Vocabulary,
    read_condition,
    sentence,
)
from huitong.platform.conditions import Names as Told
from huitong.platform.conditions.documents import path_of
from huitong.platform.conditions.tree import (
    AllOf,
    AnyOf,
    InSegment,
    LastDays,
    NextDays,
    NotOf,
    OfFacts,
    Within,
)
from huitong.segments.model.definitions import Segment, SegmentDocument, SegmentInvalid
from huitong.segments.rules.vocabulary import BIRTHDAY

PROBLEMS_TOLD_MAX = 5


def read_segment(document: object) -> SegmentDocument:
    """Return the segment that a document of mappings, lists and scalars writes.

    :raises SegmentInvalid: when a word is missing, strange or wrong, with its place.
    :raises ConditionInvalid: when its condition is not in the form of one.
    """
    if not isinstance(document, Mapping):
        raise SegmentInvalid(told="A segment is a mapping with code, names and condition.")
    if "condition" not in document:
        raise SegmentInvalid(told="At condition: say who belongs to it.")
    condition = read_condition(document["condition"])
    try:
        return SegmentDocument.model_validate({**document, "condition": condition})
    except ValidationError as wrong:
        faults = wrong.errors(include_url=False, include_input=False)[:PROBLEMS_TOLD_MAX]
        told = [f"At {'.'.join(map(str, each['loc']))}: {each['msg']}." for each in faults]
        raise SegmentInvalid(told=" ".join(told)) from wrong


def written(document: SegmentDocument) -> dict[str, object]:
    """Return the document of a segment, ready for JSON and YAML."""
    told: dict[str, object] = document.model_dump(mode="json", by_alias=True, exclude_none=True)
    return told


def definitions_of(segments: Mapping[str, Segment]) -> Definitions:
    """Return segments as conditions may name them."""
    return Definitions(
        {code: one.document.condition for code, one in segments.items()},
        {
            code: Told(one.document.names.zh, one.document.names.en)
            for code, one in segments.items()
        },
    )


def leaves_of(condition: Condition) -> Iterator[Condition]:
    """Yield every leaf of a condition; those inside “where” belong to their leaf on facts."""
    match condition:
        case AllOf(all=parts) | AnyOf(any=parts):
            for part in parts:
                yield from leaves_of(part)
        case NotOf(not_=part):
            yield from leaves_of(part)
        case _:
            yield condition


def named_in(condition: Condition) -> frozenset[str]:
    """Return the segments that a condition names itself."""
    leaves = leaves_of(condition)
    return frozenset(leaf.segment for leaf in leaves if isinstance(leaf, InSegment))


def fields_in(condition: Condition, segments: Definitions) -> frozenset[str]:
    """Return the fields of customers that a condition asks for, with the segments that it names."""
    found: set[str] = set()
    for leaf in leaves_of(condition):
        if isinstance(leaf, InSegment):
            found |= fields_in(segments.conditions[leaf.segment], segments)
        elif not isinstance(leaf, OfFacts):
            found.add(leaf.field)  # type: ignore[union-attr] # what is left are leaves on fields
    return frozenset(found)


def facts_in(condition: Condition, segments: Definitions) -> frozenset[str]:
    """Return the kinds of facts that a condition asks for, with the segments that it names."""
    found: set[str] = set()
    for leaf in leaves_of(condition):
        if isinstance(leaf, InSegment):
            found |= facts_in(segments.conditions[leaf.segment], segments)
        elif isinstance(leaf, OfFacts):
            found.add(leaf.facts)
    return frozenset(found)


def refuse_ranges_of_birthdays(condition: Condition) -> None:
    """Refuse to compare birthdays with days: of many the year is not known.

    :raises ConditionInvalid: when the condition does.
    """
    for place, leaf in _placed(condition, ()):
        if isinstance(leaf, Within | LastDays | NextDays) and leaf.field == BIRTHDAY:
            reason = (
                "birthdays come round whatever the year: say “anniversary_in_days”, or ask for"
                " “age” or “birth_year”"
            )
            told = "生日不论年份：请改用“周年日在今天起的几天内”，或用“年龄”“出生年份”"
            raise ConditionInvalid.of([Problem(path_of(place), reason, (), told)])


def _placed(
    condition: Condition, at: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Condition]]:
    """Yield every leaf with the way to it from the top."""
    match condition:
        case AllOf(all=parts) | AnyOf(any=parts):
            word = "all" if isinstance(condition, AllOf) else "any"
            for number, part in enumerate(parts):
                yield from _placed(part, (*at, word, number))
        case NotOf(not_=part):
            yield from _placed(part, (*at, "not"))
        case _:
            yield at, condition


def differences(
    before: SegmentDocument,
    after: SegmentDocument,
    vocabulary: Vocabulary,
    *,
    segments: Definitions,
    language: Language,
) -> list[str]:
    """Tell what a new version of a segment says that the one before did not, and the reverse."""
    zh = language is Language.ZH
    told: list[str] = []
    if before.names != after.names:
        old, new = before.names, after.names
        told.append(
            f"名称：{old.zh} → {new.zh}" if zh else f"Name: {old.en} → {new.en}"
        )  # fmt: skip
    if before.owner != after.owner:
        word = "负责人：" if zh else "Owner: "
        told.append(f"{word}{before.owner} → {after.owner}")
    old_clauses, new_clauses = _clauses(before.condition), _clauses(after.condition)
    gone = [one for one in old_clauses if one not in new_clauses]
    come = [one for one in new_clauses if one not in old_clauses]
    for label, clauses in (
        ("去掉：" if zh else "Gone: ", gone),
        ("新增：" if zh else "New: ", come),
    ):
        for clause in clauses:
            said = sentence(clause, vocabulary, language=language, segments=segments)
            told.append(f"{label}{said}")
    return told


def _clauses(condition: Condition) -> tuple[Condition, ...]:
    return condition.all if isinstance(condition, AllOf) and condition.all else (condition,)
