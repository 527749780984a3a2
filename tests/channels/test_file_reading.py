"""Files read into records, without a database: forms, conversions, rows that are wrong."""
# The SQL here writes files for the tests from names that the tests made.
# ruff: noqa: S608

import gzip
from pathlib import Path

import duckdb
import orjson
import pytest

from huitong.channels.connectors.file import Import, ImportReport, Mapping, check_file, load_mapping
from huitong.channels.connectors.file.folder import FOLDER_PREFIX
from huitong.channels.connectors.file.forms import FileUnreadable, UnknownForm
from huitong.channels.connectors.file.layout import MissingColumns
from huitong.channels.connectors.file.mapping import UnknownColumns
from huitong.channels.connectors.file.reading import Preparer, cut
from huitong.channels.connectors.file.staged import Found
from huitong.channels.connectors.file.staging import stage
from huitong.channels.model import Arrival, Member, Order, Product, RecordKind
from tests.channels.make import make_account

FIXTURES = Path(__file__).parents[1] / "fixtures" / "file"
ORDER = RecordKind.ORDER


def read(path: Path, kind: RecordKind = ORDER, mapping: Mapping | None = None) -> list[Arrival]:
    """Return the arrivals of a file in the world's order."""
    with stage(path, kind, mapping) as (staged, used):
        preparer = Preparer(
            account=make_account(1),
            kind=kind,
            labels=used.labels() if used else {},
            find_settled=lambda _: set(),
        )
        pages = [*preparer.prepare_broken(staged.broken)]
        pages += map(preparer.prepare, cut(staged.records()))
        return [arrival for page in pages for arrival in page.arrivals]


def orders(path: Path, mapping: Mapping | None = None) -> dict[str, Order]:
    """Return the orders of a file that can be read, by number."""
    return {
        one.record.order_no: one.record
        for one in read(path, ORDER, mapping)
        if isinstance(one.record, Order)
    }


def reasons(path: Path, kind: RecordKind = ORDER, mapping: Mapping | None = None) -> dict[int, str]:
    """Return why rows of a file are refused, by the number of the first row."""
    found = read(path, kind, mapping)
    return {one.row or 0: one.refused.reason for one in found if one.refused}


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def mapping_of(**fields: object) -> Mapping:
    return Mapping.model_validate({"kind": "order", "fields": {"order_no": "no", **fields}})


def member_mapping_of(**fields: object) -> Mapping:
    return Mapping.model_validate({"kind": "member", "fields": {"member_no": "no", **fields}})


def said(path: Path, mapping: Mapping) -> list[dict[str, object]]:
    """Return what the mapping makes of each record, before it is read as one."""
    with stage(path, mapping.kind, mapping) as (staged, _):
        return [orjson.loads(one.text) for one in staged.records()]


def of_cells(folder: Path, *cells: str, **rule: object) -> list[object]:
    """Return what one rule for `paid_minor` makes of the cells of a CSV column."""
    rows = "".join(f'{place},"{cell}"\n' for place, cell in enumerate(cells))
    path = written(folder, "cells.csv", f"no,value\n{rows}")
    mapping = mapping_of(paid_minor={"column": "value", **rule})
    return [one.get("paid_minor") for one in said(path, mapping)]


class TestAmounts:
    def test_commas_stand_between_thousands_or_the_amount_is_none(self, tmp_path: Path) -> None:
        cells = ("1,234.50", "¥1,234,567", "-1,000", "1,23", "1,2,3.5", "1234,567", ",5", "1,0000")
        found = of_cells(tmp_path, *cells, unit="yuan")
        assert found[:3] == [123_450, 123_456_700, -100_000]
        assert found[3:] == [{"unreadable": cell} for cell in cells[3:]]


