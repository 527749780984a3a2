"""Where the demo's year lies: some whole weeks after 2017, so that it ended just now.

As of today everybody of 2017 would be long gone. How far the demo moves its year is settled when it
is first made, and read ever after from what was made: from the start of its programme. So a repeat
moves everything as far, and changes nothing.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from huitong import loyalty, org
from huitong.entry.demo.complete_journey import FIRST_DAY, LAST_DAY, TIME_ZONE
from huitong.platform.db import ReadTx

# The programme begins the day before the first basket.
PROGRAMME_FROM = datetime(2016, 12, 31, tzinfo=ZoneInfo("UTC"))
ONE_WEEK = timedelta(weeks=1)


def weeks_until(day: date) -> int:
    """Return how many weeks later 2017 ends with the last full week before a day."""
    return max(timedelta(0), day - timedelta(days=1) - LAST_DAY) // ONE_WEEK


def weeks_of_demo(tx: ReadTx, *, brand: str, now: datetime) -> int:
    """Return how many weeks the year of the demo is moved: as it was made, else for one made now.

    The demo of a release that left its year in 2017 keeps it there.
    """
    known = [one for one in org.brands(tx) if one.code == brand]
    for version in loyalty.versions_of(tx, brand_id=known[0].id) if known else ():
        if version.version == 1:
            return max(timedelta(0), version.effective_from - PROGRAMME_FROM) // ONE_WEEK
    return weeks_until(now.astimezone(ZoneInfo(TIME_ZONE)).date())


def told(weeks: int) -> str:
    """Return the sentence that says from when to when the demo's year is."""
    if not weeks:
        return (
            f"The baskets are of {FIRST_DAY} to {LAST_DAY}, where an earlier release left them; a"
            " demo made anew, in an empty HUITONG_HOME, ends with last week."
        )
    first, last = (day + timedelta(weeks=weeks) for day in (FIRST_DAY, LAST_DAY))
    return f"The baskets of 2017 are {weeks} weeks later here: {first} to {last}."
