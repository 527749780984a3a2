"""Workbooks come in as CSV files do; what is wrong with one is told in a sentence."""

from pathlib import Path

import pytest

from huitong.channels.connectors.file.forms import FileUnreadable
from huitong.channels.connectors.file.headings import COLUMNS_MAX
from huitong.channels.connectors.file.unpacking import UNPACKED_BYTES_FREE
from huitong.channels.connectors.file.workbook.sheet import EMPTY_ROWS_MAX
from tests.door.reading import ORDER_HEAD, order_row, orders, read, reasons
from tests.door.workbooks import MAIN, Row, cell, date_cell, sheet_of, with_sheet, write_workbook

FIXTURES = Path(__file__).parents[1] / "fixtures" / "file"
HEAD: Row = list(ORDER_HEAD)


@pytest.mark.parametrize("name", ["orders-openpyxl.xlsx", "orders-xlsxwriter.xlsx"])
def test_workbooks_of_other_programs_are_orders(name: str) -> None:
    found = orders(FIXTURES / name)
    assert list(found) == ["A1", "B2"]
    assert [line.sku for line in found["A1"].lines] == ["SHIRT", "SOCKS"]
    assert found["A1"].parties[0].identifiers[0].value == "13800138001"
    assert found["A1"].ordered_at.isoformat() == "2026-03-01T02:00:00+00:00"
    assert found["B2"].ordered_at.isoformat() == "2026-03-02T07:07:09+00:00"
    assert found["B2"].lines[0].sku == "帽子"


class TestCells:
    def test_a_formula_without_its_value_refuses_its_record_alone(self) -> None:
        path = FIXTURES / "orders-formula.xlsx"
        assert list(orders(path)) == ["A1"]
        assert reasons(path) == {
            4: "“paid_minor” (“#FORMULA?”) is a formula that was saved without its value; open the"
            " workbook, put that right, save it and import it again."
        }

    def test_a_formula_that_was_saved_with_its_value_is_the_value(self, tmp_path: Path) -> None:
        row = order_row("A1")
        row[4] = "<c><f>D2-10</f><v>90</v></c>"
        path = write_workbook(tmp_path / "x.xlsx", {"S": [HEAD, row]})
        assert orders(path)["A1"].paid_minor == 90

    def test_values_that_the_program_wants_computed_anew_are_not_believed(
        self, tmp_path: Path
    ) -> None:
        row = order_row("A1")
        row[4] = "<c><f>D2-10</f><v>0</v></c>"
        book = '<calcPr fullCalcOnLoad="1"/>'
        path = write_workbook(tmp_path / "x.xlsx", {"S": [HEAD, row]}, book=book)
        assert "saved without its value" in reasons(path)[2]

    def test_an_error_of_the_spreadsheet_refuses_its_record(self, tmp_path: Path) -> None:
        row = order_row("A1")
        row[6] = '<c t="e"><v>#N/A</v></c>'
        path = write_workbook(tmp_path / "x.xlsx", {"S": [HEAD, row, order_row("A2")]})
        assert reasons(path)[2].startswith("“lines.sku” of item 1 (“#N/A”) is an error")
        assert list(orders(path)) == ["A2"]

    def test_a_long_number_that_lost_its_digits_is_refused(self, tmp_path: Path) -> None:
        row = order_row("A1")
        row[0] = "<c><v>1.2345678901234568E+18</v></c>"
        path = write_workbook(tmp_path / "x.xlsx", {"S": [HEAD, row]})
        assert "was shortened by a spreadsheet; export it as text" in reasons(path)[2]

    def test_numbers_are_written_as_people_write_them(self, tmp_path: Path) -> None:
        row = order_row("A1")
        row[0], row[4] = 13800138001, "<c><v>90.00000000000001</v></c>"
        path = write_workbook(tmp_path / "x.xlsx", {"S": [HEAD, row]})
        assert orders(path)["13800138001"].paid_minor == 90

    def test_days_of_both_calendars_are_days(self, tmp_path: Path) -> None:
        row = order_row("A1")
        row[1] = date_cell(46082.4375)
        path = write_workbook(tmp_path / "x.xlsx", {"S": [HEAD, row]})
        assert orders(path)["A1"].ordered_at.isoformat() == "2026-03-01T02:30:00+00:00"
        row[1] = date_cell(46082.4375 - 1462, style=2)
        book = '<workbookPr date1904="1"/>'
        path = write_workbook(tmp_path / "y.xlsx", {"S": [HEAD, row]}, book=book)
        assert orders(path)["A1"].ordered_at.isoformat() == "2026-03-01T02:30:00+00:00"


