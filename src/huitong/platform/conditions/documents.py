"""Reads a condition from outside: limits first, then the shape, each fault with its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from huitong.platform.conditions.tree import (
    ANNIVERSARY_DAYS_MAX,
    DAYS_MAX,
    OPERATORS,
    PARTS_MAX,
    SHAPES,
    VALUES_MAX,
    WHOLE_MAX,
    Condition,
)
from huitong.platform.errors import DomainError, FieldValue, Kind

DEPTH_MAX = 12
NODES_MAX = 500
PROBLEMS_MAX = 20

_CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
# What Pydantic found, in English and in Chinese.
REASONS = {
    "extra_forbidden": (
        (
            "this word does not belong here; a leaf has one operator, so write another as a part of"
            " its own in “all”"
        ),
        "这里不能写这个词；一个条件只有一个运算，另一个请写成 all 里的另一条",
    ),
    "missing": ("this is missing", "这里缺少内容"),
    "string_pattern_mismatch": (
        "this is no name, or no text of 1 to 200 visible characters",
        "这不是名称，也不是 1 到 200 个可见字符的文字",
    ),
    "string_type": ("give a text", "请填文字"),
    "int_type": ("give a whole number", "请填整数"),
    "bool_type": ("give true or false", "请填 true 或 false"),
    "tuple_type": ("give a list", "请填列表"),
    "too_short": ("give at least one value", "请至少填一个值"),
    "too_long": (
        f"give at most {VALUES_MAX} values, or {PARTS_MAX} parts",
        f"最多 {VALUES_MAX} 个值，或 {PARTS_MAX} 个条件",
    ),
    "greater_than_equal": (
        f"give a whole number from 1 on (of values: from -{WHOLE_MAX} on)",
        f"请填不小于 1 的整数（数值不小于 -{WHOLE_MAX}）",
    ),
    "less_than_equal": (
        (
            f"give a smaller number: of days at most {DAYS_MAX}, of days to an anniversary at most"
            f" {ANNIVERSARY_DAYS_MAX}, of values at most {WHOLE_MAX}"
        ),
        (
            f"请填更小的数：天数最多 {DAYS_MAX}，周年日天数最多 {ANNIVERSARY_DAYS_MAX}，"
            f"数值最多 {WHOLE_MAX}"
        ),
    ),
}
_MEASURES = (
    (
        "a measure is “count”, “days_since_last”, “days_since_first”, or one of"
        " {“sum”: field}, {“distinct”: field}, {“max”: field}"
    ),
    (
        "measure 是 count、days_since_last、days_since_first 之一，或 {sum: 字段}、"
        "{distinct: 字段}、{max: 字段}"
    ),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a condition, and what would fit there.

    `path` leads to the place from the top, as `all[0].where.in[1]`; it is empty for the top itself.
    `reason_zh` is the reason in Chinese, empty where only the English one is known.
    """

    path: str
    reason: str
    fits: tuple[str, ...] = ()
    reason_zh: str = ""

    def __str__(self) -> str:
        """Return the problem as one sentence."""
        place = f"At {self.path}" if self.path else "At the top"
        fits = f" What fits: {', '.join(self.fits)}." if self.fits else ""
        return f"{place}: {self.reason}.{fits}"


@dataclass(eq=False)
class ConditionInvalid(DomainError):
    """The condition cannot be read, or may not be used where it stands."""

    code: ClassVar[str] = "platform.condition_invalid"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "This condition cannot be used. {problems}"
    count: int
    path: str
    problems: str
    found: Sequence[Problem] = ()

    def facts(self) -> dict[str, FieldValue]:
        """Return how many problems there are, where the first one is, and the first ones told."""
        return {"count": self.count, "path": self.path, "problems": self.problems}

    def places(self) -> Sequence[Mapping[str, str]]:
        """Return every problem at its place; `fits` are what would fit, parted by commas."""
        return [
            {
                "at": one.path,
                "reason": one.reason,
                "reason_zh": one.reason_zh or one.reason,
                "fits": ", ".join(one.fits),
            }
            for one in self.found
        ]

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> "ConditionInvalid":
        """Return the refusal that tells these problems, the first ones in full."""
        told = " ".join(map(str, problems[:PROBLEMS_MAX]))
        return cls(count=len(problems), path=problems[0].path, problems=told, found=tuple(problems))


