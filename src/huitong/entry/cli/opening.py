"""How a command gets at the platform: settings, logs, database, wiring; all imported late."""

import getpass
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from huitong.platform.assembly import Platform
    from huitong.platform.audit import Command
    from huitong.platform.settings import Settings

NAME_LENGTH_MAX = 60
# Where the audit says that a command came from.
HERE = "this machine"
PROGRAM = "huitong"
CODE = re.compile(r"[a-z][a-z0-9_.:/-]{0,80}")
GIVEN = "…"


@dataclass(frozen=True, slots=True)
class Begun:
    """What somebody typed at the command line, as far as it may be told."""

    actor: str
    words: str
    arguments: list[str]


_begun: ContextVar[Begun | None] = ContextVar("huitong_begun", default=None)


def load_settings(*, chatty: bool = False) -> "Settings":
    """Read the settings and set up the log; a command that is not `chatty` logs warnings only."""
    from huitong.platform import logs, settings
    from huitong.platform.settings import LogLevel

    loaded = settings.load()
    quiet = not chatty and loaded.log_level is LogLevel.INFO
    logs.configure(loaded.log_format, LogLevel.WARNING if quiet else loaded.log_level)
    return loaded


@contextmanager
def opened(*, chatty: bool = False) -> Iterator["Platform"]:
    """Open the platform for one command; the embedded database runs as long as somebody uses it."""
    from huitong.entry import wiring
    from huitong.platform import audit

    with (
        audit.coming_from(address=HERE, agent=PROGRAM),
        audit.running_command(_command()),
        wiring.running(load_settings(chatty=chatty)) as platform,
    ):
        yield platform


def begin(context: typer.Context) -> None:
    """Keep what was typed, so that what a command changes can be told.

    Codes, ids and names of options are told as they are, of other texts only that they were given:
    they may be personal.
    """
    typed = _typed(sys.argv[1:])
    words = _words(context.command, typed)
    told = [_told(one) for one in typed[len(words) :]]
    _begun.set(Begun(actor=actor(context), words=" ".join(words), arguments=told))


def _command() -> "Command | None":
    from huitong.platform.audit import Command

    begun = _begun.get()
    if begun is None:
        return None
    given = {"arguments": begun.arguments} if begun.arguments else {}
    return Command(actor=begun.actor, words=begun.words, parameters=given)


def _typed(arguments: Sequence[str]) -> Sequence[str]:
    """Return what was typed after the options of `huitong` itself, each of which takes a value."""
    place = 0
    while place < len(arguments) and arguments[place].startswith("-"):
        place += 1 if "=" in arguments[place] else 2
    return arguments[place:]


def _words(command: object, typed: Sequence[str]) -> list[str]:
    """Return how many of the first words name a command, group by group."""
    words: list[str] = []
    for one in typed:
        known = getattr(command, "commands", {})
        if one not in known:
            break
        words.append(one)
        command = known[one]
    return words


def _told(argument: str) -> str:
    if argument.startswith("-"):
        return argument.partition("=")[0]
    return argument if CODE.fullmatch(argument) else GIVEN


def check_name(named: str | None) -> None:
    """Refuse a name that no journal could keep.

    :raises typer.BadParameter: when it is empty or long.
    """
    if named is not None and not 0 < len(named.strip()) <= NAME_LENGTH_MAX:
        message = f"Say in 1 to {NAME_LENGTH_MAX} characters who acts."
        raise typer.BadParameter(message, param_hint="--as")


def actor(context: typer.Context) -> str:
    """Return who runs a command, as journals keep it: named by `--as`, else this machine's user."""
    named = context.find_root().params["named"]
    return f"cli:{named.strip() if named else _user()}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        # A container may run as a number that has no name.
        return f"uid {os.getuid()}"


def id_of(prefix: str, text: str) -> int:
    """Return the id that somebody typed.

    :raises typer.BadParameter: when it is not one of the kind that is asked for.
    """
    from huitong.platform import ids

    try:
        return ids.read(prefix, text)
    except ids.WrongId as wrong:
        raise typer.BadParameter(str(wrong)) from None
