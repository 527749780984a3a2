"""What came in for one brand: below its pages nobody sees, counts or retries another brand's."""

from datetime import datetime
from pathlib import Path

import pytest

from huitong import org
from huitong.entry.console.attention import Asked, Matter, attention
from huitong.org.model import NewBrand, NewChannelAccount, NewIdentityDomain
from huitong.platform.auth import Caller, CallerKind, Permission
from huitong.platform.db import Database, Scope
from tests.channels.make import make_order_text
from tests.console.uploads_make import BAD_ROWS, Desk, make_desk

OTHER = "other"


@pytest.fixture
def desk(fresh_database: Database, group_id: int, now: datetime, tmp_path: Path) -> Desk:
    """Return a desk in a group of two brands, each with a till of its own."""
    made = make_desk(fresh_database, group_id, now, tmp_path)
    with fresh_database.transaction(Scope(group_id), now=now) as tx:
        first = org.brand(tx, code="main")
        entity = first.legal_entity_id
        (domain,) = org.put_identity_domains(tx, [NewIdentityDomain(OTHER, OTHER, entity)], now=now)
        (brand,) = org.put_brands(tx, [NewBrand(OTHER, "Other", entity, domain)], now=now)
        tills = NewChannelAccount("pos", OTHER, brand, entity)
        org.put_channel_accounts(tx, [tills], now=now)
    made.run(made.upload(BAD_ROWS))
    text = make_order_text(order_no="B1", status="退货中")
    made.client.post(f"/v1/inbox/order?account=pos:{OTHER}", content=text, headers=made.headers)
    return made


def test_lists_are_of_the_brand_that_is_asked_for_and_name_it(desk: Desk) -> None:
    for path in ("/v1/inbox/refused", "/v1/inbox/deliveries"):
        assert {one["brand"] for one in desk.get(path)["items"]} == {"main", OTHER}
        for brand in ("main", OTHER):
            assert {one["brand"] for one in desk.get(path, brand=brand)["items"]} == {brand}
    assert len(desk.get("/v1/uploads", brand="main")["items"]) == 1
    assert desk.get("/v1/uploads", brand=OTHER)["items"] == []


def test_reasons_are_counted_for_the_brand(desk: Desk) -> None:
    counts = {brand: desk.get("/v1/inbox/refused/counts", brand=brand) for brand in ("main", OTHER)}
    assert [one["count"] for one in counts.values()] == [1, 1]
    assert [one["account"] for one in counts[OTHER]["items"]] == [f"pos:{OTHER}"]
    assert [one["brand"] for one in counts[OTHER]["items"]] == [OTHER]
    assert desk.get("/v1/inbox/refused/counts")["count"] == 2


def test_a_brand_that_is_not_seen_is_not_there(desk: Desk) -> None:
    for path in ("/v1/inbox/refused", "/v1/inbox/refused/counts", "/v1/uploads"):
        answered = desk.client.get(path, params={"brand": "nobody"}, headers=desk.headers)
        assert (answered.status_code, answered.json()["code"]) == (404, "org.brand_not_found")


def test_all_are_tried_again_of_the_brand_alone(desk: Desk) -> None:
    desk.recorder.refuses = {"A2", "B2"}
    desk.run(desk.upload(BAD_ROWS.replace("tomorrow", "2026-03-01T10:00:00+08:00")), key="second")
    text = make_order_text(order_no="B2")
    desk.client.post(f"/v1/inbox/order?account=pos:{OTHER}", content=text, headers=desk.headers)
    desk.recorder.refuses = set()
    asked = desk.client.post(
        "/v1/inbox/refused/retry-all",
        json={"code": "test.refused", "brand": OTHER},
        headers={**desk.headers, "Idempotency-Key": "once"},
    )
    assert asked.status_code == 202, asked.text
    desk.work()
    left = desk.get("/v1/inbox/refused", code="test.refused")["items"]
    assert [one["brand"] for one in left] == ["main"]


def test_the_home_of_a_brand_counts_what_is_its_own(
    desk: Desk, fresh_database: Database, group_id: int, now: datetime
) -> None:
    caller = Caller(
        kind=CallerKind.USER,
        id=1,
        group_id=group_id,
        brand_ids=None,
        permissions=frozenset({Permission.INBOX_READ, Permission.IDENTITY_READ}),
    )
    for code in ("main", OTHER):
        with fresh_database.reading(Scope(group_id)) as tx:
            asked = Asked(tx, org.brand(tx, code=code), desk.platform.settings, now)
            lines = {one.matter: one.number for one in attention(asked, caller)}
        assert lines == {Matter.RECORDS_REFUSED: 1}