def read_condition(document: object) -> Condition:
    """Return the condition that a document of mappings, lists and scalars writes.

    :raises ConditionInvalid: when it is too deep, too large or not in the form of a condition.
    """
    _refuse_large(document)
    try:
        return _CONDITION.validate_python(document)
    except ValidationError as wrong:
        raise ConditionInvalid.of(_problems(wrong.errors(include_url=False))) from wrong


def write_condition(condition: Condition) -> dict[str, Any]:
    """Return the document of a condition, ready for JSON and YAML."""
    written: dict[str, Any] = _CONDITION.dump_python(condition, mode="json")
    return written


def condition_schema() -> dict[str, Any]:
    """Return the JSON Schema of conditions."""
    return _CONDITION.json_schema()


def path_of(places: Iterable[str | int]) -> str:
    """Return a path as people read it: words after dots, numbers in brackets."""
    told = ""
    for place in places:
        told += f"[{place}]" if isinstance(place, int) else f".{place}"
    return told.removeprefix(".")


def _refuse_large(document: object) -> None:
    """Refuse before anything recurses into the document."""
    nodes, waiting = 0, [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        if not isinstance(value, Mapping):
            continue
        nodes += 1
        if depth > DEPTH_MAX:
            reason = f"conditions stand at most {DEPTH_MAX} deep in one another"
            told = f"条件最多嵌套 {DEPTH_MAX} 层；请把里面的一部分另存为人群再引用"
            raise ConditionInvalid.of(
                [Problem("", f"{reason}; make a segment of the inner part", (), told)]
            )
        if nodes > NODES_MAX:
            reason = f"a condition has at most {NODES_MAX} parts; make segments of some"
            told = f"一个条件最多 {NODES_MAX} 个部分；请把一些另存为人群再引用"
            raise ConditionInvalid.of([Problem("", reason, (), told)])
        for inner in value.values():
            several = isinstance(inner, list | tuple)
            waiting += [(each, depth + 1) for each in (inner if several else [inner])]


def _problems(errors: Sequence[ErrorDetails]) -> list[Problem]:
    found: dict[str, Problem] = {}
    for error in errors:
        problem = _problem(error)
        # A list whose values are all wrong is called empty too.
        inside = any(path.startswith(f"{problem.path}[") for path in found)
        if not (inside and error["type"] == "too_short"):
            found.setdefault(problem.path, problem)
    return list(found.values())


def _problem(error: ErrorDetails) -> Problem:
    # Pydantic names the class it tried, or a kind of value, between the words of the document.
    words = [each for each in error["loc"] if isinstance(each, int) or _is_word(each)]
    if "measure" in words:
        return _reasoned(path_of(words[: words.index("measure") + 1]), _MEASURES)
    path = path_of(words)
    if error["type"] == "union_tag_not_found":
        return _unknown_shape(path, error["input"])
    if error["type"] == "value_error":
        return Problem(path, error["msg"].removeprefix("Value error, ").removesuffix("."))
    return _reasoned(
        path, REASONS.get(error["type"], (error["msg"][:1].lower() + error["msg"][1:], ""))
    )


def _reasoned(path: str, told: tuple[str, str], fits: tuple[str, ...] = ()) -> Problem:
    return Problem(path, told[0], fits, told[1])


def _is_word(place: str) -> bool:
    return place.isidentifier() and place.islower() and place not in {"bool", "str", "constrained"}


def _unknown_shape(path: str, value: object) -> Problem:
    if not isinstance(value, Mapping):
        told = ("a condition is a mapping", "条件应写成映射（键：值）")
        return _reasoned(path, told, (*SHAPES, "field"))
    if "field" in value:
        told = ("the field has no operator", "这个字段还没有运算")
        return _reasoned(path, told, tuple(OPERATORS))
    told = ("no word here says what kind of condition it is", "看不出这是哪一种条件")
    return _reasoned(path, told, (*SHAPES, "field"))
