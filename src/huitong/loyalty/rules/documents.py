"""Programmes as text: YAML (or JSON, which is YAML) in and out, with the line of every part."""

from collections.abc import Iterator, Mapping

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from huitong.loyalty.model import Place, Problem, Programme, Words
from huitong.loyalty.rules.checking import Read, check

TEXT_LENGTH_MAX = 1 << 20
WHOLE = Words("整份文档", "the document")


def read(text: str) -> Read:
    """Return the programme that a text holds, or each problem with its place and line."""
    if len(text) > TEXT_LENGTH_MAX:
        return _unreadable(
            Words("文档太大，方案不会有这么长", "It is larger than a programme can be")
        )
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, yaml.SafeLoader)):
            return _unreadable(
                Words(
                    "请不要使用锚点引用（*）", "Write each part out: references (*) are not taken"
                )
            )
        said = yaml.safe_load(text)
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        return _wrong_yaml(wrong)
    except (yaml.YAMLError, RecursionError, ValueError):
        return _unreadable(Words("这不是可读的 YAML", "It is not readable as YAML"))
    found = check(said)
    lines = {} if node is None else dict(_lines(node, ()))
    return Read(
        found.programme, tuple(one._replace(line=_line(lines, one.place)) for one in found.problems)
    )


def written(programme: Programme) -> str:
    """Return the programme as YAML, without what only repeats a default."""
    said = programme.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=100)


def _unreadable(words: Words, line: int | None = None) -> Read:
    return Read(None, (Problem((), WHOLE, words, line),))


def _wrong_yaml(wrong: yaml.MarkedYAMLError) -> Read:
    mark = wrong.problem_mark
    if mark is None:
        return _unreadable(Words("这不是可读的 YAML", "It is not readable as YAML"))
    line, column = mark.line + 1, mark.column + 1
    reason = wrong.problem or "wrong"
    return _unreadable(
        Words(
            f"第 {line} 行第 {column} 列不是可读的 YAML：检查缩进、冒号后的空格和引号（{reason}）",
            f"Line {line}, column {column} is not readable as YAML: look at the indent, the space"
            f" after colons and the quotes ({reason})",
        ),
        line,
    )


def _lines(node: Node, place: Place) -> Iterator[tuple[Place, int]]:
    """Yield the line, from 1, at which each part of a document begins."""
    yield place, node.start_mark.line + 1
    if isinstance(node, MappingNode):
        for key, value in node.value:
            named = (*place, str(key.value))
            yield from _lines(value, named)
            yield named, key.start_mark.line + 1
    if isinstance(node, SequenceNode):
        for at, value in enumerate(node.value):
            yield from _lines(value, (*place, at))


def _line(lines: Mapping[Place, int], place: Place) -> int | None:
    """Return the line of a place, or of what it should stand in when it is not there."""
    for length in range(len(place), -1, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return None
