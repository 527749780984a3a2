"""How unforeseen errors are told: their kind and where they arose, never their text.

The text of an error may quote the values of a row, and those may be personal.
"""

import traceback

from huitong.platform import logs

log = logs.logger(__name__)


def report(event: str, error: BaseException) -> None:
    """Write an unforeseen error to the log, with the lines of code that led to it."""
    frames = traceback.extract_tb(error.__traceback__)
    way = " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames)
    log.error(event, error=type(error).__name__, way=way)


def sentence(error: BaseException) -> str:
    """Return an error's kind and place, for people who look at the row that met it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "unknown"
    return f"An error that nobody foresaw: {type(error).__name__} in {place}."
