from datetime import datetime, timedelta
from pathlib import Path

import pytest

from huitong.channels.model import Order
from tests.connectors.reading import (
    FIXTURES,
    PLATFORMS,
    expected_of,
    fixtures_of,
    leaves_of,
    name_of,
    payload_of,
    records_of,
)

every_fixture = pytest.mark.parametrize("fixture", FIXTURES, ids=name_of)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_has_fixtures(platform: str) -> None:
    assert fixtures_of(platform)


@every_fixture
def test_a_payload_becomes_the_records_written_beside_it(fixture: Path) -> None:
    made = [record.model_dump(mode="json") for record in records_of(fixture)]
    written = [record.model_dump(mode="json") for record in expected_of(fixture)]
    assert made == written


@every_fixture
def test_a_record_survives_being_written_as_json(fixture: Path) -> None:
    for record in records_of(fixture):
        written = record.model_dump_json()
        assert type(record).model_validate_json(written) == record


@every_fixture
def test_no_float_comes_near_a_record(fixture: Path) -> None:
    for record in records_of(fixture):
        leaves = list(leaves_of(record.model_dump()))
        assert leaves
        assert not [way for way, value in leaves if isinstance(value, float)]
    assert not [way for way, value in leaves_of(payload_of(fixture)) if isinstance(value, float)]


@every_fixture
def test_an_order_adds_up_to_the_fen(fixture: Path) -> None:
    for order in (record for record in records_of(fixture) if isinstance(record, Order)):
        paid_by_line = sum(line.paid_minor for line in order.lines)
        assert paid_by_line + order.freight_minor == order.paid_minor
        assert sum(payment.amount_minor for payment in order.payments) == order.paid_minor
        if order.paid_at is not None:
            due = order.list_minor - order.discount_minor + order.freight_minor
            assert due == order.paid_minor


@every_fixture
def test_an_order_without_payment_earned_nothing(fixture: Path) -> None:
    for order in (record for record in records_of(fixture) if isinstance(record, Order)):
        if order.paid_at is None:
            kinds = {payment.kind.value for payment in order.payments}
            assert kinds <= {"deposit"}
            assert order.completed_at is None


@every_fixture
def test_every_time_carries_the_zone_of_china(fixture: Path) -> None:
    times = [
        value
        for record in records_of(fixture)
        for _, value in leaves_of(record.model_dump())
        if isinstance(value, datetime)
    ]
    assert {value.utcoffset() for value in times} == {timedelta(hours=8)}
