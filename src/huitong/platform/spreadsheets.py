"""Cells of files that people open in a spreadsheet: none is a formula, each comes back as it was.

A cell that a stranger filled may begin like a formula, which a spreadsheet would run. Every
exporter writes such cells with a guard before them; whoever reads an export takes the guard off.
"""

import re

GUARD = "'"
# What a spreadsheet takes for a formula, or strips until it is one; guards before it count too, so
# that a cell which came with one is told from a cell which got one. RE2 reads it the same way.
FORMULA = "'*[ \u00a0\u3000]*[-=+@\t\r\n＝＋－＠]"
_FORMULA = re.compile(FORMULA)
_GUARDED = re.compile(GUARD + FORMULA)
_NEGATIVE = re.compile(r"-[0-9][0-9,]*(\.[0-9]+)?")


def guarded(cell: str) -> str:
    """Return a cell as it is written to a file for spreadsheets: a negative number stays one."""
    if _FORMULA.match(cell) and not _NEGATIVE.fullmatch(cell):
        return GUARD + cell
    return cell


def unguarded(cell: str) -> str:
    """Return a cell of a file that was written with guards as it was before."""
    return cell[len(GUARD) :] if _GUARDED.match(cell) else cell
