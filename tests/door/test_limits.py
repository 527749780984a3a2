"""A cell, a row or a packed file beyond all measure is one sentence, and memory stays bounded."""

import gzip
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from huitong.channels.connectors.file.forms import FileUnreadable
from huitong.channels.connectors.file.rows import CELL_LENGTH_MAX, RECORD_LENGTH_MAX
from huitong.channels.connectors.file.unpacking import (
    UNPACKED_BYTES_FREE,
    UNPACKED_BYTES_MAX,
    unpacked_bytes_max,
)
from tests.channels.make import make_order_text
from tests.door.reading import ORDER_HEAD, csv_of, order_row, orders, read, reasons
from tests.door.test_bad_input import checked_apart, order_line, written
from tests.door.workbooks import MAIN, cell, sheet_of, with_sheet, write_workbook

HUGE = 100_000_000
MEGABYTE = 1 << 20
NOTED = ",".join(ORDER_HEAD) + ",attributes.note\n"


def noise(length: int) -> str:
    """Return a text that no packing makes much smaller."""
    return random.Random(7).randbytes(length // 2).hex()


def csv_with(folder: Path, note: str) -> Path:
    return written(folder, NOTED + noted(1, "fine") + noted(2, note) + noted(3, "x"))


def noted(at: int, note: str) -> str:
    return order_line(at).replace("\n", f",{note}\n")


def ndjson_with(folder: Path, note: str) -> Path:
    texts = [make_order_text("N1"), make_order_text("N2", attributes={"note": note})]
    return written(folder, b"\n".join([*texts, make_order_text("N3")]), "x.ndjson")


def workbook_with(folder: Path, note: str) -> Path:
    rows = [[*order_row("N1"), "fine"], [*order_row("N2"), note], [*order_row("N3"), "x"]]
    return write_workbook(folder / "x.xlsx", {"S": [[*ORDER_HEAD, "attributes.note"], *rows]})


def workbook_sharing(folder: Path, note: str) -> Path:
    """Write a workbook whose note is a shared text."""
    path = workbook_with(folder, '<c t="s"><v>0</v></c>')
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}"><si><t>{note}</t></si></sst>')
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
        relations = file.read("xl/_rels/workbook.xml.rels").decode()
    shared = f'<Relationship Id="rId9" Type="{kind}" Target="sharedStrings.xml"/>'
    return replaced(
        path, "xl/_rels/workbook.xml.rels", relations.replace("</Rel", f"{shared}</Rel")
    )


