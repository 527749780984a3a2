"""Small workbooks for tests, written by hand so that they can be wrong on purpose."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
# Style 1 is a date and time, style 2 a custom Chinese date, style 0 anything else.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="176"'
    ' formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="176"/></cellXfs></styleSheet>'
)
Row = Sequence[str | int | float]


def cell(value: str | float) -> str:
    """Return a cell; a text that begins with “<c” is one already."""
    if isinstance(value, str):
        if value.startswith("<c"):
            return value
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else "<c/>"
    return f"<c><v>{value}</v></c>"


def date_cell(serial: float, style: int = 1) -> str:
    return f'<c s="{style}"><v>{serial}</v></c>'


def write_workbook(
    path: Path,
    sheets: Mapping[str, Sequence[Row]],
    *,
    book: str = "",
    extra: dict[str, str] | None = None,
) -> Path:
    """Write a workbook of some sheets; `book` goes into its own part, `extra` are further parts."""
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"/>'
        for at, name in enumerate(sheets, start=1)
    )
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{RELATED}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": TYPES,
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}">{book}<sheets>{listed}</sheets>'
            "</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>'
        ),
        "xl/styles.xml": STYLES,
        **{
            f"xl/worksheets/sheet{at}.xml": sheet_of(rows)
            for at, rows in enumerate(sheets.values(), start=1)
        },
        **(extra or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def sheet_of(rows: Sequence[Row]) -> str:
    lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    return f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def with_sheet(path: Path, content: str) -> Path:
    """Replace the first sheet of a workbook."""
    with zipfile.ZipFile(path) as before:
        parts = {one: before.read(one) for one in before.namelist()}
    parts["xl/worksheets/sheet1.xml"] = content.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return path
