"""The table of Spring Festivals beside the moon, and the packs' festivals beside the table.

By the standard of the Chinese calendar (GB/T 33661-2017) a month begins on the day, in China, on
which the moon is new; the festival is the first such day between 21 January and 20 February.
"""

import math
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

from huitong.metrics.rules.festivals import SPRING_FESTIVALS
from huitong.segments.rules.tag_packs import shipped_pack

CHINA = timezone(timedelta(hours=8))
EPOCH = datetime(2000, 1, 1, 12, tzinfo=UTC)
EPOCH_DAYS = 2_451_545.0
MONTH_DAYS = 29.530588861
# Terrestrial time is ahead of the clocks by about so much in these years.
CLOCKS_BEHIND = timedelta(seconds=71)

# New moons by Meeus, Astronomical Algorithms, chapter 49: days, powers of E, and how many times the
# sun's anomaly, the moon's anomaly and the moon's argument of latitude.
TERMS = (
    (-0.40720, 0, 0, 1, 0), (0.17241, 1, 1, 0, 0), (0.01608, 0, 0, 2, 0), (0.01039, 0, 0, 0, 2),
    (0.00739, 1, -1, 1, 0), (-0.00514, 1, 1, 1, 0), (0.00208, 2, 2, 0, 0), (-0.00111, 0, 0, 1, -2),
    (-0.00057, 0, 0, 1, 2), (0.00056, 1, 1, 2, 0), (-0.00042, 0, 0, 3, 0), (0.00042, 1, 1, 0, 2),
    (0.00038, 1, 1, 0, -2), (-0.00024, 1, -1, 2, 0), (-0.00007, 0, 2, 1, 0), (0.00004, 0, 0, 2, -2),
    (0.00004, 0, 3, 0, 0), (0.00003, 0, 1, 1, -2), (0.00003, 0, 0, 2, 2), (-0.00003, 0, 1, 1, 2),
    (0.00003, 0, -1, 1, 2), (-0.00002, 0, -1, 1, -2), (-0.00002, 0, 1, 3, 0), (0.00002, 0, 0, 4, 0),
)  # fmt: skip
PLANETS = (
    (0.000325, 299.77, 0.107408), (0.000165, 251.88, 0.016321), (0.000164, 251.83, 26.651886),
    (0.000126, 349.42, 36.412478), (0.000110, 84.66, 18.206239), (0.000062, 141.74, 53.303771),
    (0.000060, 207.14, 2.453732), (0.000056, 154.84, 7.306860), (0.000047, 34.52, 27.261239),
    (0.000042, 207.19, 0.121824), (0.000040, 291.34, 1.844379), (0.000037, 161.72, 24.198154),
    (0.000035, 239.56, 25.513099), (0.000023, 331.55, 3.592518),
)  # fmt: skip


def new_moon(number: int) -> datetime:
    """Return the instant of a new moon, counted from that of 6 January 2000."""
    century = number / 1236.85
    sun = 2.5534 + 29.10535670 * number - 0.0000014 * century**2
    moon = 201.5643 + 385.81693528 * number + 0.0107582 * century**2
    latitude = 160.7108 + 390.67050284 * number - 0.0016118 * century**2
    node = 124.7746 - 1.56375588 * number + 0.0020672 * century**2
    shorter = 1 - 0.002516 * century
    day = 2_451_550.09766 + MONTH_DAYS * number + 0.00015437 * century**2
    for size, power, suns, moons, latitudes in TERMS:
        angle = suns * sun + moons * moon + latitudes * latitude
        day += size * shorter**power * math.sin(math.radians(angle))
    day -= 0.00017 * math.sin(math.radians(node))
    for size, start, step in PLANETS:
        day += size * math.sin(math.radians(start + step * number))
    return EPOCH + timedelta(days=day - EPOCH_DAYS) - CLOCKS_BEHIND


def new_moons_of(year: int) -> list[date]:
    """Return the days in China on which the moon is new, where the festival may lie."""
    first = round((year - 2000) * 365.2425 / MONTH_DAYS)
    days = [new_moon(number).astimezone(CHINA).date() for number in range(first - 2, first + 5)]
    return [day for day in days if date(year, 1, 21) <= day <= date(year, 2, 20)]


def test_the_moon_is_reckoned_as_almanacs_have_it() -> None:
    # Meeus's own example is the new moon of 18 February 1977 at 3:37:42 of terrestrial time.
    reckoned = new_moon(-283) + CLOCKS_BEHIND
    wanted = datetime(1977, 2, 18, 3, 37, 42, tzinfo=UTC)
    assert abs(reckoned - wanted) < timedelta(seconds=2)


def test_every_spring_festival_is_the_day_of_its_new_moon() -> None:
    assert SPRING_FESTIVALS.keys() == set(range(2009, 2036))
    # In 2023 two months began there: the first of the year and the second.
    assert {year: new_moons_of(year)[0] for year in SPRING_FESTIVALS} == SPRING_FESTIVALS


def test_years_between_them_have_twelve_or_thirteen_months() -> None:
    lengths = {(after - before).days for before, after in pairwise(SPRING_FESTIVALS.values())}
    assert lengths <= {353, 354, 355, 383, 384, 385}


def test_the_order_pack_has_the_fortnight_before_and_the_week_of_each() -> None:
    (festival,) = [one for one in shipped_pack("orders").festivals if one.code == "spring_festival"]
    assert [tuple(days) for days in festival.days] == [
        (SPRING_FESTIVALS[year] - timedelta(days=14), SPRING_FESTIVALS[year] + timedelta(days=6))
        for year in range(2015, 2031)
    ]


def test_festivals_of_fixed_days_have_them_in_every_year() -> None:
    fixed = {
        "new_year": ((1, 1), (1, 3)),
        "womens_day": ((3, 5), (3, 8)),
        "labour_day": ((5, 1), (5, 5)),
        "mid_year": ((6, 1), (6, 18)),
        "national_day": ((10, 1), (10, 7)),
        "double_eleven": ((10, 31), (11, 11)),
        "double_twelve": ((12, 10), (12, 12)),
    }
    found = {
        one.code: [tuple(days) for days in one.days] for one in shipped_pack("orders").festivals
    }
    assert found.keys() == fixed.keys() | {"spring_festival"}
    for code, (first, last) in fixed.items():
        assert found[code] == [(date(y, *first), date(y, *last)) for y in range(2015, 2031)], code
