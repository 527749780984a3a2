"""Structured logs that hold ids only: one JSON object a line, or colours for people.

What is or looks personal (see `personal`) is hidden on every line, those of libraries included.
"""

import logging
import re
import secrets
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final, TextIO

import orjson

from huitong.platform import personal
from huitong.platform.settings import LogFormat, LogLevel

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger
    from structlog.typing import EventDict, Processor, WrappedLogger

# structlog brings a quarter of a second with it (it looks for rich), so it is imported when the
# process logs, not when somebody asks for `--help`.

TRACE_PARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
NO_TRACE: Final = "0" * 32


def configure(style: LogFormat, level: LogLevel, *, to: TextIO | None = None) -> None:
    """Send every log line of the process, those of libraries included, to `to` (stderr)."""
    import structlog

    shared = _shared()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level.value),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _last(style)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value.upper())


def logger(name: str) -> "BoundLogger":
    """Return the logger of a module; its fields are ids, numbers and codes."""
    import structlog

    found: BoundLogger = structlog.stdlib.get_logger(name)
    return found


def context(
    *,
    request_id: str | None = None,
    trace_id: str | None = None,
    group_id: int | None = None,
    job_id: int | None = None,
    job_kind: str | None = None,
    topic: str | None = None,
) -> AbstractContextManager[None]:
    """Put the given ids on every line that the block writes."""
    import structlog

    ids = {
        "request_id": request_id,
        "trace_id": trace_id,
        "group_id": group_id,
        "job_id": job_id,
        "job_kind": job_kind,
        "topic": topic,
    }
    given = {name: value for name, value in ids.items() if value is not None}
    return structlog.contextvars.bound_contextvars(**given)


def new_request_id() -> str:
    """Return a random id for one request or one run of a job."""
    return secrets.token_hex(8)


def trace_id_of(traceparent: str | None) -> str:
    """Return the trace id of a W3C `traceparent` header, or a new one without a valid header."""
    found = TRACE_PARENT.fullmatch(traceparent or "")
    if found is None or found[1] == NO_TRACE:
        return secrets.token_hex(16)
    return found[1]


def hide_personal(_logger: "WrappedLogger", _method: str, line: "EventDict") -> "EventDict":
    """Hide what is or looks personal in one log line; a processor of structlog."""
    own = {name: line[name] for name in line if name.startswith("_")}
    rest = {name: value for name, value in line.items() if name not in own}
    return personal.hidden_fields(rest) | own


def _shared() -> "list[Processor]":
    import structlog

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        hide_personal,
    ]


def _last(style: LogFormat) -> "Processor":
    import structlog

    if style is LogFormat.CONSOLE:
        return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    return _as_json


def _as_json(_logger: "WrappedLogger", _method: str, line: "EventDict") -> str:
    return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