class TestSheets:
    def test_titles_above_the_headings_are_passed_over_and_rows_keep_their_numbers(
        self, tmp_path: Path
    ) -> None:
        rows: list[Row] = [["三月订单"], [], HEAD, order_row("A1"), [], order_row("", quantity=1)]
        path = write_workbook(tmp_path / "x.xlsx", {"S": rows})
        assert [(one.row, one.external_id) for one in read(path) if one.record] == [(4, "A1")]
        assert list(reasons(path)) == [6]

    def test_a_sheet_is_chosen_by_name_when_several_have_rows(self, tmp_path: Path) -> None:
        sheets = {"一月": [HEAD, order_row("A1")], "二月": [HEAD, order_row("A2")], "空": []}
        path = write_workbook(tmp_path / "x.xlsx", sheets)
        with pytest.raises(FileUnreadable, match=r"“一月”, “二月”.*--sheet"):
            read(path)
        assert list(orders(path, sheet="二月")) == ["A2"]
        with pytest.raises(FileUnreadable, match="no sheet “三月”; its sheets are “一月”"):
            read(path, sheet="三月")

    def test_notes_beside_the_table_do_no_harm(self, tmp_path: Path) -> None:
        rows: list[Row] = [HEAD, [*order_row("A1"), "", "a note"], order_row("A2")]
        rows += [order_row(f"B{at}") for at in range(40)]
        rows += [[*order_row("C1"), "", "", "a note beyond all others"]]
        path = write_workbook(tmp_path / "x.xlsx", {"S": rows})
        assert len(orders(path)) == 42
        assert "too many columns" in reasons(path)[44]

    def test_a_heading_that_is_read_may_not_stand_twice(self, tmp_path: Path) -> None:
        path = write_workbook(tmp_path / "x.xlsx", {"S": [[*HEAD, "status"], order_row("A1")]})
        with pytest.raises(FileUnreadable, match="“status” stands twice in row 1"):
            read(path)


class TestHarm:
    def test_a_bomb_is_not_unpacked(self, tmp_path: Path) -> None:
        filler = "0" * (UNPACKED_BYTES_FREE + 1)
        path = write_workbook(
            tmp_path / "x.xlsx", {"S": [HEAD]}, extra={"xl/media/image1.png": filler}
        )
        assert path.stat().st_size < 1_000_000
        with pytest.raises(FileUnreadable, match="which no honest workbook does"):
            read(path)

    def test_entities_are_refused(self, tmp_path: Path) -> None:
        bomb = f'<!DOCTYPE x [<!ENTITY a "aaaa">]>{sheet_of([HEAD])}'
        path = with_sheet(write_workbook(tmp_path / "x.xlsx", {"S": []}), bomb)
        with pytest.raises(FileUnreadable, match="declares a document type"):
            read(path)

    def test_a_lonely_cell_far_away_takes_no_memory(self, tmp_path: Path) -> None:
        far = f'<row r="{EMPTY_ROWS_MAX + 9}"><c r="XFD{EMPTY_ROWS_MAX + 9}"><v>1</v></c></row>'
        sheet = (
            f'<worksheet xmlns="{MAIN}"><sheetData><row>{"".join(map(cell, HEAD))}</row>{far}'
            "</sheetData></worksheet>"
        )
        path = with_sheet(write_workbook(tmp_path / "x.xlsx", {"S": []}), sheet)
        with pytest.raises(FileUnreadable, match="without the empty rows"):
            read(path)

    def test_more_columns_than_any_table_has_are_refused(self, tmp_path: Path) -> None:
        many = [*HEAD, *(f"attributes.a{at}" for at in range(COLUMNS_MAX))]
        path = write_workbook(tmp_path / "x.xlsx", {"S": [many]})
        with pytest.raises(FileUnreadable, match="more than 1000 columns"):
            read(path)

    @pytest.mark.parametrize(
        "name,content,sentence",
        [
            ("x.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"...", "old Excel file"),
            ("x.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"...", "locked with a password"),
            ("x.xls", b"<html><table>", "is no Excel workbook"),
            ("x.xlsx", b"PK\x03\x04 and no more", "is damaged"),
            ("x.csv", b"PK\x03\x04", "give it its own name"),
        ],
    )
    def test_what_is_no_workbook_is_told_with_the_remedy(
        self, tmp_path: Path, name: str, content: bytes, sentence: str
    ) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileUnreadable, match=sentence):
            read(tmp_path / name)
