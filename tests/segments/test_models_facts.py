"""What models read of the lake: which orders are purchases, on which day, and whose."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from huitong.segments.model.model_versions import CustomerUnknown
from huitong.segments.queries.model_facts import ModelFacts, day_of
from huitong.segments.rules.lifecycle import NO_DAY
from tests.segments.tag_lake import SHANGHAI, TagLake

NEVER_PURCHASES: dict[str, dict[str, Any]] = {
    "not_paid": {"status": "unpaid", "paid_at": None},
    "closed": {"status": "closed"},
    "kind": {"kind": "exchange"},
    "account": {"channel_account_id": 2},
}


@pytest.fixture
def shop() -> TagLake:
    """Return a lake with a till, and a warehouse that books no revenue."""
    made = TagLake()
    for account_id, books in ((1, True), (2, False)):
        made.add("accounts", id=account_id, platform="pos", code="t", books_revenue=books)
    return made


def bought(lake: TagLake, zone: str = SHANGHAI) -> list[tuple[int, date, int, int]]:
    """Return (customer, day, paid, refunded) of every purchase."""
    with lake.opened() as connection:
        facts = ModelFacts(connection, zone=zone)
        customers = facts.place_living()
        found = facts.purchases()
        return sorted(
            (int(customers[who]), day_of(int(day)), int(paid), int(refunded))
            for who, day, paid, refunded in zip(*found, strict=True)
        )


def judged(lake: TagLake, customer_id: int) -> list[str | None]:
    with lake.opened() as connection:
        facts = ModelFacts(connection, zone=SHANGHAI)
        facts.place_one(customer_id)
        return [order.left_out for order in facts.orders()]


@pytest.mark.parametrize("why", NEVER_PURCHASES)
def test_an_order_that_is_no_purchase_is_told_with_the_reason(shop: TagLake, why: str) -> None:
    shop.customer(4_097)
    shop.order(4_097, "2026-02-01", {"paid_minor": 100})
    shop.order(4_097, "2026-02-02", {"paid_minor": 200}, **NEVER_PURCHASES[why])
    assert bought(shop) == [(4_097, date(2026, 2, 1), 100, 0)]
    assert judged(shop, 4_097) == [why, None]


def test_sales_to_staff_and_sales_that_were_found_to_be_brushing_are_no_purchases(
    shop: TagLake,
) -> None:
    shop.customer(4_097)
    before = shop.order(4_097, "2026-01-01", {})
    brushed = shop.order(4_097, "2026-01-02", {})
    forgiven = shop.order(4_097, "2026-01-03", {})
    shop.order(4_097, "2026-02-01", {})
    classed = {"bucket": 1, "source": "rule", "class": "brushing"}
    shop.add("order_classes", id=1, order_id=brushed, is_withdrawn=False, **classed)
    shop.add("order_classes", id=2, order_id=forgiven, is_withdrawn=True, **classed)
    shop.add(
        "customer_classes",
        bucket=1,
        id=1,
        customer_id=4_097,
        valid_from=datetime(2026, 1, 20, tzinfo=UTC),
        is_withdrawn=False,
        **{"class": "staff_purchase"},
    )
    assert judged(shop, 4_097) == ["class", None, "class", None]
    assert [day for _, day, _, _ in bought(shop)] == [date(2026, 1, 1), date(2026, 1, 3)]
    assert before != forgiven


def test_a_day_is_one_of_the_brands_zone_also_when_clocks_change(shop: TagLake) -> None:
    shop.customer(4_097)
    shop.order(4_097, "2026-02-01", {"paid_minor": 1}, clock="23:59")
    shop.order(4_097, "2026-02-02", {"paid_minor": 2}, clock="00:00")
    assert [day.day for _, day, _, _ in bought(shop)] == [1, 2]
    night = TagLake()
    night.customer(1)
    for clock in ("04:59", "05:00"):
        # The night in which New York goes to summer time, in UTC.
        instant = datetime.fromisoformat(f"2026-03-08T{clock}+00:00")
        night.order(1, "2026-03-08", {"paid_minor": 1}, ordered_at=instant)
    days = [day.day for _, day, _, _ in bought(night, "America/New_York")]
    assert days == [7, 8]


def test_merged_customers_follow_their_owner_and_erased_ones_are_nobody(shop: TagLake) -> None:
    shop.customer(4_097)
    shop.customer(4_098, merged_into=4_097)
    shop.customer(4_099, is_erased=True)
    shop.order(4_097, "2026-02-01", {"paid_minor": 1})
    shop.order(4_097, "2026-02-02", {"paid_minor": 2}, bucket=2)
    shop.order(4_099, "2026-02-03", {"paid_minor": 3})
    assert [(who, paid) for who, _, paid, _ in bought(shop)] == [(4_097, 1), (4_097, 2)]
    with shop.opened() as connection:
        facts = ModelFacts(connection, zone=SHANGHAI)
        assert facts.place_one(4_098) == 4_097
        for unknown in (4_099, 5_000):
            with pytest.raises(CustomerUnknown):
                facts.place_one(unknown)


def test_only_refunds_that_were_done_are_taken_off(shop: TagLake) -> None:
    shop.customer(4_097)
    order_id = shop.order(4_097, "2026-02-01", {"paid_minor": 100})
    for number, status in enumerate(("done", "requested", "done")):
        shop.add("refunds", bucket=1, id=number, order_id=order_id, status=status, amount_minor=10)
    assert bought(shop) == [(4_097, date(2026, 2, 1), 100, 20)]


def test_known_is_who_enrolled_or_was_recorded_whichever_came_first(shop: TagLake) -> None:
    early = datetime(2024, 6, 1, tzinfo=UTC)
    shop.customer(4_097, enrolled_at=early)
    shop.customer(4_098, recorded_at=early, enrolled_at=datetime(2026, 1, 1, tzinfo=UTC))
    shop.customer(4_099, merged_into=4_097)
    with shop.opened() as connection:
        facts = ModelFacts(connection, zone=SHANGHAI)
        facts.know_ordinals(np.array([4_099, 4_098, 4_097]), np.array([0, 1, 2], np.int32))
        facts.place_everybody()
        days = facts.known_days(0, places=3)
    assert days[0] == NO_DAY
    assert [day_of(int(day)) for day in days[1:]] == [date(2024, 6, 1)] * 2
