"""No row of a text file is lost, whatever stands around it."""

import gzip
import random
from pathlib import Path

import pytest

from huitong.channels.connectors.file.broken import BrokenRows
from huitong.channels.connectors.file.forms import FileUnreadable
from huitong.channels.connectors.file.rows import count_rows, split_lines, split_rows
from huitong.channels.connectors.file.staged import Staged
from huitong.channels.connectors.file.staging import check_complete, stage
from huitong.channels.model import RecordKind

HEAD = "sku,spu,name\n"


def good(number: int) -> str:
    return f"S{number},P,{'n' * 200}\n"


def wrong(number: int) -> str:
    return f"S{number},P,{'n' * 200},x\n"


def staged_of(folder: Path, data: bytes | str, name: str = "p.csv") -> tuple[list[str], list[int]]:
    """Return the keys of the rows that were staged, in order, and the numbers of broken ones."""
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with stage(path, RecordKind.PRODUCT, None) as (staged, _):
        assert isinstance(staged, Staged)
        return [one.key or "" for one in staged.records()], [one.row for one in staged.broken]


def rows_of(folder: Path, text: str) -> dict[str, int]:
    path = folder / "p.csv"
    path.write_text(text)
    with stage(path, RecordKind.PRODUCT, None) as (staged, _):
        return {one.key or "": one.row for one in staged.records()}


class TestRows:
    def test_rows_after_a_long_stretch_of_broken_ones_are_read(self, tmp_path: Path) -> None:
        lines = [*map(good, range(10)), *map(wrong, range(60_000)), *map(good, range(5_000))]
        keys, broken = staged_of(tmp_path, HEAD + "".join(lines))
        assert keys == [f"S{number}" for number in [*range(10), *range(5_000)]]
        assert broken == [*range(12, 60_012)]

    def test_a_quote_never_closed_takes_no_other_row_with_it(self, tmp_path: Path) -> None:
        assert staged_of(tmp_path, f'{HEAD}A,"P,N\nB,P,N\nC,"P",N\n') == (["B", "C"], [2])
        assert staged_of(tmp_path, f'{HEAD}A,P,N\nB,"P,N\nC,P,N\n') == (["A", "C"], [3])

    def test_rows_of_another_width_or_encoding_stand_alone(self, tmp_path: Path) -> None:
        # A byte that is no text near the start says that the whole file is of another encoding.
        lines = [HEAD.encode(), *(good(row).encode() for row in range(6_000))]
        lines[5_900:5_903] = [b"B,P\n", b"C,P,\xff\n", b"D,P,N,N\n"]
        keys, broken = staged_of(tmp_path, b"".join(lines))
        assert (len(keys), broken) == (5_997, [5_901, 5_902, 5_903])

    def test_cells_of_many_lines_stay_whole_beside_broken_rows(self, tmp_path: Path) -> None:
        text = f'{HEAD}A,P,"x\ny"\nB,P\n"C\nD",P,"say ""hi"", you"\n'
        assert staged_of(tmp_path, text) == (["A", "C\nD"], [3])

    def test_empty_lines_count_as_rows_of_a_spreadsheet(self, tmp_path: Path) -> None:
        assert rows_of(tmp_path, f"{HEAD}A,P,N\n\n\nB,P,N\n\n") == {"A": 2, "B": 5}

    def test_lines_may_end_in_several_ways(self, tmp_path: Path) -> None:
        data = b"\xef\xbb\xbfsku,spu,name\r\nA,P,N\nB,P,N\r\nC,P,N"
        assert staged_of(tmp_path, data) == (["A", "B", "C"], [])

    def test_random_files_lose_no_row(self, tmp_path: Path) -> None:
        chance = random.Random(7)
        for turn in range(60):
            cells = ["a", "", '"q"', '"a,b"', '"x\ny"', '"""', 'm"m', " s", "é", ","]
            lines = [
                ",".join(chance.choices(cells, k=chance.choice((2, 3, 3, 3, 4)))) for _ in range(30)
            ]
            path, target = tmp_path / "r.csv", tmp_path / "t.csv"
            path.write_text(HEAD + "\n".join(lines) + "\n")
            broken = BrokenRows(tmp_path / f"broken-{turn}")
            readable = split_rows(path, target, 3, ",", broken, faults={})
            assert count_rows(target, 3, ",") == readable
            with stage(path, RecordKind.PRODUCT, None) as (staged, _):
                assert list(staged.broken) == list(broken)

    def test_an_engine_that_passes_over_rows_gets_the_file_refused(self) -> None:
        check_complete(Path("p.csv"), readable=2, staged=2)
        with pytest.raises(FileUnreadable, match=r"“p\.csv”.*of its 2 readable rows 1 were read"):
            check_complete(Path("p.csv"), readable=2, staged=1)

    def test_json_lines_that_are_no_text_stand_alone(self, tmp_path: Path) -> None:
        path, target = tmp_path / "p.ndjson", tmp_path / "t.ndjson"
        path.write_bytes(b'{"sku":"A"}\r\n{"sku":"\xff"}\n\n{"\x01":1}\n{"sku":"B"}')
        found = BrokenRows(tmp_path / "broken")
        assert split_lines(path, target, found) == 3
        assert [one.row for one in found] == [2, 4]
        keys, broken = staged_of(tmp_path, path.read_bytes(), "q.ndjson")
        assert (keys, broken) == (["A", "B"], [2, 4])


class TestNames:
    @pytest.mark.parametrize("name", ["p[1].csv", "p*.csv", "p?.csv", "P[1].CSV.GZ", "p[1].ndjson"])
    def test_a_name_is_no_pattern(self, tmp_path: Path, name: str) -> None:
        for other in ("p1.csv", "pp.csv", "P1.CSV.GZ", "p1.ndjson"):
            (tmp_path / other).write_text(f"{HEAD}WRONG,P,N\nWRONG2,P,N\n")
        data = b'{"sku":"RIGHT"}\n' if "ndjson" in name else f"{HEAD}RIGHT,P,N\n".encode()
        data = gzip.compress(data) if name.endswith("GZ") else data
        assert staged_of(tmp_path, data, name) == (["RIGHT"], [])

    def test_damage_inside_a_packed_file_is_told(self, tmp_path: Path) -> None:
        rows = "".join(f"S{random.Random(place).random()},P,N\n" for place in range(20_000))
        data = bytearray(gzip.compress((HEAD + rows).encode()))
        data[60:80] = b"\xff" * 20
        with pytest.raises(FileUnreadable):
            staged_of(tmp_path, bytes(data), "p.csv.gz")
