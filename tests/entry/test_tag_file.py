"""A file of tags is checked whole: what is wrong is named by line and column, and not quoted."""

from datetime import date
from pathlib import Path

import pytest

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.entry import tag_file
from huitong.entry.tag_file import TagFileInvalid
from huitong.platform import ids
from huitong.segments.operations.tags import Giving

HER, HIM = 4_097, 8_194
HER_ID, HIS_ID = ids.show(CUSTOMER_PREFIX, HER), ids.show(CUSTOMER_PREFIX, HIM)


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "circles.csv"
    path.write_text(text, encoding)
    return path


def refused(folder: Path, text: str, encoding: str = "utf-8") -> str:
    with pytest.raises(TagFileInvalid) as raised:
        tag_file.read(written(folder, text, encoding))
    return str(raised.value)


def test_a_file_of_a_spreadsheet_is_read_with_its_lines(tmp_path: Path) -> None:
    text = (
        f"Customer , value,until\r\n{HER_ID},tea,2026-12-31\r\n,,\r\n{HIS_ID}, golf ,2027/1/5\r\n"
    )
    found = tag_file.read(written(tmp_path, text, "utf-8-sig"))
    assert [(one.line, one.giving) for one in found] == [
        (2, Giving(HER, "tea", date(2026, 12, 31))),
        (4, Giving(HIM, "golf", date(2027, 1, 5))),
    ]


def test_until_may_be_left_out(tmp_path: Path) -> None:
    (found,) = tag_file.read(written(tmp_path, f"value,customer\ntea,{HER_ID}\n"))
    assert found.giving == Giving(HER, "tea", None)


def test_every_wrong_cell_is_named_by_line_and_column_and_none_is_quoted(tmp_path: Path) -> None:
    told = refused(
        tmp_path,
        f"customer,value,until\n13800138000,tea,\n{HER_ID},,\n{HER_ID},tea,31/12/2026\n",
    )
    assert "Nothing of circles.csv was taken" in told
    assert "line 2, column customer: it is no id such as cus_" in told
    assert "line 3, column value: it is empty" in told
    assert "line 4, column until: it is no day such as 2026-12-31" in told
    assert "13800138000" not in told
    assert "31/12/2026" not in told


def test_a_long_list_of_faults_is_cut_and_counted(tmp_path: Path) -> None:
    told = refused(tmp_path, "customer,value\n" + "x,tea\n" * 25)
    assert told.count("column customer") == 10
    assert "and 15 more" in told


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "no column customer and no column value"),
        (f"id,value\n{HER_ID},tea\n", "line 1 has no column customer"),
        (f"customer,value,untill\n{HER_ID},tea,2026-12-31\n", "line 1 has the columns “untill”"),
        (f"customer,value,value\n{HER_ID},tea,golf\n", "line 1 has a column twice"),
        (f"customer,value\n{HER_ID},tea,2026-12-31\n", "line 2, column 3: the header has fewer"),
        (f'customer,value\n{HER_ID},"tea\n', "it is no CSV"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, text)


def test_a_file_of_another_encoding_is_refused_with_the_remedy(tmp_path: Path) -> None:
    assert "save it as “CSV UTF-8”" in refused(tmp_path, "customer,value\n,茶\n", "gbk")


def test_a_file_that_is_too_long_is_to_be_split(tmp_path: Path) -> None:
    path = written(tmp_path, "customer,value\n" + f"{HER_ID},tea\n" * 3)
    assert len(tag_file.read(path, lines_max=3)) == 3
    with pytest.raises(TagFileInvalid, match="more than 2 lines"):
        tag_file.read(path, lines_max=2)