def replaced(path: Path, part: str, content: str) -> Path:
    with zipfile.ZipFile(path) as before:
        parts = {one: before.read(one) for one in before.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, kept in parts.items():
            file.writestr(name, content if name == part else kept)
    return path


@pytest.mark.parametrize(
    "write,sentence",
    [
        (
            csv_with,
            "Column 11 holds more than 1,000,000 characters, the most that a cell may (the whole r",
        ),
        (ndjson_with, "The line has 100,000,2"),
        (
            workbook_with,
            "Column 11 holds 100,000,000 characters, of at most 1,000,000 in a cell;",
        ),
        (
            workbook_sharing,
            "Column 11 holds 100,000,000 characters, of at most 1,000,000 in a cell;",
        ),
    ],
)
class TestHugeCells:
    def test_one_is_a_sentence_and_the_rows_around_it_go_on(
        self, tmp_path: Path, write: Callable[[Path, str], Path], sentence: str
    ) -> None:
        path = write(tmp_path, noise(HUGE))
        ((row, said),) = reasons(path).items()
        assert row == (2 if path.suffix == ".ndjson" else 3)
        assert said.startswith(sentence)
        assert said.endswith("; shorten what is that long, or leave it out.")
        applied, refused, grown = checked_apart(path)
        assert (applied, refused) == (2, 1)
        assert grown < 400 * MEGABYTE


class TestLongCells:
    @pytest.mark.parametrize("note", ["帽" * 900_000, '""' * 450_000, "a b" * 300_000])
    def test_one_within_the_limit_takes_no_other_row_with_it(
        self, tmp_path: Path, note: str
    ) -> None:
        path = csv_with(tmp_path, f'"{note}"')
        assert [one.row for one in read(path) if one.record] == [2, 4]
        (said,) = reasons(path).values()
        assert said.startswith("“attributes” is longer than")
        assert len(said) < 200

    def test_characters_are_counted_not_bytes(self, tmp_path: Path) -> None:
        (said,) = reasons(workbook_sharing(tmp_path, "帽" * 900_000)).values()
        assert said.startswith("“attributes” is longer than")

    @pytest.mark.parametrize("write", [csv_with, workbook_with])
    def test_the_limit_itself_is_no_fault_of_the_row(
        self, tmp_path: Path, write: Callable[[Path, str], Path]
    ) -> None:
        (said,) = reasons(write(tmp_path, "x" * CELL_LENGTH_MAX)).values()
        assert said.startswith("“attributes” is longer than")
        (said,) = reasons(write(tmp_path, "x" * (CELL_LENGTH_MAX + 1))).values()
        assert said.startswith("Column 11 holds")

    def test_a_quoted_cell_of_many_lines_is_told_as_one(self, tmp_path: Path) -> None:
        lines = "\n".join(["y" * 99_999] * 12)
        found = reasons(csv_with(tmp_path, f'"{lines}"'))
        assert "a cell in quotes does not end within 1,000,000 characters" in found[3]

    def test_a_row_of_many_cells_has_a_limit_too(self, tmp_path: Path) -> None:
        row = ",".join(["z" * 900_000] * 3)
        (said,) = reasons(csv_with(tmp_path, row)).values()
        assert said.startswith("The row has 2,700,0")
        assert f"of at most {RECORD_LENGTH_MAX:,}" in said

    def test_a_heading_has_one_too(self, tmp_path: Path) -> None:
        path = written(tmp_path, NOTED.replace("note", "n" * 600) + noted(1, "x"))
        with pytest.raises(FileUnreadable, match="column 11 of row 1 has a heading of 611 char"):
            read(path)


class TestWorkbooks:
    def test_empty_shared_texts_beyond_the_headings_are_no_cells(self, tmp_path: Path) -> None:
        path = workbook_sharing(tmp_path, "")
        empty = '<c t="s"><v>0</v></c>'
        rows = "".join(map(cell, order_row("A1"))) + empty * 3
        sheet = f"<worksheet><sheetData>{head()}<row>{rows}</row></sheetData></worksheet>"
        assert list(orders(with_sheet(path, sheet))) == ["A1"]

    def test_one_shared_text_in_every_cell_fills_no_disk(self, tmp_path: Path) -> None:
        path = workbook_sharing(tmp_path, noise(CELL_LENGTH_MAX))
        rows = "".join('<row><c t="s"><v>0</v></c></row>' for _ in range(1_000))
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{head()}{rows}</sheetData></worksheet>'
        with pytest.raises(FileUnreadable, match=r"its cells say more than [0-9,]+ characters"):
            read(with_sheet(path, sheet))

    @pytest.mark.parametrize(
        "harm,sentence",
        [
            (f"<!-- {'-x' * 4_000_000} -->", "a tag or a comment in it is longer than 4 MB"),
            (f'<row><c r="{"A" * 100_000}1"/></row>', "names a column that no sheet has"),
        ],
    )
    def test_what_the_parser_would_hold_or_count_for_ever_is_refused(
        self, tmp_path: Path, harm: str, sentence: str
    ) -> None:
        sheet = sheet_of([list(ORDER_HEAD)]).replace("</sheetData>", f"{harm}</sheetData>")
        path = with_sheet(write_workbook(tmp_path / "x.xlsx", {"S": []}), sheet)
        with pytest.raises(FileUnreadable, match=sentence):
            read(path)


def head() -> str:
    return f"<row>{''.join(map(cell, ORDER_HEAD))}</row>"


class TestBombs:
    @pytest.mark.parametrize("name", ["x.csv.gz", "x.ndjson.gz"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_a_packed_text_is_unpacked_no_further_than_a_workbook(
        self, tmp_path: Path, name: str, encoding: str
    ) -> None:
        path = tmp_path / name
        with gzip.open(path, "wb", compresslevel=9) as file:
            for block in bomb(encoding):
                file.write(block)
        with pytest.raises(FileUnreadable, match="unpacks to more than 120 times its size"):
            read(path)

    def test_the_limits_are_those_of_a_workbook(self) -> None:
        assert unpacked_bytes_max(1_000) == UNPACKED_BYTES_FREE
        assert unpacked_bytes_max(10 * MEGABYTE) == 1_200 * MEGABYTE
        assert unpacked_bytes_max(1 << 40) == UNPACKED_BYTES_MAX

    def test_an_honest_packed_file_is_read(self, tmp_path: Path) -> None:
        content = gzip.compress(csv_of(order_row("A1")).encode())
        assert list(orders(written(tmp_path, content, "x.csv.gz"))) == ["A1"]


def bomb(encoding: str) -> Iterator[bytes]:
    yield csv_of(order_row("A1")).encode(encoding)
    filler = ("0" * 999 + "\n") * 1_000
    block = filler.encode(encoding).removeprefix(b"\xff\xfe")
    for _ in range(70 * MEGABYTE // len(block) + 1):
        yield block
