"""Days of the brand's zone, as half-open spans of instants, right on days when clocks change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant at which conditions are read, and the zone whose days count."""

    now: datetime
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Refuse an instant without an offset."""
        assert self.now.tzinfo is not None, "The instant of reading has an offset."

    @property
    def today(self) -> date:
        """Return the day of `now`."""
        return self.day_of(self.now)

    def starts(self, day: date) -> datetime:
        """Return the first instant of a day, in UTC.

        Where midnight is skipped or comes twice, fold 0 is the first instant of that day.
        """
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)

    def day_of(self, instant: datetime) -> date:
        """Return the day an instant lies in.

        Clocks that were set back over midnight show the old date again (Newfoundland until 2011);
        a day that has begun is not over then, so that days stay spans.
        """
        shown = instant.astimezone(self.zone).date()
        following = shown + ONE_DAY
        return following if instant >= self.starts(following) else shown

    def on_day(self, moment: date | datetime) -> date:
        """Return the day of an instant, or the day itself."""
        return self.day_of(moment) if isinstance(moment, datetime) else moment

    def instant_of(self, moment: date | datetime) -> datetime:
        """Return an instant in UTC; a day stands for its first instant."""
        if isinstance(moment, datetime):
            return moment.astimezone(UTC)
        return self.starts(moment)

    def coming(self, days: int) -> frozenset[int]:
        """Return the anniversaries of so many days that begin with today, as month * 100 + day."""
        ahead = [self.today + timedelta(days=each) for each in range(days)]
        found = {month_and_day(each) for each in ahead}
        # The day before 1 March is 28 February only in years without a 29th.
        if any((each + ONE_DAY).day == 1 and month_and_day(each) == FEBRUARY_28 for each in ahead):
            found.add(FEBRUARY_29)
        return frozenset(found)


FEBRUARY_28 = 228
FEBRUARY_29 = 229


def month_and_day(day: date) -> int:
    """Return month * 100 + day."""
    return day.month * 100 + day.day
