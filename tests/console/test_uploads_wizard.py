"""From a file nobody knows to a mapping that reads it: look, guess, preview, save."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from huitong.platform.auth import Permission
from huitong.platform.db import Database
from tests.console.uploads_make import BAD_ROWS, Desk, Told, make_desk

TMALL = Path("tests/fixtures/door/tmall-orders.csv").read_bytes()
TILL = "小票号,手机,时间,金额\nT1,13800138001,2026-03-01 10:00,12.50\nT2,,昨天,9\n"
DOCUMENT = {
    "kind": "order",
    "zone": "Asia/Shanghai",
    "fields": {
        "order_no": "小票号",
        "ordered_at": {"column": "时间", "format": "%Y-%m-%d %H:%M"},
        "status": {"const": "completed"},
        "parties.buyer.phone": "手机",
        "list_minor": {"column": "金额", "unit": "yuan"},
        "paid_minor": {"column": "金额", "unit": "yuan"},
        "lines.line_id": {"position": True},
        "lines.sku": {"const": "TILL"},
        "lines.quantity": {"const": 1},
        "lines.list_minor": {"column": "金额", "unit": "yuan"},
        "lines.paid_minor": {"column": "金额", "unit": "yuan"},
    },
}


@pytest.fixture
def desk(database: Database, group_id: int, now: datetime, tmp_path: Path) -> Desk:
    return make_desk(database, group_id, now, tmp_path)


def preview(desk: Desk, upload: Told, **wanted: object) -> Told:
    answered = desk.client.post(
        f"/v1/uploads/{upload['id']}/preview",
        json={"kind": "order", **wanted},
        headers=desk.headers,
    )
    return dict(answered.json())


def fields_of(record: Told) -> dict[str, Told]:
    return {one["path"]: one for one in record["fields"]}


class TestLook:
    def test_a_shop_export_is_known_by_its_headings(self, desk: Desk) -> None:
        look = desk.get(f"/v1/uploads/{desk.upload(TMALL, '天猫.csv')['id']}/look")
        assert (look["encoding"], look["delimiter"], look["header_row"]) == ("gb18030", ",", 1)
        best = look["guesses"][0]
        assert (best["mapping"], best["kind"], best["missing"]) == ("tmall-orders", "order", [])
        assert best["fits_percent"] == 93

    def test_what_may_be_a_persons_is_masked_whoever_looks(
        self, desk: Desk, database: Database
    ) -> None:
        upload = desk.upload(TMALL)
        columns = desk.get(f"/v1/uploads/{upload['id']}/look")["columns"]
        samples = {one["name"]: one["samples"] for one in columns}
        assert samples["买家应付货款"] == ["398.00"]
        assert all("***" in one for one in samples["买家会员名"])
        seeing = desk.as_other(database, Permission.INBOX_READ, Permission.CUSTOMERS_UNMASK).get(
            f"/v1/uploads/{upload['id']}/look"
        )["columns"]
        assert seeing == columns

    def test_canonical_names_need_no_mapping(self, desk: Desk) -> None:
        look = desk.get(f"/v1/uploads/{desk.upload(BAD_ROWS)['id']}/look")
        assert look["canonical"] == ["order"]

    def test_of_a_workbook_the_sheets_are_told(self, desk: Desk) -> None:
        book = Path("tests/fixtures/file/orders-openpyxl.xlsx").read_bytes()
        look = desk.get(f"/v1/uploads/{desk.upload(book, '订单.xlsx')['id']}/look")
        assert (look["sheets"], look["sheet"]) == (["订单", "说明"], "订单")
        assert look["canonical"] == ["order"]


class TestPreview:
    def test_records_are_shown_as_they_would_be_read(self, desk: Desk) -> None:
        told = preview(desk, desk.upload(TILL), document=json.dumps(DOCUMENT))
        assert (told["looked_at"], told["refused"]) == (2, 1)
        read, refused = told["items"]
        assert read["code"] is None
        assert fields_of(read)["paid_minor"]["value"] == "1250"
        phone = fields_of(read)["parties.1.identifiers.1.value"]
        assert (phone["value"], phone["is_masked"]) == ("138****8001", True)
        assert refused["row"] == 3
        assert fields_of(refused)["ordered_at"]["fault"] == "not_time"
        assert fields_of(refused)["ordered_at"]["value"] == "昨天"

    def test_a_wrong_document_is_refused_in_words(self, desk: Desk) -> None:
        wrong = {**DOCUMENT, "fields": {"order_no": "小票号", "colour": "金额"}}
        told = preview(desk, desk.upload(TILL), document=json.dumps(wrong))
        assert told["code"] == "channels.wrong_mapping"
        assert "colour" in told["detail"]

    def test_a_mapping_of_another_kind_is_refused(self, desk: Desk) -> None:
        told = preview(desk, desk.upload(TMALL), kind="refund", mapping="tmall-orders")
        assert told["code"] == "channels.wrong_mapping"

    def test_markup_in_a_cell_stays_text(self, desk: Desk) -> None:
        evil = '<script>alert("1")</script>'
        rows = BAD_ROWS.replace("completed", evil.replace('"', "'"))
        first = preview(desk, desk.upload(rows))["items"][0]
        assert fields_of(first)["status"]["value"] == evil.replace('"', "'")
        assert fields_of(first)["status"]["fault"] == "not_listed"


class TestSaving:
    def test_a_saved_mapping_is_shown_found_and_imports(self, desk: Desk) -> None:
        answered = desk.client.put(
            "/v1/inbox/mappings/till", json={"document": json.dumps(DOCUMENT)}, headers=desk.headers
        )
        assert answered.json()["version"] == 1
        shown = desk.get("/v1/inbox/mappings/till")
        assert shown["content"]["fields"]["order_no"] == {"column": "小票号"}
        upload = desk.upload(TILL)
        best = desk.get(f"/v1/uploads/{upload['id']}/look")["guesses"][0]
        assert (best["mapping"], best["is_shipped"]) == ("till@1", False)
        run = desk.run(upload, mapping="till")
        assert (run["mapping"], run["progress"]["applied"]) == ("till@1", 1)

    def test_a_shipped_one_can_be_looked_into(self, desk: Desk) -> None:
        shown = desk.get("/v1/inbox/mappings/tmall-orders")
        assert (shown["version"], shown["kind"]) == (None, "order")
        assert "订单编号" in shown["document"]

    def test_every_kind_says_what_a_column_can_fill(self, desk: Desk) -> None:
        targets = {one["path"]: one for one in desk.get("/v1/inbox/targets/order")["items"]}
        assert targets["order_no"]["is_key"]
        assert targets["parties.buyer.phone"]["is_identifier"]
        assert "completed" in targets["status"]["choices"]
        assert "lines" not in targets
