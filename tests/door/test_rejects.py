"""What is handed back is safe to open in a spreadsheet, and goes in again as it came."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from huitong.channels.connectors.file import Import, Mapping, import_file
from huitong.channels.connectors.file.mapping import REJECTED_COLUMNS
from huitong.channels.model import Order, RecordKind
from huitong.platform.db import Database, Scope
from tests.channels.make import Recorder, make_account
from tests.door.reading import ORDER_HEAD, order_row, orders, read, reasons
from tests.door.test_bad_input import TILL, TILL_HEAD, TILL_ROW, till
from tests.door.workbooks import write_workbook

# How cells begin that a spreadsheet takes for formulas.
FORMULAS = tuple("=+-@\t\r＝＋－＠")
NOTES = ("=1+1", "'=1+1", "''=1+1", "+86 138", "-12.50", "-1+1", "@SUM(A1)", "－5", "'quoted'")
Take = Callable[..., Path]


@pytest.fixture
def refuse(database: Database, group_id: int, now: datetime) -> Take:
    """Return a function that imports a file, refuses some orders and returns the reject file."""

    def take(path: Path, *keys: str, mapping: Mapping | None = None) -> Path:
        report = import_file(
            database,
            Scope(group_id),
            Import(path, RecordKind.ORDER, make_account(group_id), mapping),
            appliers=[Recorder(refuses=keys).apply],
            clock=lambda: now,
        )
        assert report.rejects is not None
        return report.rejects

    return take


def notes_of(path: Path) -> list[object]:
    return [one.record.attributes["note"] for one in read(path) if isinstance(one.record, Order)]


def cells_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def sales(folder: Path) -> Path:
    """Write a file of orders whose notes begin like formulas, and a row that is none."""
    rows = [[*order_row(f"N{at}"), note] for at, note in enumerate(NOTES)]
    path = folder / "sales.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*ORDER_HEAD, "attributes.note"], *rows, ["=too", "few"]])
    return path


KEYS = tuple(f"N{at}" for at in range(len(NOTES)))


class TestFormulas:
    def test_no_cell_is_one_and_negative_numbers_are_numbers(
        self, refuse: Take, tmp_path: Path
    ) -> None:
        written = [cell for row in cells_of(refuse(sales(tmp_path), *KEYS)) for cell in row]
        assert [cell for cell in written if cell.startswith(FORMULAS)] == ["-12.50"]
        assert "'=too,few" in written

    def test_what_is_handed_back_goes_in_as_it_came(self, refuse: Take, tmp_path: Path) -> None:
        path = sales(tmp_path)
        assert notes_of(path) == list(NOTES)
        assert notes_of(refuse(path, *KEYS)) == list(NOTES)

    def test_it_does_so_from_a_workbook_too(self, refuse: Take, tmp_path: Path) -> None:
        rows = cells_of(refuse(sales(tmp_path), *KEYS))
        saved = write_workbook(tmp_path / "saved.xlsx", {"S": rows[:-1]})
        assert notes_of(saved) == list(NOTES)

    def test_guards_of_the_sender_stay(self, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [[*ORDER_HEAD, "attributes.note"], [*order_row("A1"), "'=1+1"]]
            )
        assert notes_of(path) == ["'=1+1"]

    def test_headings_that_look_like_formulas_are_found_again(
        self, refuse: Take, tmp_path: Path
    ) -> None:
        mapping = till(fields={**TILL["fields"], "lines.sku": "=货号"})  # type: ignore[dict-item]
        path = tmp_path / "x.csv"
        path.write_text(TILL_HEAD.replace("货号", "=货号") + TILL_ROW, encoding="utf-8")
        rejects = refuse(path, "T1", mapping=mapping)
        assert "'=货号" in cells_of(rejects)[0]
        assert orders(rejects, mapping)["T1"].lines[0].sku == "S1"


def test_rows_refused_twice_are_handed_back_twice(refuse: Take, tmp_path: Path) -> None:
    twice = refuse(refuse(sales(tmp_path), *KEYS), *KEYS)
    head, *_ = cells_of(twice)
    assert head == [*REJECTED_COLUMNS, *ORDER_HEAD, "attributes.note"]
    assert notes_of(twice) == list(NOTES)
    assert list(reasons(twice)) != []
