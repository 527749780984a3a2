"""How a command gets at the platform: settings, logs, database, wiring; all imported late."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from huitong.platform.assembly import Platform
    from huitong.platform.settings import Settings

NAME_LENGTH_MAX = 60
# Where the audit says that a command came from.
HERE = "this machine"
PROGRAM = "huitong"


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
        wiring.running(load_settings(chatty=chatty)) as platform,
    ):
        yield platform


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
