"""How a command gets at the platform: settings, logs, database, wiring; all imported late."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from huitong.platform.assembly import Platform
    from huitong.platform.settings import Settings


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

    with wiring.running(load_settings(chatty=chatty)) as platform:
        yield platform


def id_of(prefix: str, text: str) -> int:
    """Return the id that somebody typed.

    :raises typer.BadParameter: when it is not one of the kind that is asked for.
    """
    from huitong.platform import ids

    try:
        return ids.read(prefix, text)
    except ids.WrongId as wrong:
        raise typer.BadParameter(str(wrong)) from None