class TestForms:
    def test_rows_of_one_order_are_its_lines_wherever_they_stand(self) -> None:
        found = orders(FIXTURES / "orders.csv")
        assert list(found) == ["A1", "B2"], "The earlier order comes first."
        order = found["A1"]
        assert [line.sku for line in order.lines] == ["SHIRT-M", "SOCKS"]
        assert order.parties[0].identifiers[0].value == "13800138001"
        assert order.payments[0].amount_minor == 15_000
        assert order.lines[0].allocations[0].amount_minor == 9_900
        assert found["B2"].lines[0].allocations == ()

    def test_canonical_json_lines_pass_as_they_are(self) -> None:
        assert list(orders(FIXTURES / "orders.ndjson")) == ["A4", "A1"]
        assert reasons(FIXTURES / "orders.ndjson") == {
            3: "The line is not readable as JSON.",
            4: "“paid_minor” (“many”) is not a whole number.",
        }

    def test_the_same_rows_as_parquet_are_the_same_orders(self, tmp_path: Path) -> None:
        source, target = FIXTURES / "orders.csv", tmp_path / "orders.parquet"
        duckdb.sql(f"COPY (SELECT * FROM '{source}') TO '{target}'")
        assert orders(target) == orders(source)

    def test_nested_parquet_passes_without_its_empty_fields(self, tmp_path: Path) -> None:
        target = tmp_path / "orders.parquet"
        duckdb.sql(f"""
            COPY (
                SELECT 'A1' AS order_no, TIMESTAMPTZ '2026-03-01 10:00:00+08' AS ordered_at,
                    'completed' AS status, 100 AS list_minor, 90.0::DOUBLE AS paid_minor,
                    [{{'line_id': '1', 'sku': 'S1', 'quantity': 1, 'list_minor': 100,
                       'paid_minor': 90, 'signed_at': NULL::TIMESTAMP, 'attributes': NULL::MAP(
                       VARCHAR, VARCHAR)}}] AS lines, NULL::BIGINT AS discount_minor
            ) TO '{target}'
        """)
        (order,) = orders(target).values()
        assert (order.lines[0].paid_minor, order.paid_minor, order.discount_minor) == (90, 90, 0)

    def test_members_with_identifiers_consents_and_tags(self) -> None:
        found = [one.record for one in read(FIXTURES / "members.csv", RecordKind.MEMBER)]
        ann, bea = (one for one in found if isinstance(one, Member))
        assert [one.kind for one in bea.identifiers] == ["phone", "email"]
        assert bea.consents[0].policy_version == "v3"
        assert bea.tags == ("vip", "online")
        assert (ann.card_no, ann.consents) == (None, ())

    def test_products_with_a_path_of_categories(self) -> None:
        found = [one.record for one in read(FIXTURES / "products.csv", RecordKind.PRODUCT)]
        shirt, socks = (one for one in found if isinstance(one, Product))
        assert (shirt.category, socks.category) == (("Women", "Tops"), ("Women", "Basics"))

    def test_a_byte_order_mark_windows_lines_and_gzip_change_nothing(self, tmp_path: Path) -> None:
        plain = (FIXTURES / "orders.csv").read_text(encoding="utf-8")
        path = tmp_path / "orders.csv.gz"
        path.write_bytes(gzip.compress(plain.replace("\n", "\r\n").encode("utf-8-sig")))
        assert orders(path) == orders(FIXTURES / "orders.csv")

    @pytest.mark.parametrize("delimiter", [";", "\t", "|"])
    def test_the_delimiter_is_seen_in_the_first_row(self, tmp_path: Path, delimiter: str) -> None:
        plain = (FIXTURES / "orders.csv").read_text(encoding="utf-8")
        path = written(tmp_path, "orders.csv", plain.replace(",", delimiter))
        assert orders(path) == orders(FIXTURES / "orders.csv")

    def test_a_cell_may_hold_quotes_commas_and_line_breaks(self, tmp_path: Path) -> None:
        path = written(tmp_path, "p.csv", 'sku,spu,name\n1,1,"a ""b"", c\nd"\n2,2,x\n')
        names = [one.record for one in read(path, RecordKind.PRODUCT)]
        assert [one.name for one in names if isinstance(one, Product)] == ['a "b", c\nd', "x"]


