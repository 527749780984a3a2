"""What stands in a cell, as a text a person would write."""

import math
import re
from datetime import datetime, timedelta
from functools import cache

from huitong.channels.connectors.file.rows import CELL_LENGTH_MAX
from huitong.channels.connectors.file.workbook.xml import Wrong

# What stands in a cell whose formula was saved without its value, as Excel marks its own errors.
NO_VALUE = "#FORMULA?"
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", NO_VALUE)

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
DAYS_OF_1900, DAYS_OF_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - no zone
# Excel believes in 29 February 1900.
LEAP_DAY_OF_1900 = 60
SERIAL_MAX = 2_958_466
DIGITS_MAX = 15
EXACT_MAX = 10**DIGITS_MAX
# What is kept of a cell that is longer than any may be.
KEPT_LENGTH = 100
# Every sheet has columns A to XFD.
COLUMN_LETTERS_MAX = 3


class Said:
    """What is said in a cell or a shared text, piece by piece; of a long one only the beginning."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.length = 0

    def add(self, piece: str) -> None:
        """Take one more piece."""
        self.length += len(piece)
        if self.length <= CELL_LENGTH_MAX:
            self._pieces.append(piece)
        else:
            self._pieces = ["".join(self._pieces)[:KEPT_LENGTH] + "…"]

    def text(self) -> str:
        """Return what is kept of it."""
        return "".join(self._pieces)


def number_said(value: str) -> str:
    """Return a number as Excel shows it whole: 15 digits, which is all that it keeps."""
    try:
        number = float(value)
    except ValueError:
        return value
    if not math.isfinite(number):
        return value
    if number == int(number) and abs(number) < EXACT_MAX:
        return str(int(number))
    return format(number, f".{DIGITS_MAX}g").replace("e", "E")


def instant_said(value: str, first_day: datetime) -> str:
    """Return the time that a number of days since a first day is, to the second."""
    try:
        days = float(value)
    except ValueError:
        return value
    if not 0 <= days < SERIAL_MAX:
        return number_said(value)
    if first_day is DAYS_OF_1900 and days < LEAP_DAY_OF_1900:
        days += 1
    moment = first_day + timedelta(seconds=round(days * 86_400))
    is_day = moment.hour == moment.minute == moment.second == 0
    return moment.strftime("%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M:%S")


def unescaped(text: str) -> str:
    """Return a text with the characters that XML could not hold."""
    return ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) if "_x" in text else text


def column_of(reference: str) -> int:
    """Return the place of a cell's column: 0 for A12, 26 for AA1."""
    letters = reference.rstrip("0123456789")
    if len(letters) > COLUMN_LETTERS_MAX:
        message = "it names a column that no sheet has; open it in Excel and save it again"
        raise Wrong(message)
    return _column_of_letters(letters)


@cache
def _column_of_letters(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
