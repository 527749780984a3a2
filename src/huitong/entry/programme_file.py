"""Programmes as files: YAML (or JSON, which is YAML) in."""

from pathlib import Path

from huitong.loyalty.model import Problem, Programme, ProgrammeInvalid
from huitong.loyalty.rules import documents

FILE_BYTES_MAX = 1 << 20
PROBLEMS_SHOWN_MAX = 10


def read(path: Path) -> Programme:
    """Return the programme that a file holds.

    :raises ProgrammeInvalid: when it is not readable, or breaks a rule of programmes.
    """
    if path.stat().st_size > FILE_BYTES_MAX:
        raise ProgrammeInvalid(problems=f"{path.name} is larger than a programme can be.")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ProgrammeInvalid(problems=f"{path.name} is not readable as UTF-8.") from None
    found = documents.read(text)
    if found.programme is None:
        raise ProgrammeInvalid(problems=_problems(found.problems))
    return found.programme


def _problems(found: tuple[Problem, ...]) -> str:
    told = [_problem(one) for one in found[:PROBLEMS_SHOWN_MAX]]
    more = len(found) - len(told)
    return "; ".join([*told, f"and {more} more"] if more else told)


def _problem(one: Problem) -> str:
    place = ".".join(str(part) for part in one.place) or "the document"
    line = "" if one.line is None else f" (line {one.line})"
    return f"{place}{line}: {one.words.en}"
