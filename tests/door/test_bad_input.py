"""Whatever a file is written like: one clear sentence, good rows applied, nothing lost."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from huitong.channels.connectors.file import Mapping
from huitong.channels.connectors.file.encodings import Encoding, encoding_of
from huitong.channels.connectors.file.forms import FileUnreadable, Form
from huitong.channels.connectors.file.layout import MissingColumns
from tests.door.reading import ORDER_HEAD, csv_of, order_row, orders, read, reasons

TILL = {
    "kind": "order",
    "zone": "Asia/Shanghai",
    "fields": {
        "order_no": {"columns": ["小票号", "单号"]},
        "ordered_at": "时间",
        "status": {"column": "状态", "values": {"成功": "completed"}},
        "close_reason": {"column": "关闭原因", "optional": True},
        "list_minor": {"sum": "lines.list_minor"},
        "paid_minor": {"sum": "lines.paid_minor"},
        "lines.line_id": {"position": True},
        "lines.sku": "货号",
        "lines.quantity": "数量",
        "lines.list_minor": {"column": "金额", "unit": "yuan"},
        "lines.paid_minor": {"column": "金额", "unit": "yuan"},
    },
}
TILL_HEAD = "小票号,时间,状态,货号,数量,金额\n"
TILL_ROW = "T1,2026-03-01 10:00:00,成功,S1,1,99.00\n"
GB = 1 << 30


def till(**changes: object) -> Mapping:
    return Mapping.model_validate({**TILL, **changes})


def written(folder: Path, content: str | bytes, name: str = "x.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
    @pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
    def test_it_is_found_with_the_delimiter(
        self, tmp_path: Path, encoding: str, delimiter: str
    ) -> None:
        text = (TILL_HEAD + TILL_ROW).replace(",", delimiter)
        path = written(tmp_path, text.encode(encoding))
        assert orders(path, till())["T1"].lines[0].paid_minor == 9_900

    def test_utf_16_without_a_mark_is_found(self, tmp_path: Path) -> None:
        path = written(tmp_path, csv_of(order_row("A1")).encode("utf-16-le"))
        assert list(orders(path)) == ["A1"]

    def test_gbk_far_down_in_a_file_is_found(self, tmp_path: Path) -> None:
        plain = "".join(order_line(at) for at in range(20_000))
        text = csv_of() + plain + order_line(20_000).replace("S1", "帽子")
        found = orders(written(tmp_path, text.encode("gbk")))
        assert found["N20000"].lines[0].sku == "帽子"

    def test_a_row_that_is_no_gbk_stands_alone(self, tmp_path: Path) -> None:
        rows = [TILL_ROW.replace("T1", f"T{at}").encode("gbk") for at in range(5)]
        rows[3] = rows[3].replace(b"S1", b"\xff\xff")
        path = written(tmp_path, TILL_HEAD.encode("gbk") + b"".join(rows))
        assert list(orders(path, till())) == ["T0", "T1", "T2", "T4"]
        assert "invalid encoding" in reasons(path, till())[5]

    def test_a_line_longer_than_a_block_is_not_taken_for_another_encoding(
        self, tmp_path: Path
    ) -> None:
        text = csv_of(order_row("A1")) + order_line(1).replace("S1", "衬衫" * 450_000)
        path = written(tmp_path, text + order_line(2))
        assert encoding_of(path, Form.CSV) is Encoding.UTF_8
        assert encoding_of(written(tmp_path, text.encode("gbk")), Form.CSV) is Encoding.GB18030

    def test_packed_gbk_is_read_too(self, tmp_path: Path) -> None:
        content = gzip.compress((TILL_HEAD + TILL_ROW).encode("gbk"))
        assert list(orders(written(tmp_path, content, "x.csv.gz"), till())) == ["T1"]


def order_line(at: int) -> str:
    return ",".join(map(str, order_row(f"N{at}"))) + "\n"


class TestTables:
    def test_a_title_above_the_headings_is_passed_over(self, tmp_path: Path) -> None:
        text = f'销售明细\n"导出时间：\n2026-03-02",,,,,\n{TILL_HEAD}{TILL_ROW}T2,x\n'
        path = written(tmp_path, text.encode("gbk"))
        assert list(orders(path, till())) == ["T1"]
        assert list(reasons(path, till())) == [5]

    def test_the_row_of_the_headings_can_be_said(self, tmp_path: Path) -> None:
        path = written(tmp_path, f"小票号,时间,状态,货号,数量,旧\n{TILL_HEAD}{TILL_ROW}")
        assert list(orders(path, till(header_row=2))) == ["T1"]
        with pytest.raises(FileUnreadable, match="no row 9, where its headings should be"):
            read(path, till(header_row=9))

    def test_a_column_that_is_missing_is_named_with_those_there_are(self, tmp_path: Path) -> None:
        path = written(tmp_path, "单号,时间,状态,货号,金额\n")
        with pytest.raises(MissingColumns, match=r"“数量”\. The file has: “单号”, “时间”"):
            read(path, till())

    def test_a_thousand_columns_are_read(self, tmp_path: Path) -> None:
        names = [f"更多{at}" for at in range(994)]
        row = TILL_ROW.strip() + "," * 994 + "\n"
        path = written(tmp_path, TILL_HEAD.strip() + "," + ",".join(names) + "\n" + row)
        assert list(orders(path, till())) == ["T1"]

    def test_the_cells_that_exports_wrap_in_a_formula_are_texts(self, tmp_path: Path) -> None:
        row = TILL_ROW.replace("T1", '="20260301000123456789"').replace("S1", "S1\t")
        (found,) = orders(written(tmp_path, TILL_HEAD + row), till()).values()
        assert (found.order_no, found.lines[0].sku) == ("20260301000123456789", "S1")


class TestValues:
    @pytest.mark.parametrize(
        "written_at",
        [
            "2026-03-01 10:05:00",
            "2026/3/1 10:05",
            "2026.03.01 10:05:00",
            "2026年3月1日 10时05分00秒",
            "2026年03月01日 10:05",
            "20260301100500",
            "20260301 10:05:00",
            "２０２６－０３－０１ １０：０５：００",
        ],
    )
    def test_times_are_read_as_people_write_them(self, tmp_path: Path, written_at: str) -> None:
        row = TILL_ROW.replace("2026-03-01 10:00:00", written_at)
        (found,) = orders(written(tmp_path, TILL_HEAD + row), till()).values()
        assert found.ordered_at.isoformat() == "2026-03-01T02:05:00+00:00"

    @pytest.mark.parametrize("serial,minute", [("46082.4201388889", 5), ("46082.41666667", 0)])
    def test_days_since_1900_are_read_where_the_mapping_says_so(
        self, tmp_path: Path, serial: str, minute: int
    ) -> None:
        fields = {**TILL["fields"], "ordered_at": {"column": "时间", "format": "excel"}}  # type: ignore[dict-item]
        row = TILL_ROW.replace("2026-03-01 10:00:00", serial)
        (found,) = orders(written(tmp_path, TILL_HEAD + row), till(fields=fields)).values()
        assert found.ordered_at.isoformat() == f"2026-03-01T02:{minute:02}:00+00:00"

    def test_a_day_that_could_be_a_month_is_not_guessed(self, tmp_path: Path) -> None:
        row = TILL_ROW.replace("2026-03-01 10:00:00", "03/01/2026 10:00")
        assert (
            "not written as the mapping says"
            in reasons(written(tmp_path, TILL_HEAD + row), till())[2]
        )

    def test_full_width_digits_are_digits(self, tmp_path: Path) -> None:
        row = TILL_ROW.replace(",1,99.00", ",３,￥１，２９９．００").replace("T1", "Ｔ１")
        path = written(tmp_path, TILL_HEAD.replace(",", "\t") + row.replace(",", "\t"))
        (found,) = orders(path, till()).values()
        assert (found.order_no, found.lines[0].quantity) == ("T1", 3)
        assert found.paid_minor == 129_900

    def test_each_wrong_value_is_a_sentence_and_the_good_rows_go_on(self, tmp_path: Path) -> None:
        rows = [
            TILL_ROW,
            TILL_ROW.replace("T1", "T2").replace("成功", "退货中"),
            TILL_ROW.replace("T1", "T3").replace(",1,99", ",-1,99"),
            TILL_ROW.replace("T1", "T4").replace("99.00", "99.005"),
            TILL_ROW.replace("T1", "4.2E+17"),
            TILL_ROW.replace("T1", "T5"),
        ]
        path = written(tmp_path, TILL_HEAD + "".join(rows))
        assert list(orders(path, till())) == ["T1", "T5"]
        found = reasons(path, till())
        assert found[3] == "“状态” (“退货中”) is none of the values that the mapping knows."
        assert found[4] == (
            "“数量” of item 1 (“-1”) is less than 0; what came back is a refund: import it as such."
        )
        assert "(“99.005”) is no amount in whole fen" in found[5]
        assert "“小票号” (“4.2E+17”) was shortened by a spreadsheet" in found[6]


class TestSize:
    def test_a_packed_file_that_would_fill_the_disk_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "x.csv.gz"
        with gzip.open(path, "wb", compresslevel=9) as file:
            file.write(csv_of().encode())
            for _ in range(300):
                file.write(b"0" * (1 << 20))
        with pytest.raises(FileUnreadable, match="unpacks to more than 120 times its size"):
            read(path)

    def test_a_file_of_zeros_is_no_text(self, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        with path.open("wb") as file:
            file.truncate(2 * GB)
        with pytest.raises(FileUnreadable, match="it is no text file"):
            read(path)

    def test_a_million_broken_rows_stay_on_the_disk(self, tmp_path: Path) -> None:
        path = tmp_path / "broken.csv"
        with path.open("w") as file:
            file.write(",".join(ORDER_HEAD) + "\n")
            for at in range(1_000_000):
                file.write(f"B{at},{'x' * 60}\n")
            file.write(order_line(1))
        applied, refused, grown = checked_apart(path)
        assert (applied, refused) == (1, 1_000_000)
        assert grown < 400 << 20

    @pytest.mark.slow
    @pytest.mark.timeout(900)
    def test_two_gigabytes_are_read_in_bounded_memory(self, tmp_path: Path) -> None:
        path = tmp_path / "large.csv"
        filler = "x" * 100_000
        rows = 2 * GB // 100_000 + 1
        with path.open("w") as file:
            file.write(TILL_HEAD.strip() + ",备注\n")
            for at in range(rows):
                file.write(TILL_ROW.replace("T1", f"T{at}").strip() + f",{filler}\n")
            # One line without an end, longer than the memory that the import may take.
            file.write('"never closed')
            for _ in range(600):
                file.write("y" * (1 << 20))
        assert path.stat().st_size > 2 * GB
        applied, refused, grown = checked_apart(path, mapped=True)
        assert (applied, refused) == (rows, 1)
        assert grown < 1_200 << 20


def checked_apart(path: Path, *, mapped: bool = False) -> tuple[int, int, int]:
    """Check a file in a process of its own: applied, refused, and by how much memory that grew."""
    command = [sys.executable, "-m", "tests.door.checking", str(path), "mapped" if mapped else ""]
    said = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    applied, refused, grown = map(int, said.stdout.split())
    return applied, refused, grown
