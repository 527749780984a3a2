"""Writes a person's data down: as JSON for programs, as one page of HTML for the person.

The page brings everything with it, runs no program, and shows Chinese until it is switched.
"""

import errno
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from huitong.entry.rights.labels import INTRODUCTION, LABELS, NOTHING, SWITCH, TITLE, Label
from huitong.platform.errors import DomainError, Kind

DATA_FILE = "personal-data.json"
PAGE_FILE = "personal-data.html"
PRIVATE = 0o600
FEN_PER_YUAN = 100
ZONE = ZoneInfo("Asia/Shanghai")
HIDDEN_FIELDS = frozenset({"form", "id", "brand_id", "owner", "customer_id", "account_id"})

STYLE = """
body { font: 15px/1.6 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
       color: #1c1e21; background: #fff }
h1 { font-size: 1.6rem }
h2 { font-size: 1.2rem; border-bottom: 1px solid #d0d4da; margin-top: 2rem }
table { border-collapse: collapse; margin: .4rem 0 } th, td { border: 1px solid #d0d4da;
       padding: .2rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { background: #f3f5f8; font-weight: 600 } .none { color: #6a7079 }
.en { display: none }
#english:checked ~ main .en { display: inline } #english:checked ~ main .zh { display: none }
@media print { .switch, #english { display: none } }
"""


@dataclass(eq=False)
class CopyExists(DomainError):
    """A file of that name is there already, and nobody said that it may be replaced."""

    code: ClassVar[str] = "platform.copy_exists"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "{path} is there already: choose another folder, or say “--replace” to write over it."
    )
    path: str


@dataclass(eq=False)
class NotAPlainFile(DomainError):
    """A link, or something else that is no plain file, stands where a copy would be written."""

    code: ClassVar[str] = "platform.not_a_plain_file"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "{path} is a link or no file at all, and would carry personal data elsewhere: remove it, or"
        " choose another folder."
    )
    path: str


def check(folder: Path, *, replace: bool) -> None:
    """Refuse a folder into which a copy could not be written.

    :raises CopyExists: when it holds one already and `replace` does not allow to write over it.
    :raises NotAPlainFile: when a link or the like stands where a file would be written.
    """
    for path in (folder / DATA_FILE, folder / PAGE_FILE):
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue
        _check_plain(path, found)
        if not replace:
            raise CopyExists(path=str(path))


def write(
    document: Mapping[str, object], *, folder: Path, replace: bool = False
) -> tuple[Path, Path]:
    """Write the document and its page into a folder, readable by its owner alone.

    :raises CopyExists: when it holds one already and `replace` does not allow to write over it.
    :raises NotAPlainFile: when a link or the like stands where a file would be written.
    """
    check(folder, replace=replace)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    data, page = folder / DATA_FILE, folder / PAGE_FILE
    _write_private(data, as_json(document), replace=replace)
    _write_private(page, as_html(document), replace=replace)
    return data, page


def as_json(document: Mapping[str, object]) -> str:
    """Return the document for programs; instants in RFC 3339, money in fen."""
    return json.dumps(document, ensure_ascii=False, indent=2, default=_plain) + "\n"


def as_html(document: Mapping[str, object]) -> str:
    """Return the document as one page for the person, in Chinese with a switch to English."""
    parts = "".join(
        f"<h2>{_both(_label(name))}</h2>{_shown(part, name)}"
        for name, part in document.items()
        if name not in HIDDEN_FIELDS
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(TITLE.chinese)} · {escape(TITLE.english)}</title><style>{STYLE}</style>"
        '</head><body><input type="checkbox" id="english">'
        f'<label class="switch" for="english">{escape(SWITCH.chinese)} / {escape(SWITCH.english)}'
        f"</label><main><h1>{_both(TITLE)}</h1><p>{_both(INTRODUCTION)}</p>{parts}</main>"
        "</body></html>\n"
    )


def _shown(value: object, name: str) -> str:
    match value:
        case Mapping():
            return _facts(value)
        case str():
            return _text(value, name)
        case Sequence() if value and all(isinstance(one, Mapping) for one in value):
            return _table([one for one in value if isinstance(one, Mapping)])
        case Sequence() if value:
            return escape("、".join(str(one) for one in value))
        case None | Sequence():
            return f'<span class="none">{_both(NOTHING)}</span>'
        case _:
            return _text(value, name)


def _facts(facts: Mapping[str, object]) -> str:
    rows = "".join(
        f"<tr><th>{_both(_label(name))}</th><td>{_shown(value, name)}</td></tr>"
        for name, value in facts.items()
        if name not in HIDDEN_FIELDS and value not in _EMPTY
    )
    return f"<table>{rows}</table>" if rows else f'<span class="none">{_both(NOTHING)}</span>'


def _table(rows: Sequence[Mapping[str, object]]) -> str:
    names = list(_columns(rows))
    head = "".join(f"<th>{_both(_label(name))}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(row.get(name), name)}</td>" for name in names) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _columns(rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Yield the columns that hold anything, in the order in which they are met."""
    seen: set[str] = set()
    for row in rows:
        for name, value in row.items():
            if name not in seen and name not in HIDDEN_FIELDS and value not in _EMPTY:
                seen.add(name)
                yield name


def _cell(value: object, name: str) -> str:
    return "" if value in _EMPTY else _shown(value, name)


def _text(value: object, name: str) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, int) and name.endswith("_minor"):
        sign, fen = "-" if value < 0 else "", abs(value)
        return f"{sign}{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02}"
    return escape(str(_plain(value)))


def _label(name: str) -> Label:
    return LABELS.get(name, Label(name, name.replace("_", " ")))


def _both(label: Label) -> str:
    return (
        f'<span class="zh">{escape(label.chinese)}</span>'
        f'<span class="en" lang="en">{escape(label.english)}</span>'
    )


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def _write_private(path: Path, text: str, *, replace: bool) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE)
    except FileExistsError:
        if not replace:
            raise CopyExists(path=str(path)) from None
        descriptor = _open_again(path)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _open_again(path: Path) -> int:
    """Open a file that is there, make it private, then empty it."""
    try:
        # A pipe without a reader would be waited for.
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as trouble:
        if trouble.errno in (errno.ELOOP, errno.ENXIO):
            raise NotAPlainFile(path=str(path)) from None
        raise
    try:
        _check_plain(path, os.fstat(descriptor))
        os.fchmod(descriptor, PRIVATE)
        os.ftruncate(descriptor, 0)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _check_plain(path: Path, found: os.stat_result) -> None:
    # A second name of the file would be a second place of its content.
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        raise NotAPlainFile(path=str(path))


_EMPTY: tuple[object, ...] = (None, "", [], {}, ())