class TestRefusals:
    def test_every_wrong_row_is_refused_with_its_number_and_a_sentence(self) -> None:
        found = reasons(FIXTURES / "broken.csv")
        assert {row: reason.split(";")[0] for row, reason in found.items()} == {
            3: "The row cannot be split into the columns of the file (missing columns).",
            4: "“ordered_at” (“2026-03-01T10:00:00+08:00 | 2026-03-02T10:00:00+08:00”) is not the"
            " same in all rows of the record.",
            6: "“ordered_at” (“2026-03-01 10:00:00”) has no time zone",
            7: "“order_no” is missing.",
            9: "“status” (“done”) is none of 'unpaid', 'deposit_paid', 'paid', 'part_shipped',"
            " 'shipped', 'completed' or 'closed'",
            10: "The line id “1” stands twice in the record.",
            12: "The row cannot be split into the columns of the file (too many columns).",
        }
        assert list(orders(FIXTURES / "broken.csv")) == ["G2", "G1"]

    def test_rows_that_say_a_field_once_agree_with_those_that_leave_it_empty(
        self, tmp_path: Path
    ) -> None:
        path = written(
            tmp_path,
            "orders.csv",
            "order_no,ordered_at,status,list_minor,paid_minor,lines.line_id,lines.sku,"
            "lines.quantity,lines.list_minor,lines.paid_minor\n"
            "A1,2026-03-01T10:00:00Z,paid,2,2,1,S1,1,1,1\n"
            "A1,,,,,2,S1,1,1,1\n",
        )
        (order,) = orders(path).values()
        assert len(order.lines) == 2

    def test_an_order_that_was_exported_twice_is_two_versions(self, tmp_path: Path) -> None:
        head = "order_no,updated_at,ordered_at,status,list_minor,paid_minor"
        lines = "lines.line_id,lines.sku,lines.quantity,lines.list_minor,lines.paid_minor"
        path = written(
            tmp_path,
            "orders.csv",
            f"{head},{lines}\n"
            "A1,2026-03-03T10:00:00Z,2026-03-01T10:00:00Z,completed,1,1,1,S1,1,1,1\n"
            "A1,2026-03-02T10:00:00Z,2026-03-01T10:00:00Z,paid,1,1,1,S1,1,1,1\n",
        )
        found = [one.record for one in read(path)]
        assert [one.status for one in found if isinstance(one, Order)] == ["paid", "completed"]

    @pytest.mark.parametrize(
        "name,content,sentence",
        [
            ("x.pdf", b"%PDF", "does not say how the file is to be read"),
            ("x.xlsx.gz", b"", "does not say how the file is to be read"),
            ("orders", b"order_no", "does not say how the file is to be read"),
        ],
    )
    def test_a_name_that_says_no_form_is_refused(
        self, tmp_path: Path, name: str, content: bytes, sentence: str
    ) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnknownForm, match=sentence):
            read(tmp_path / name)

    @pytest.mark.parametrize(
        "name,content,sentence",
        [
            ("x.csv", b"", "it is empty"),
            ("x.csv", b"a\xff,b\n1,2\n", "neither in UTF-8 nor in GBK"),
            ("x.csv", b"order_no,Order_No\n", "“Order_No” stands twice"),
            ("x.parquet", b"PAR1 not really", "damaged or of another form"),
            ("x.csv.gz", b"not gzip", "damaged or of another form"),
        ],
    )
    def test_a_file_that_is_not_what_its_name_says_is_refused(
        self, tmp_path: Path, name: str, content: bytes, sentence: str
    ) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileUnreadable, match=sentence):
            read(tmp_path / name)

    def test_a_column_that_is_no_field_is_refused_before_anything_is_read(
        self, tmp_path: Path
    ) -> None:
        path = written(tmp_path, "x.csv", "order_no,skuu\n1,2\n")
        with pytest.raises(UnknownColumns, match="skuu"):
            read(path)

    def test_a_column_that_a_mapping_misses_is_refused(self, tmp_path: Path) -> None:
        path = written(tmp_path, "x.csv", "no,b\n1,2\n")
        with pytest.raises(MissingColumns, match=r"“shop”\. The file has: “no”, “b”"):
            read(path, ORDER, mapping_of(store="shop"))

    def test_a_file_with_nothing_but_its_first_row_holds_no_records(self, tmp_path: Path) -> None:
        assert read(written(tmp_path, "x.csv", "order_no,status\n")) == []

    def test_nothing_of_a_file_stays_behind(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        killed = tmp_path / f"{FOLDER_PREFIX}killed"
        killed.mkdir()
        (killed / "staged.duckdb").write_text("somebody's rows")
        read(FIXTURES / "orders.csv")
        assert list(tmp_path.iterdir()) == []


class TestConversions:
    def test_a_tills_export_becomes_orders(self) -> None:
        mapping = load_mapping(FIXTURES / "till.yaml")
        found = orders(FIXTURES / "till.csv", mapping)
        assert list(found) == ["T-1", "T-2"]
        order = found["T-1"]
        assert order.ordered_at.isoformat() == "2026-03-01T02:05:00+00:00"
        assert (order.list_minor, order.paid_minor) == (129_900 + 5_980, 99_910 + 4_980)
        assert [line.line_id for line in order.lines] == ["1", "2"]
        assert order.lines[1].attributes == {"note": "袜子"}
        assert order.attributes == {"till": "old"}
        assert order.parties[0].identifiers[0].verified
        assert found["T-2"].parties == (), "A dash means that nobody was known."

    def test_what_a_mapping_cannot_convert_is_refused_under_the_files_own_names(self) -> None:
        mapping = load_mapping(FIXTURES / "till.yaml")
        assert reasons(FIXTURES / "till.csv", mapping=mapping) == {
            5: "“实付金额” of item 1 (“399.005”) is no amount in whole fen; “paid_minor” is"
            " missing.",
            6: "“状态” (“退货中”) is none of the values that the mapping knows.",
        }

    def test_yuan_become_fen_exactly(self, tmp_path: Path) -> None:
        cells = ["0.10", "0.20", "1,234.5", "¥9", "￥0.07", "12.3000", "-1.5", "0.29", "1.15"]
        fen = [10, 20, 123_450, 900, 7, 1_230, -150, 29, 115]
        assert of_cells(tmp_path, *cells, unit="yuan") == fen

    def test_what_is_not_whole_fen_is_not_rounded(self, tmp_path: Path) -> None:
        cells = ["0.001", "1e2", "12_000", "twelve", "1.2.3", "99999999999999", "NaN"]
        expected = [{"unreadable": cell} for cell in cells]
        assert of_cells(tmp_path, *cells, unit="yuan") == expected

    def test_amounts_in_doubles_are_taken_when_they_are_whole_fen(self, tmp_path: Path) -> None:
        target = tmp_path / "x.parquet"
        duckdb.sql(f"""
            COPY (
                SELECT range AS no, [0.1 + 0.2, 1.15, 4596039.58, 0.125, 'nan'::DOUBLE, NULL][
                    range + 1]::DOUBLE AS value
                FROM range(6)
            ) TO '{target}'
        """)
        mapping = mapping_of(paid_minor={"column": "value", "unit": "yuan"})
        found = [one.get("paid_minor") for one in said(target, mapping)]
        assert found == [30, 115, 459_603_958, {"unreadable": "0.125"}, {"unreadable": "nan"}, None]

    def test_whole_numbers_in_doubles_are_written_as_whole_numbers(self, tmp_path: Path) -> None:
        target = tmp_path / "x.parquet"
        duckdb.sql(f"COPY (SELECT 26984851472.0::DOUBLE AS no, 2.5::DOUBLE AS s) TO '{target}'")
        assert said(target, mapping_of(store="s")) == [{"order_no": "26984851472", "store": "2.5"}]

    @pytest.mark.parametrize(
        "cell,rule,instant",
        [
            ("2026-03-01 10:00:00", {}, "2026-03-01T02:00:00.000000Z"),
            ("2026-03-01T10:00:00+09:00", {}, "2026-03-01T10:00:00+09:00"),
            ("2026-03-01T10:00:00Z", {}, "2026-03-01T10:00:00Z"),
            ("2026/3/1 9:05", {"format": "%Y/%m/%d %H:%M"}, "2026-03-01T01:05:00.000000Z"),
            (
                "1.3.2026",
                {"format": ["%Y-%m-%d", "%d.%m.%Y"], "zone": "Europe/Berlin"},
                "2026-02-28T23:00:00.000000Z",
            ),
            (
                "20260301 100000 +0900",
                {"format": "%Y%m%d %H%M%S %z"},
                "2026-03-01T01:00:00.000000Z",
            ),
        ],
    )
    def test_times_are_read_in_their_zone(
        self, tmp_path: Path, cell: str, rule: dict[str, object], instant: str
    ) -> None:
        path = written(tmp_path, "x.csv", f"no,at\n1,{cell}\n")
        mapping = mapping_of(ordered_at={"column": "at", **rule}).model_copy(
            update={"zone": "Asia/Shanghai"}
        )
        assert said(path, mapping)[0]["ordered_at"] == instant

    def test_a_time_in_another_format_is_left_unreadable(self, tmp_path: Path) -> None:
        path = written(tmp_path, "x.csv", "no,at\n1,soon\n")
        rule = {"column": "at", "format": "%Y"}
        assert said(path, mapping_of(ordered_at=rule))[0]["ordered_at"] == {"unreadable": "soon"}

    def test_days_are_read_by_their_format(self, tmp_path: Path) -> None:
        path = written(tmp_path, "x.csv", "no,born\n1,3/2/1990\n")
        mapping = member_mapping_of(birthday_on={"column": "born", "format": "%d/%m/%Y"})
        assert said(path, mapping)[0]["birthday_on"] == "1990-02-03"

    def test_values_are_translated_and_others_are_not_guessed(self, tmp_path: Path) -> None:
        path = written(tmp_path, "x.csv", "no,s\n1,成功\n2,失败\n3,\n")
        rule = {"column": "s", "values": {"成功": "completed"}}
        assert [one.get("status") for one in said(path, mapping_of(status=rule))] == [
            "completed",
            {"unreadable": "失败"},
            None,
        ]
        rule["otherwise"] = "closed"
        assert said(path, mapping_of(status=rule))[1]["status"] == "closed"

    def test_lists_are_split_at_their_separator(self, tmp_path: Path) -> None:
        path = written(tmp_path, "x.csv", "no,t\n1,a; b;;c\n2,\n")
        mapping = member_mapping_of(tags={"column": "t", "separator": ";"})
        assert [one.get("tags") for one in said(path, mapping)] == [["a", "b", "c"], None]

    def test_a_cell_may_hold_a_part_of_the_record_as_json(self, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_text('no,o\n1,"{""author"":""x""}"\n2,{\n')
        found = [one.get("origin") for one in said(path, mapping_of(origin="o"))]
        assert found == [{"author": "x"}, {"unreadable": "{"}]

    def test_an_identifier_carries_its_scope_and_vanishes_without_a_value(
        self, tmp_path: Path
    ) -> None:
        path = written(tmp_path, "x.csv", "no,o\n1,abc\n2,\n")
        rule = {"column": "o", "scope": "wx1", "verified": True}
        fields: dict[str, object] = {"parties.buyer.openid": rule}
        found = said(path, mapping_of(**fields))
        identifier = {"kind": "openid", "value": "abc", "scope": "wx1", "verified": True}
        assert found[0]["parties"] == [{"role": "buyer", "identifiers": [identifier]}]
        assert "parties" not in found[1]

    def test_names_and_values_may_hold_quotes(self, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_text('no,"it\'s ""it"""\n1,"o\'""k\\"\n')
        fields: dict[str, object] = {
            "attributes.a'\"\\b": 'it\'s "it"',
            "store": {"const": "o'\"\\"},
        }
        assert said(path, mapping_of(**fields)) == [
            {"order_no": "1", "store": "o'\"\\", "attributes": {"a'\"\\b": "o'\"k\\"}}
        ]

    def test_json_lines_can_be_mapped_too(self, tmp_path: Path) -> None:
        path = written(tmp_path, "x.ndjson", '{"no":"1","shop":{"id":7},"pay":"1.50"}\n')
        mapping = mapping_of(store="$.shop.id", paid_minor={"column": "pay", "unit": "yuan"})
        assert said(path, mapping) == [{"order_no": "1", "store": "7", "paid_minor": 150}]


class TestPages:
    def found(self, number: int, row_count: int) -> Found:
        return Found(number, number, row_count, str(number), None, b"{}")

    def test_a_page_holds_500_records_or_5000_rows(self) -> None:
        small = cut(self.found(number, 1) for number in range(1_001))
        assert [len(page) for page in small] == [500, 500, 1]
        large = cut(self.found(number, 1_000) for number in range(11))
        assert [len(page) for page in large] == [5, 5, 1]

    def test_a_record_larger_than_a_page_is_a_page(self) -> None:
        pages = cut(self.found(number, 6_000) for number in range(2))
        assert [len(page) for page in pages] == [1, 1]

    def test_records_come_in_the_same_order_from_any_chunk(self, tmp_path: Path) -> None:
        rows = "".join(f"{place % 7},{place % 7},n\n" for place in range(40))
        path = written(tmp_path, "p.csv", f"sku,spu,name\n{rows}")
        with stage(path, RecordKind.PRODUCT, None) as (staged, _):
            whole = [one.row for one in staged.records()]
            assert [one.row for one in staged.records(chunk_rows=3)] == whole
        assert len(whole) == 40


class TestCheckFile:
    def test_it_reports_what_an_import_would_meet(self) -> None:
        checked = check_file(Import(FIXTURES / "broken.csv", ORDER, make_account(1)))
        assert checked.report == ImportReport(
            file="broken.csv",
            rows=11,
            records=9,
            applied=2,
            known=0,
            superseded=0,
            refused=7,
            refusals={
                "channels.unreadable": 5,
                "channels.conflicting_rows": 1,
                "channels.repeated_line": 1,
            },
            rejects=None,
            delivery_id=None,
        )
        assert not (FIXTURES / "broken.csv.rejects.csv").exists()
