"""The Spring Festival moves by weeks from year to year; figures around it are held against its own.

The days are those of the official calendar (GB/T 33661-2017: the day, in China, of the new moon).
They are listed because they cannot simply be computed: the new moons of 2027 and 2030 are within
minutes of midnight in China, where common calculations miss the day. A test holds each against the
new moon as astronomers reckon it, to seconds.
"""

from datetime import date, timedelta

from huitong.metrics.model import Grain, Span, WrongQuestion

SPRING_FESTIVALS = {
    day.year: day
    for day in map(
        date.fromisoformat,
        (
            "2009-01-26", "2010-02-14", "2011-02-03", "2012-01-23", "2013-02-10", "2014-01-31",
            "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25",
            "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17",
            "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03", "2031-01-23", "2032-02-11",
            "2033-01-31", "2034-02-19", "2035-02-08",
        ),
    )
}  # fmt: skip
# Longer stretches have little to do with the festival.
DAYS_MAX = 120


def around_the_festival_before(span: Span, grain: Grain | None) -> Span:
    """Return the days that lay around the Spring Festival a year before as these do around theirs.

    :raises WrongQuestion: when the days lie far from it, or are cut by weeks and months, which do
        not move with it.
    """
    if grain not in {None, Grain.DAY}:
        raise WrongQuestion(reason="beside a Spring Festival, cut by day or not by time at all")
    days = (span.until - span.since).days
    if days > DAYS_MAX:
        raise WrongQuestion(reason=f"beside a Spring Festival, ask for {DAYS_MAX} days at most")
    middle = span.since + timedelta(days=days // 2)
    year = min(SPRING_FESTIVALS, key=lambda one: abs(SPRING_FESTIVALS[one] - middle))
    near = abs(SPRING_FESTIVALS[year] - middle).days <= DAYS_MAX
    if not near or year - 1 not in SPRING_FESTIVALS:
        first, *_, last = SPRING_FESTIVALS
        reason = f"these days lie around no Spring Festival of {first + 1} to {last}"
        raise WrongQuestion(reason=reason)
    back = SPRING_FESTIVALS[year] - SPRING_FESTIVALS[year - 1]
    return Span(span.since - back, span.until - back)
