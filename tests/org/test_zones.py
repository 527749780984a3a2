"""A brand lives in a time zone that there is."""

from datetime import UTC, datetime

import pytest

from huitong import org
from huitong.org.model import TimeZoneUnknown
from huitong.platform.db import Tx

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_a_zone_that_is_written_wrongly_is_refused_with_the_near_ones(tx: Tx) -> None:
    with pytest.raises(TimeZoneUnknown, match=r"“Asia/Shanghi”; near it are: Asia/Shanghai"):
        org.set_up(tx, name="G", brand="b", accounts=[], time_zone="Asia/Shanghi", now=NOW)
    assert org.brands(tx) == []


@pytest.mark.parametrize("zone", ["Asia", "", "../UTC", "/etc/localtime", "北京", "+08:00"])
def test_what_is_no_name_of_a_zone_is_refused(tx: Tx, zone: str) -> None:
    with pytest.raises(TimeZoneUnknown):
        org.set_up(tx, name="G", brand="b", accounts=[], time_zone=zone, now=NOW)


def test_a_city_alone_is_answered_with_its_zone(tx: Tx) -> None:
    with pytest.raises(TimeZoneUnknown, match="near it are: Asia/Urumqi"):
        org.set_up(tx, name="G", brand="b", accounts=[], time_zone="Urumqi", now=NOW)


def test_zones_of_all_continents_are_taken(tx: Tx) -> None:
    for zone in ("Asia/Shanghai", "America/Argentina/Ushuaia", "UTC"):
        found = org.set_up(tx, name="G", brand="b", accounts=[], time_zone=zone, now=NOW)
        assert found.brand.time_zone == zone
