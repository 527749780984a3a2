"""Runs stories: text tables that tell, line by line, what is done and what comes of it.

    # A comment; the first one is the title.
    grant   M1  100  expires=30d
    spend   M1  130              -> ledger.insufficient
    spend   M1  100  key=sale    -> ok
    spend   M1  100  key=sale    -> again       # the same key: answered again, not done again
    balance M1                   -> 0

The first word is the verb, then come its words and its `name=value` options; what follows the
arrow must be what the verb answers, a refusal by its code. A line without an arrow must not be
refused. A new verb is a function under `@verb("name")` in a file `verbs_<something>.py` beside
this one: it gets the `World` and the `Step`, and returns the text to compare.
"""

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from huitong.platform.db import Tx
from huitong.platform.errors import DomainError, Refused

HERE: Final = Path(__file__).parent
UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


@dataclass(frozen=True)
class Step:
    """One line of a story."""

    line: int
    text: str
    verb: str
    words: tuple[str, ...]
    options: dict[str, str]
    expected: str | None

    def number(self, place: int) -> int:
        """Return a word as a whole number."""
        return int(self.words[place])

    def option(self, name: str, default: str = "") -> str:
        """Return an option, or the default."""
        return self.options.get(name, default)


@dataclass
class World:
    """What a story acts on: a transaction, a clock, and whatever verbs keep by name."""

    tx: Tx
    now: datetime
    things: dict[str, object] = field(default_factory=dict)

    def at(self, text: str, start: datetime | None = None) -> datetime:
        """Return an instant: a date (2026-03-02), or a span (30d, 15s) from `start` or from now."""
        if re.fullmatch(r"\d+[smhd]", text):
            return (start or self.now) + span(text)
        return datetime.fromisoformat(text).replace(tzinfo=self.now.tzinfo)


class Told(Exception):
    """A verb was refused; the argument is the code."""


Verb: TypeAlias = Callable[[World, Step], object]
VERBS: dict[str, Verb] = {}


def verb(name: str) -> Callable[[Verb], Verb]:
    """Register the function below as the verb of that name."""

    def register(function: Verb) -> Verb:
        assert name not in VERBS, f"The verb “{name}” is taken."
        VERBS[name] = function
        return function

    return register


def told(result: object) -> object:
    """Return the value of a result, or stop the line with the code of its refusal."""
    if isinstance(result, Refused):
        raise Told(result.code)
    return getattr(result, "value", result)


def span(text: str) -> timedelta:
    """Return 15s, 5m, 2h or 30d as a span of time."""
    return int(text[:-1]) * UNITS[text[-1]]


def read(text: str) -> Iterator[Step]:
    """Yield the steps of a story."""
    for number, line in enumerate(text.splitlines(), start=1):
        said = re.sub(r"(^|\s)#.*$", "", line).strip()
        if not said:
            continue
        left, _, right = said.partition("->")
        name, *parts = left.split()
        options = dict(part.split("=", 1) for part in parts if "=" in part)
        words = tuple(part for part in parts if "=" not in part)
        expected = " ".join(right.split()) if "->" in said else None
        yield Step(number, line.strip(), name, words, options, expected)


def run(world: World, text: str) -> None:
    """Do what the story tells, and stop at the first line that comes out differently."""
    steps = list(read(text))
    assert steps, "A story has lines."
    for step in steps:
        assert step.verb in VERBS, f"Line {step.line}: no verb is called “{step.verb}”."
        answer = _answer(world, step)
        if step.expected is None:
            refused = isinstance(answer, Told)
            assert not refused, f"Line {step.line}: {step.text}\n  was refused with {answer}"
        else:
            found = str(answer)
            problem = f"Line {step.line}: {step.text}\n  came out as -> {found}"
            assert found == step.expected, problem


def _answer(world: World, step: Step) -> object:
    try:
        return VERBS[step.verb](world, step)
    except Told as refused:
        return refused
    except DomainError as refused:
        return Told(refused.code)


def load_verbs() -> None:
    """Import every file of verbs beside this one."""
    for path in sorted(HERE.glob("verbs_*.py")):
        importlib.import_module(f"tests.stories.{path.stem}")


@verb("wait")
def _wait(world: World, step: Step) -> None:
    """Let time pass: `wait 1s`."""
    world.now += span(step.words[0])


@verb("today")
def _today(world: World, step: Step) -> None:
    """Set the clock: `today 2026-03-02`."""
    world.now = world.at(step.words[0])
