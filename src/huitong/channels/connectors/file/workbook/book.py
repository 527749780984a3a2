"""What a workbook says of itself: its sheets, its calendar, which styles are dates."""

import re
import zipfile
from dataclasses import dataclass
from datetime import datetime

from huitong.channels.connectors.file.workbook.cells import DAYS_OF_1900, DAYS_OF_1904
from huitong.channels.connectors.file.workbook.xml import elements

# The number formats of dates and times that every workbook has without writing them.
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
NOT_OF_FORMAT = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by its name, and the part of the workbook that it is."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a workbook says of itself: its sheets, its calendar, which styles are dates."""

    sheets: tuple[Sheet, ...]
    first_day: datetime
    trusts_formulas: bool
    dates: frozenset[int]
    texts_part: str | None


def plan_of(parts: zipfile.ZipFile) -> Plan:
    """Return what a workbook says of itself."""
    targets: dict[str, str] = {}
    texts_part: str | None = None
    for name, at in elements(parts, "xl/_rels/workbook.xml.rels"):
        if name != "Relationship":
            continue
        target = at.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        targets[at.get("Id", "")] = part
        if at.get("Type", "").endswith("/sharedStrings") and part in parts.namelist():
            texts_part = part
    sheets, first_day, trusts = [], DAYS_OF_1900, True
    for name, at in elements(parts, "xl/workbook.xml"):
        if name == "sheet" and at.get("state", "visible") == "visible":
            part = targets.get(next((v for k, v in at.items() if k.endswith(":id")), ""), "")
            # A chart stands on a sheet of its own, which has no rows.
            if "worksheets/" in part:
                sheets.append(Sheet(at.get("name", ""), part))
        elif name == "workbookPr" and at.get("date1904") in {"1", "true"}:
            first_day = DAYS_OF_1904
        elif name == "calcPr" and at.get("fullCalcOnLoad") in {"1", "true"}:
            trusts = False
    return Plan(tuple(sheets), first_day, trusts, _date_styles(parts), texts_part)


def _date_styles(parts: zipfile.ZipFile) -> frozenset[int]:
    """Return the places of the cell styles that show a number as a date or a time."""
    if "xl/styles.xml" not in parts.namelist():
        return frozenset()
    own: dict[int, bool] = {}
    found, place, is_of_cells = set(), 0, False
    for name, at in elements(parts, "xl/styles.xml", ends=True):
        if name == "numFmt":
            code = NOT_OF_FORMAT.sub("", at.get("formatCode", "")).casefold()
            own[int(at["numFmtId"])] = any(letter in code for letter in "ymdhs")
        elif name in {"cellXfs", "/cellXfs"}:
            is_of_cells = name == "cellXfs"
        elif name == "xf" and is_of_cells:
            number = int(at.get("numFmtId", "0"))
            if own.get(number, number in DATE_FORMATS):
                found.add(place)
            place += 1
    return frozenset(found)
