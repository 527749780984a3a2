"""The audit as a file for spreadsheets: one line an entry, its differences in one cell."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

import orjson

from huitong.platform import ids
from huitong.platform.audit.acts import ACT_NAMES, Act
from huitong.platform.audit.model import AUDIT_PREFIX, Difference, Entry
from huitong.platform.audit.rules import differences
from huitong.platform.spreadsheets import guarded

HEADER = (
    "entry",
    "recorded_at",
    "actor",
    "actor_name",
    "address",
    "agent",
    "request",
    "brand",
    "act",
    "act_zh",
    "act_en",
    "subject",
    "reason",
    "changes",
)
# A Chinese Windows opens a file without it as GBK.
MARK = "\ufeff"


def file_of(entries: Iterable[Entry], brands: Mapping[int, str]) -> Iterator[str]:
    """Yield the lines of the file, its heading first; `brands` are codes by id.

    Every cell is guarded: a subject or a reason that begins like a formula is text.
    """
    yield MARK + _line(HEADER)
    for entry in entries:
        yield _line(_cells(entry, brands))


def _cells(entry: Entry, brands: Mapping[int, str]) -> tuple[str, ...]:
    name = ACT_NAMES.get(Act(entry.act)) if entry.act in set(Act) else None
    changes = differences(entry.before, entry.after)
    return (
        ids.show(AUDIT_PREFIX, entry.id),
        entry.recorded_at.isoformat(timespec="seconds"),
        entry.actor,
        entry.actor_name or "",
        entry.address or "",
        entry.agent or "",
        entry.request_id or "",
        brands.get(entry.brand_id, "") if entry.brand_id else "",
        entry.act,
        name.chinese if name else "",
        name.english if name else "",
        entry.subject,
        entry.reason or "",
        "; ".join(_told(change) for change in changes),
    )


def _told(change: Difference) -> str:
    return f"{change.path}: {_value(change.before)} → {_value(change.after)}"


def _value(value: object) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow([guarded(cell) for cell in cells])
    return text.getvalue()
