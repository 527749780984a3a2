"""Figures by store tell the store's name, and by kind of store, as the organisation knows them."""

import pytest

from huitong.metrics.rules.answers import shown_rows, written
from tests.metrics.make import HandMade

YEAR = {"since": "2026-01-01", "until": "2027-01-01"}


@pytest.fixture
def chain(lake: HandMade) -> HandMade:
    """Return a chain of three stores; a fourth, where something was sold, nobody told us of."""
    for number, (code, name, kind) in enumerate(
        [("S1", "南京西路店", "direct"), ("S2", "奥莱店", "outlet"), ("S3", "西湖店", "direct")], 1
    ):
        lake.put("stores", id=number, code=code, name=name, kind=kind)
    lake.sale(1, "2026-03-01", {}, {"store": "S2", "paid_minor": 50_00}, store="S1")
    lake.sale(2, "2026-03-02", store="S3")
    lake.sale(3, "2026-03-03", store="S9")
    lake.sale(4, "2026-03-04")
    return lake


def test_kinds_of_store_add_up_to_the_whole(chain: HandMade) -> None:
    found = chain.cut("sales", "store_kind", **YEAR)
    assert found == {"direct": 200_00, "outlet": 50_00, None: 200_00}
    assert sum(value or 0 for value in found.values()) == chain.figure("sales", **YEAR).value


def test_people_read_the_name_beside_the_code(chain: HandMade) -> None:
    rows = shown_rows(chain.ask("sales", by=("store", "quarter"), until="2026-04-01"))
    assert list(rows[0]) == ["store", "store_name", "quarter", "sales"]
    assert [(row["store"], row["store_name"], row["sales"]) for row in rows] == [
        ("S1", "南京西路店", "100.00"),
        ("S2", "奥莱店", "50.00"),
        ("S3", "西湖店", "100.00"),
        ("S9", None, "100.00"),
        (None, None, "100.00"),
        ("TOTAL", "", "450.00"),
    ]


def test_programs_get_codes_and_the_names_of_those_that_occur(chain: HandMade) -> None:
    chain.put("stores", id=9, code="S8", name="没有销售的店", kind="direct")
    told = written(chain.ask("sales", by=("store",)))
    assert told["labels"] == {"store": {"S1": "南京西路店", "S2": "奥莱店", "S3": "西湖店"}}
    rows: list[dict[str, dict[str, object]]] = told["rows"]  # type: ignore[assignment]
    assert [row["by"] for row in rows] == [
        {"store": "S1"}, {"store": "S2"}, {"store": "S3"}, {"store": "S9"}, {"store": None},
    ]  # fmt: skip


def test_without_an_organisation_there_is_no_column_of_names(lake: HandMade) -> None:
    lake.sale(1, "2026-03-01", store="S1")
    rows = shown_rows(lake.ask("sales", by=("store",)))
    assert list(rows[0]) == ["store", "sales"]
    assert written(lake.ask("sales", by=("store",)))["labels"] == {}


def test_members_are_counted_by_the_kind_of_store_they_enrolled_in(chain: HandMade) -> None:
    chain.customer(1, "2026-02-01", store="S1")
    chain.customer(2, "2026-02-02", store="S2")
    chain.customer(3, "2026-02-03", store="S3")
    assert chain.cut("members", "store_kind", **YEAR) == {"direct": 2, "outlet": 1}
