"""Files handed in over HTTP: whatever they are called, and whatever they turn out to be."""

import gzip
from datetime import datetime
from pathlib import Path

import pytest

from huitong.channels.model.uploads import KEPT_BYTES_MAX, UPLOAD_BYTES_MAX, UPLOADS_FOLDER
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from tests.console.uploads_make import Desk, make_desk
from tests.door.reading import csv_of, order_row

ORDERS = csv_of(order_row("A1"), order_row("A2"))


@pytest.fixture
def desk(database: Database, group_id: int, now: datetime, tmp_path: Path) -> Desk:
    return make_desk(database, group_id, now, tmp_path)


class TestNames:
    @pytest.mark.parametrize(
        "name, label",
        [
            ("../../../etc/passwd", "passwd"),
            ("..\\..\\windows\\win.ini", "win.ini"),
            ("/absolute/订单.csv", "订单.csv"),
            ("a\x00b\n.csv", "ab.csv"),
            ("invoice\u202egpj.csv", "invoicegpj.csv"),
            ("..", ".."),
            ("", "upload"),
            ("<img src=x onerror=alert(1)>.csv", "<img src=x onerror=alert(1)>.csv"),
        ],
    )
    def test_a_name_is_a_label_and_leads_nowhere(
        self, desk: Desk, name: str, label: str, tmp_path: Path
    ) -> None:
        before = {one for one in tmp_path.parent.rglob("*") if one.is_file()}
        upload = desk.upload(ORDERS, name)
        assert upload["name"] == label
        after = {one for one in tmp_path.parent.rglob("*") if one.is_file()}
        (made,) = after - before
        assert made == tmp_path / UPLOADS_FOLDER / str(desk.group_id) / upload["id"]

    def test_an_id_that_is_a_path_is_no_id(self, desk: Desk) -> None:
        for wrong in ("..%2f..%2fetc%2fpasswd", "upl_..", "upl_0000000000000%00"):
            answered = desk.client.get(f"/v1/uploads/{wrong}", headers=desk.headers)
            assert answered.status_code in {404, 422}


class TestContent:
    @pytest.mark.parametrize(
        "content, form, is_packed",
        [
            (ORDERS.encode(), "csv", False),
            ("订单号,门店\n1,上海\n".encode("gbk"), "csv", False),
            ("订单号,门店\n1,上海\n".encode("utf-16"), "csv", False),
            (b'{"order_no": "A1"}\n', "ndjson", False),
            (gzip.compress(ORDERS.encode()), "csv", True),
            (gzip.compress(b'{"order_no": "A1"}\n'), "ndjson", True),
            (Path("tests/fixtures/file/orders-openpyxl.xlsx").read_bytes(), "excel", False),
            (Path("tests/fixtures/file/orders-xlsxwriter.xlsx").read_bytes(), "excel", False),
        ],
        # A name of bytes that tell the time would be another one in each worker.
        ids=["csv", "gbk", "utf-16", "ndjson", "csv.gz", "ndjson.gz", "openpyxl", "xlsxwriter"],
    )
    def test_what_a_file_is_its_content_says(
        self, desk: Desk, content: bytes, form: str, *, is_packed: bool
    ) -> None:
        upload = desk.upload(content, "export.bin")
        assert (upload["form"], upload["is_packed"]) == (form, is_packed)

    @pytest.mark.parametrize(
        "content, looks",
        [
            (b"<html><table><tr><td>1</td></tr></table></html>", "a web page"),
            (bytes(range(32)) * 100, "neither a table nor a text"),
            (b"PK\x03\x04" + bytes(26) + b"some.csv", "a zip file"),
            (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "an old Excel file"),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_the_remedy(
        self, desk: Desk, content: bytes, looks: str, tmp_path: Path
    ) -> None:
        answered = desk.send(content, "export.xls")
        assert answered.status_code == 422
        assert answered.json()["code"] == "channels.upload_of_no_form"
        assert looks in answered.json()["detail"]
        assert not [one for one in tmp_path.rglob("upl_*") if one.is_file()]

    def test_an_empty_file_is_refused(self, desk: Desk) -> None:
        assert desk.send(b"").json()["code"] == "channels.upload_empty"

    def test_the_file_rests_sealed(self, desk: Desk, tmp_path: Path) -> None:
        upload = desk.upload(ORDERS)
        kept = (tmp_path / UPLOADS_FOLDER / str(desk.group_id) / upload["id"]).read_bytes()
        assert b"order_no" not in kept
        assert b"A1" not in kept

    def test_the_same_content_is_the_same_upload(self, desk: Desk, tmp_path: Path) -> None:
        first = desk.upload(ORDERS, "friday.csv")
        again = desk.upload(ORDERS, "saturday.csv")
        assert (first["is_repeat"], again["is_repeat"]) == (False, True)
        assert first["id"] == again["id"]
        assert len([one for one in tmp_path.rglob("upl_*") if one.is_file()]) == 1


class TestLimits:
    def test_a_file_that_is_announced_too_large_is_refused_unread(self, desk: Desk) -> None:
        answered = desk.client.post(
            "/v1/uploads?account=pos:main",
            content=b"x",
            headers={**desk.headers, "Content-Length": str(UPLOAD_BYTES_MAX + 1)},
        )
        assert answered.status_code == 413
        assert answered.json()["facts"]["bytes_max"] == UPLOAD_BYTES_MAX

    def test_larger_than_json_is_taken(self, desk: Desk) -> None:
        rows = [order_row(f"A{number}") for number in range(40_000)]
        content = csv_of(*rows)
        assert len(content) > 2 << 20
        assert desk.upload(content)["byte_count"] == len(content)

    def test_other_routes_keep_their_limit(self, desk: Desk) -> None:
        answered = desk.client.post(
            "/v1/inbox/refused/retry", content=b"[" + b" " * (2 << 20), headers=desk.headers
        )
        assert answered.status_code == 413

    def test_what_is_kept_has_a_limit(self, desk: Desk, database: Database, now: datetime) -> None:
        desk.upload(ORDERS)
        with database.transaction(Scope(desk.group_id), now=now) as tx:
            tx.execute("UPDATE channels.upload SET byte_count = %s", [KEPT_BYTES_MAX])
        answered = desk.send(ORDERS + "\n")
        assert (answered.status_code, answered.json()["code"]) == (409, "channels.uploads_full")

    def test_the_terms_are_told(self, desk: Desk) -> None:
        terms = desk.get("/v1/uploads/terms")
        assert (terms["bytes_max"], terms["days_kept"]) == (UPLOAD_BYTES_MAX, 7)


class TestWhoMay:
    def test_reading_is_not_uploading(
        self, database: Database, group_id: int, now: datetime, tmp_path: Path
    ) -> None:
        reader = make_desk(database, group_id, now, tmp_path, Permission.INBOX_READ)
        assert reader.send(ORDERS).status_code == 403

    def test_an_account_of_another_group_is_none(self, desk: Desk) -> None:
        answered = desk.client.post(
            "/v1/uploads?account=tmall:main", content=ORDERS.encode(), headers=desk.headers
        )
        assert answered.json()["code"] == "org.channel_account_not_found"
