"""In which time zone a brand may live."""

from collections.abc import Iterator
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from huitong.org.model import TimeZoneUnknown

NEAR_MAX = 3
NEAR_ENOUGH = 0.6
USUAL = "Asia/Shanghai"


def check_zone(zone: str) -> None:
    """Refuse a time zone that no calendar knows, as every day and month of a brand depends on it.

    :raises TimeZoneUnknown: with the nearest names that there are.
    """
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        # A folder of zones, such as “Asia”, is found on the disk and is an OSError.
        near = ", ".join(_near(zone)) or USUAL
        raise TimeZoneUnknown(zone=zone, near=near) from None


def _near(zone: str) -> list[str]:
    """Return the zones whose name, or whose city, is written nearly like this one."""
    wanted = zone.strip().lower().replace(" ", "_")
    by_name = {name.lower(): name for name in sorted(available_timezones())}
    by_city = {name.rpartition("/")[2]: full for name, full in by_name.items() if "/" in name}
    found = dict.fromkeys(
        [*_alike(wanted, by_name), *_alike(wanted.rpartition("/")[2], by_city)],
    )
    return list(found)[:NEAR_MAX]


def _alike(wanted: str, names: dict[str, str]) -> Iterator[str]:
    for one in get_close_matches(wanted, names, n=NEAR_MAX, cutoff=NEAR_ENOUGH):
        yield names[one]
